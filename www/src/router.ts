// Addresses of the shop, behind the `#`, so that any static server serves every page, and another page needs no
// request.

export type Route =
  | { page: 'home' }
  | { page: 'aisle'; aisle: string; shelf?: string }
  | { page: 'product'; id: string }
  | { page: 'search'; query: string }
  | { page: 'cart' }
  | { page: 'lost'; address: string };

const part = encodeURIComponent;

export const to = {
  home: (): string => '#/',
  aisle: (aisle: string, shelf?: string): string =>
    `#/aisle/${part(aisle)}${shelf ? `/${part(shelf)}` : ''}`,
  product: (id: string): string => `#/product/${part(id)}`,
  search: (query: string): string => `#/search/${part(query)}`,
  cart: (): string => '#/cart',
};

export function routeOf(hash: string): Route {
  const [, kind = '', first = '', second = ''] = hash.split('/').map(decoded);
  if (kind === '') return { page: 'home' };
  if (kind === 'aisle' && first)
    return second
      ? { page: 'aisle', aisle: first, shelf: second }
      : { page: 'aisle', aisle: first };
  if (kind === 'product' && first) return { page: 'product', id: first };
  if (kind === 'search') return { page: 'search', query: first };
  if (kind === 'cart') return { page: 'cart' };
  return { page: 'lost', address: hash };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

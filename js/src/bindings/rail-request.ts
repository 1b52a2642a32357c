// From the attributes of `<vicino-rail>` to a request for its list.
import { VicinoError } from '../core/errors.js';
import type { ListName, RailRequest } from '../core/types.js';
import type { AnyRecommender } from './binding-core.js';

/** Attributes and properties that say what a rail shows. */
export interface RailElement extends HTMLElement {
  list: ListName;
  item: string;
  k: string | number;
  name: string;
  variant: string;
  category: string;
  src: string;
  loading: string;
  label: string;
  options?: Partial<RailRequest>;
  page?: readonly RailRequest[];
}

/** Makes the error of an attribute. */
export const wrong = (attribute: string, expected: string, found: string): VicinoError =>
  new VicinoError(
    'option-invalid',
    `<vicino-rail>: attribute \`${attribute}\`: expected ${expected}, found ${JSON.stringify(found)}`,
  );

/** Makes the request for a rail; throws, or rejects, for an attribute with a wrong value. */
export async function readRequest(
  { list, name, item, k, category, options }: RailElement,
  recommender: AnyRecommender,
): Promise<RailRequest> {
  const { item: ownItem, items: ownItems } = options ?? {};
  const isOwn = ownItem !== undefined || ownItems !== undefined;
  const ids = isOwn ? [] : await readIds(item.trim(), recommender);
  if (!isOwn && !ids.length && (list === 'related' || list === 'similar')) {
    throw wrong('item', `the id of an item that the list \`${list}\` starts from`, item);
  }
  return {
    ...{ name: name || list, list },
    ...(ids.length > 1 ? { items: ids } : ids.length && { item: ids[0] as string }),
    // A text of blanks would be the number 0.
    ...(k !== '' && { k: String(k).trim() ? Number(k) : NaN }),
    ...(category && { category }),
    ...options,
  };
}

/** Reads one id that the model knows, a JSON array of ids, or ids with commas between them. */
async function readIds(text: string, recommender: AnyRecommender): Promise<readonly string[]> {
  const isArray = text.startsWith('[');
  if (text && ((!isArray && !text.includes(',')) || (await knows(recommender, text))))
    return [text];
  if (!isArray)
    return text
      .split(',')
      .map((id) => id.trim())
      .filter(Boolean);
  let ids: unknown;
  try {
    ids = JSON.parse(text);
  } catch {
    // The error below says what is expected.
  }
  if (Array.isArray(ids) && ids.every((id) => typeof id === 'string' && id !== '')) return ids;
  throw wrong('item', 'a JSON array of ids, such as ["a,b", "c"]', text);
}

/** Asks whether the model knows an id: a pinned item is listed only if it does. */
async function knows(recommender: AnyRecommender, id: string): Promise<boolean> {
  const request: RailRequest = { name: id, list: 'trending', k: 1, pin: [id], groupBy: false };
  const rails = await (recommender as AnyRecommender).page([request] as never);
  return rails[0]?.items[0]?.id === id;
}

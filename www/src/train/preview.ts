// The preview: products of the shop to look at, and the rails that follow, ranked by the very code of a shop's page, in
// a worker. What is clicked here is in its memory alone.
import type { ModelInfo, RailRequest, Recommendation } from 'vicino';
import { Recommender } from 'vicino/worker';
// Within this script, so that nothing is fetched for it, and the policy of the page holds in it.
import RankingWorker from 'vicino/worker-script?worker&inline';
import { h, pause } from '../dom';
import { part } from '../eda/parts';
import { count, plural } from '../format';
import type { Product, Products } from './products';

const FOUND = 12;
const RAIL = 6;
/** A name of its own, so that the preview has nothing to do with the demo shop. */
const HISTORY = 'vicino-preview';

/** A rail to ask for. */
type Asked = Pick<RailRequest, 'name' | 'list' | 'item' | 'items' | 'k'> & { title: string };

export interface Preview {
  element: HTMLElement;
  /** Facts that the model has of itself. */
  about: ModelInfo;
  /** Examples for a page: the product that comes first without a history, what goes with it, and what is popular. */
  examples: Product[];
  free(): void;
}

/** Opens the model and shows its products. */
export async function preview({
  model,
  module,
  products,
  showsPictures,
}: {
  model: Uint8Array;
  module: WebAssembly.Module;
  products: Products;
  showsPictures: boolean;
}): Promise<Preview> {
  // The bytes are handed over: those of the download stay as they are.
  const shop = await Recommender.load(model.slice(), {
    worker: new RankingWorker(),
    wasm: module,
    storage: 'memory',
    historyName: HISTORY,
  });
  const about = await shop.model;
  const popular = (await shop.trending({ k: FOUND })).map(({ id }) => products.get(id));
  // The first list compiles code and unpacks a table: no click has to wait for that.
  const [first] = popular;
  const related = first ? shop.related(first.id, { k: RAIL }) : [];
  const clicked: Product[] = [];

  const search = h('input', {
    type: 'search',
    id: 'preview-search',
    autocomplete: 'off',
    spellcheck: 'false',
  });
  const results = h('ul', {
    class: 'cards',
    id: 'preview-found',
    'aria-label': 'Products to look at',
  });
  const summary = h('p', { class: 'detail', role: 'status' });
  const path = h('div', { class: 'path', id: 'preview-path' });
  const rails = h('div', { id: 'preview-rails' });

  const find = (): void => {
    const text = search.value.trim();
    const found = text ? products.search(text, FOUND) : popular;
    results.replaceChildren(...found.map((product) => card(product, look)));
    if (!text)
      summary.textContent = `The ${plural(found.length, 'product')} most asked for lately.`;
    else if (found.length === 0) summary.textContent = `No product has the words “${text}”.`;
    else if (found.length < FOUND) summary.textContent = plural(found.length, 'product');
    else summary.textContent = `The first ${FOUND} products.`;
  };

  async function look(product: Product): Promise<void> {
    clicked.push(product);
    await shop.record({ item: product.id });
    await draw();
  }

  const again = h('button', { type: 'button', class: 'save', id: 'preview-again' }, 'Start again');
  again.addEventListener('click', async () => {
    clicked.length = 0;
    await shop.history.clear();
    await draw();
    search.focus();
  });

  let numDrawn = 0;

  async function draw(): Promise<void> {
    const drawing = ++numDrawn;
    const last = clicked.at(-1);
    const asked: Asked[] = last
      ? [
          {
            title: `After ${nameOf(last)}`,
            name: 'related',
            list: 'related',
            item: last.id,
            k: RAIL,
          },
          { title: 'For you', name: 'for-you', list: 'forYou', k: RAIL },
          {
            title: 'Bought together with these',
            name: 'together',
            list: 'boughtTogether',
            items: clicked.slice(-3).map(({ id }) => id),
            k: RAIL,
          },
        ]
      : [{ title: 'Popular lately', name: 'trending', list: 'trending', k: RAIL }];
    const began = performance.now();
    const ranked = await shop.page(asked.map(({ title, ...request }) => request));
    const ms = performance.now() - began;
    // Another click came first.
    if (drawing !== numDrawn) return;
    path.replaceChildren(
      ...(clicked.length === 0
        ? [h('p', null, 'Click three products: the rails below change with each.')]
        : [
            h('p', { role: 'status' }, `Looked at ${plural(clicked.length, 'product')}:`),
            h('ol', null, ...clicked.map((product) => h('li', null, nameOf(product)))),
            again,
          ]),
    );
    rails.replaceChildren(
      ...asked.map(({ title, name }) =>
        rail(title, name, ranked.find((one) => one.name === name)?.items ?? []),
      ),
      h(
        'p',
        { class: 'detail' },
        `Ranked in ${ms < 0.1 ? 'less than 0.1' : ms.toFixed(1)} ms by the code that your pages load.`,
      ),
    );
  }

  function rail(title: string, name: string, items: Recommendation[]): HTMLElement | string {
    if (items.length === 0) return '';
    return h(
      'section',
      { class: 'preview-rail', 'data-rail': name, 'aria-label': title },
      h('h3', null, title),
      h('ul', { class: 'cards' }, ...items.map(({ id }) => card(products.get(id), look))),
    );
  }

  function card(product: Product, onClick: (product: Product) => void): HTMLElement {
    const { id, title, price, brand, category, image } = product;
    const details = [brand, category?.split(' > ').at(-1)].filter(Boolean).join(' · ');
    const button = h(
      'button',
      { type: 'button', class: 'preview-card', 'data-id': id },
      picture(title ?? id, showsPictures || image?.startsWith('data:') ? image : undefined),
      h('span', { class: 'preview-title' }, title ?? id),
      details ? h('span', { class: 'detail' }, details) : '',
      price !== undefined ? h('span', { class: 'preview-price' }, amount(price)) : '',
      product.in_stock === false ? h('span', { class: 'detail' }, 'out of stock') : '',
    );
    button.addEventListener('click', () => onClick(product));
    return h('li', null, button);
  }

  search.addEventListener('input', find);
  find();
  await pause();
  await draw();
  const element = part(
    'Preview: a shopper in your shop',
    `${count(products.all.length)} products. Search, click three, and see the rails change. The clicks stay in this page.`,
    h(
      'p',
      { class: 'field' },
      h('label', { for: 'preview-search' }, 'Search your products'),
      search,
    ),
    summary,
    results,
    path,
    rails,
    products.haveTitles
      ? ''
      : h(
          'p',
          { class: 'detail' },
          'The log has ids alone. Add a product feed above to see titles, prices and pictures.',
        ),
    products.haveImages && !showsPictures
      ? h(
          'p',
          { class: 'detail' },
          'Pictures of other servers are not asked for. To see them, reload this page and tick “Show the pictures of the feed” before training.',
        )
      : '',
  );
  element.id = 'preview';
  const goesWith = (await related).map(({ id }) => products.get(id));
  const examples = [...new Set([...popular.slice(0, 1), ...goesWith, ...popular])];
  return { element, about, examples, free: () => shop.free() };
}

const nameOf = ({ id, title }: Product): string => title ?? id;

const amount = (price: number | string): string =>
  typeof price === 'number' ? price.toFixed(2) : price;

/** The picture of a product, or the first letter of its name. */
function picture(name: string, address: string | undefined): HTMLElement {
  const letter = (): HTMLElement =>
    h('span', { class: 'preview-picture', 'aria-hidden': 'true' }, name.charAt(0).toUpperCase());
  if (!address) return letter();
  const image = h('img', {
    class: 'preview-picture',
    src: address,
    alt: '',
    loading: 'lazy',
    decoding: 'async',
    referrerpolicy: 'no-referrer',
  });
  image.addEventListener('error', () => image.replaceWith(letter()));
  return image;
}

// The page on a model file: its items and their neighbours, the sizes of its sections, its measurements, and a map of
// its items. It starts with the demo's own model.
import { loadCatalogue } from '../catalogue';
import { byId, h } from '../dom';
import { bytes, count, words } from '../format';
import { chrome } from './chrome';
import type { Figure, Grid } from './figure';
import { drawMap, type ItemMap } from './map';
import { numbers, part, tableOf } from './parts';
import { picker } from './picker';
import { Reader, ReaderError } from './reader';
import { figure } from './view';

interface Description {
  about: Grid;
  num_items: number;
  privacy: string[];
  measured: Grid;
  constants: Grid;
  figures: Figure[];
}

interface Item {
  item: number;
  id: string;
  category: string | null;
}

interface Neighbours {
  relation: string;
  items: (Item & { weight: number; direct: number })[];
}

const MOST_FOUND = 12;
const MAP_ITEMS = 3000;
const RELATIONS: Record<string, string> = {
  next: 'Viewed next',
  together: 'Bought together',
  similar: 'Alike',
};

chrome(
  '../../',
  [
    ['../../train/', 'Train a model'],
    ['../', 'Explore a log'],
  ],
  [
    'Everything on this page is read from the file, in this tab. Weights are the numbers that ranking adds up.',
  ],
);

const reader = new Reader();
const heading = h('h1', { tabindex: '-1' }, 'What is in a model');
const content = h('div', { id: 'content' }, h('p', { class: 'opening' }, 'Opening the model…'));
const pick = picker({
  title: 'Open a model of your own',
  text: [
    'A .vicino file, as the vicino command writes it. ',
    h('b', null, 'Nothing is uploaded'),
    ': the file is opened in this tab.',
  ],
  accept: '.vicino',
  extra: [],
  onFile: (file) => void openFile(file),
  onCancel: () => reader.stop(),
});
byId('main').replaceChildren(heading, pick.element, content);

/** Titles of items by id, for the demo's own model only. */
let titles = new Map<string, string>();
void openOwn();

async function openOwn(): Promise<void> {
  try {
    const response = await fetch('../../shop.vicino');
    if (!response.ok) throw new Error(`The model answered HTTP ${response.status}.`);
    const model = await response.arrayBuffer();
    const description = await reader.call<Description>('open', [model]);
    titles = await ownTitles();
    show('the demo’s model', description);
  } catch (error) {
    content.replaceChildren();
    pick.fail(
      'The demo’s own model cannot be opened.',
      `${error instanceof Error ? error.message : String(error)} Run \`npm start\`, which trains it, or open a file.`,
    );
  }
}

/** Reads titles of products, by the id that the model has for all their sizes; without the catalogue, ids are shown. */
async function ownTitles(): Promise<Map<string, string>> {
  try {
    const { products } = await loadCatalogue('../../catalogue.json');
    const firsts = products.filter((product) => product.sizes[0] === product);
    return new Map(
      firsts.map(({ id, title, brand }) => [id, brand ? `${title}, ${brand}` : title]),
    );
  } catch {
    return new Map();
  }
}

async function openFile(file: File): Promise<void> {
  pick.progress(file.name, { step: 'Opening', done: 0, total: 0, rows: 0 });
  try {
    const description = await reader.call<Description>('open', [await file.arrayBuffer()]);
    titles = new Map();
    show(file.name, description);
    pick.done();
    heading.focus();
  } catch (error) {
    pick.done();
    const { code, message } =
      error instanceof ReaderError ? error : new ReaderError('unreadable', String(error));
    if (code !== 'stopped') pick.fail(`${file.name} was not opened.`, message);
  }
}

function show(name: string, of: Description): void {
  heading.textContent = `What is in ${name}`;
  document.title = `${name}: Vicino`;
  const place = h('div', { id: 'map' });
  content.replaceChildren(
    numbers(
      of.about.rows
        .filter(([, value = '']) => /^\d+$/.test(value))
        .filter(([what]) => what !== 'seed')
        .map(([what = '', value = '']) => [
          what,
          what === 'bytes' ? bytes(Number(value)) : count(Number(value)),
        ]),
    ),
    finder(),
    place,
    ...of.figures.map(figure),
    h(
      'div',
      { class: 'tables' },
      part(
        'Privacy',
        '',
        h('ul', { class: 'plain' }, ...of.privacy.map((line) => h('li', null, line))),
      ),
      part(
        'Measured',
        of.measured.rows.length > 0
          ? 'Measured on the last part of the sessions, which also chose the hyperparameters.'
          : 'Nothing was measured while training.',
        of.measured.rows.length > 0 ? tableOf(of.measured) : '',
      ),
      part('Hyperparameters', 'Settings of ranking and learning.', tableOf(of.constants)),
      part('File', '', tableOf(of.about)),
    ),
  );
  void reader.call<ItemMap>('map', [MAP_ITEMS]).then(
    (map) => {
      const named = (id: string): string => titles.get(id) ?? id;
      if (map.places.length > 2) place.replaceChildren(drawMap(map, named));
    },
    () => place.remove(),
  );
}

/** Makes the search for items, and the neighbours of the chosen item. */
function finder(): HTMLElement {
  const input = h('input', {
    type: 'search',
    id: 'item',
    autocomplete: 'off',
    spellcheck: 'false',
    'aria-describedby': 'found-count',
  });
  const found = h('ul', { class: 'found', id: 'found' });
  const said = h('p', { id: 'found-count', role: 'status', class: 'visually-hidden' });
  const chosen = h('div', { id: 'neighbours' });
  let turn = 0;

  const choose = async (item: Item): Promise<void> => {
    const lists = await reader.call<Neighbours[]>('neighbours', [item.item]);
    chosen.replaceChildren(neighboursOf(item, lists, choose));
    chosen.querySelector('h3')?.focus();
  };
  const search = async (): Promise<void> => {
    const mine = ++turn;
    const items = await searched(input.value);
    if (mine !== turn) return;
    said.textContent = `${items.length} items found`;
    found.replaceChildren(
      ...items.map((item) =>
        h(
          'li',
          null,
          h('button', { type: 'button', onclick: () => void choose(item) }, ...label(item)),
        ),
      ),
    );
    const [first] = items;
    if (mine === 1 && first) {
      const lists = await reader.call<Neighbours[]>('neighbours', [first.item]);
      if (chosen.childElementCount === 0) {
        chosen.replaceChildren(neighboursOf(first, lists, choose));
      }
    }
  };
  input.addEventListener('input', () => void search());
  input.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' || event.key === 'ArrowDown') {
      event.preventDefault();
      found.querySelector('button')?.focus();
    }
  });
  found.addEventListener('keydown', (event) => {
    const all = [...found.querySelectorAll('button')];
    const at = all.indexOf(document.activeElement as HTMLButtonElement);
    const to = event.key === 'ArrowDown' ? at + 1 : event.key === 'ArrowUp' ? at - 1 : undefined;
    if (to === undefined) return;
    event.preventDefault();
    if (to < 0) input.focus();
    else all[to]?.focus();
  });
  void search();
  return h(
    'section',
    { class: 'figure', 'aria-labelledby': 'finder-title' },
    h('h2', { id: 'finder-title' }, 'Neighbours of an item'),
    h('p', null, h('label', { for: 'item' }, 'Search by id, name or category'), input),
    said,
    found,
    chosen,
  );
}

/** Finds items whose title, id or category contains the text. */
async function searched(text: string): Promise<Item[]> {
  const found = await reader.call<Item[]>('search', [text, MOST_FOUND]);
  const wanted = text.trim().toLowerCase();
  if (wanted === '' || titles.size === 0) return found;
  const ids = [...titles]
    .filter(([, title]) => title.toLowerCase().includes(wanted))
    .slice(0, MOST_FOUND)
    .map(([id]) => reader.call<Item | null>('find', [id]));
  const titled = (await Promise.all(ids)).filter((item) => item !== null);
  const known = new Set(titled.map(({ id }) => id));
  return [...titled, ...found.filter(({ id }) => !known.has(id))].slice(0, MOST_FOUND);
}

/** Writes a category that the data shouts in small letters. */
const calm = (category: string): string =>
  category === category.toUpperCase() ? words(category.toLowerCase()) : category;

function label({ id, category }: Item): (Node | string)[] {
  const title = titles.get(id);
  return [
    h('b', null, title ?? id),
    title ? ` ${id}` : '',
    category ? h('span', { class: 'detail' }, ` ${calm(category)}`) : '',
  ];
}

function neighboursOf(
  item: Item,
  lists: Neighbours[],
  choose: (item: Item) => Promise<void>,
): HTMLElement {
  return h(
    'div',
    null,
    h('h3', { tabindex: '-1' }, 'Neighbours of ', ...label(item)),
    h(
      'div',
      { class: 'lists' },
      ...lists.map(({ relation, items }) => {
        const most = Math.max(...items.map(({ weight }) => weight));
        return h(
          'section',
          null,
          h('h4', null, RELATIONS[relation] ?? relation),
          items.length === 0 ? h('p', null, 'The model has no neighbours of it.') : '',
          h(
            'ol',
            { class: 'weights' },
            ...items.map((neighbour) =>
              h(
                'li',
                null,
                h(
                  'button',
                  { type: 'button', onclick: () => void choose(neighbour) },
                  ...label(neighbour),
                ),
                weightBar(neighbour.weight / most, neighbour.direct / most),
                h(
                  'span',
                  { class: 'detail' },
                  `${Number(neighbour.weight.toPrecision(3))}, ${reason(neighbour)}`,
                ),
              ),
            ),
          ),
        );
      }),
    ),
  );
}

/** Draws a weight: dark for the part from the file, light for the part from neighbours of neighbours. */
function weightBar(share: number, direct: number): HTMLElement {
  const bar = h('span', { class: 'weight-bar', 'aria-hidden': 'true' });
  const [all, full] = [h('span', { class: 'all' }), h('span', { class: 'full' })];
  all.style.width = `${(100 * share).toFixed(1)}%`;
  full.style.width = `${(100 * direct).toFixed(1)}%`;
  bar.append(all, full);
  return bar;
}

function reason({ weight, direct }: { weight: number; direct: number }): string {
  if (direct <= 0) return 'through a common neighbour';
  return weight > direct * 1.0001 ? 'in the file, and through common neighbours' : 'in the file';
}

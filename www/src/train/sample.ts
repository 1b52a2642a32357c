// A small shop that is made up: a log and a feed to try the page with. The same ones every time.
import { pause } from '../dom';
import type { Chosen } from './files';

const KINDS: [string, string, string[]][] = [
  ['Kitchen', '#c2703d', ['Kettle', 'Teapot', 'Cup', 'Plate', 'Bowl', 'Pan', 'Knife', 'Board']],
  ['Garden', '#4f8a4b', ['Spade', 'Rake', 'Hose', 'Pot', 'Gloves', 'Seeds', 'Bench', 'Lamp']],
  ['Desk', '#3f6fa8', ['Pen', 'Pencil', 'Notebook', 'Stapler', 'Folder', 'Lamp', 'Clock', 'Tray']],
  [
    'Travel',
    '#8a5aa5',
    ['Suitcase', 'Backpack', 'Bottle', 'Pillow', 'Towel', 'Lock', 'Tag', 'Map'],
  ],
  ['Bath', '#3a9a9a', ['Soap', 'Brush', 'Sponge', 'Mirror', 'Robe', 'Mat', 'Basket', 'Comb']],
];
const BRANDS = ['Arno', 'Lido', 'Monte', 'Riva', 'Sole'];
const SHOPPERS = 900;
const VISITS = 6;

export async function sample(): Promise<Chosen> {
  const next = random(20_261_130);
  const below = (n: number): number => Math.floor(next() * n);
  const shelves = KINDS.map(([kind, colour, names], at) =>
    BRANDS.flatMap((brand, of) =>
      names.map((name, i) => ({
        id: `${kind.charAt(0)}${at + 1}${of + 1}${i + 1}`,
        title: `${brand} ${name.toLowerCase()}`,
        category: `Home > ${kind}`,
        brand,
        price: (4 + next() * 60).toFixed(2),
        image: drawing(name.charAt(0), colour),
      })),
    ),
  );
  const events = ['time,event,user_id,session_id,product_id'];
  let session = 0;
  for (let shopper = 1; shopper <= SHOPPERS; shopper++) {
    if (shopper % 50 === 0) await pause();
    const likes = [below(shelves.length), below(shelves.length)];
    for (let visit = 0; visit < VISITS; visit++) {
      let ms = Date.UTC(2026, 8, 1) + (visit * 14 + below(14)) * 86_400_000 + below(86_000) * 1000;
      session += 1;
      const shelf = shelves[likes[below(2)] as number] ?? [];
      let at = Math.floor(next() ** 2 * shelf.length);
      for (let n = 2 + below(4); n > 0; n--) {
        // Neighbours on the shelf go together, mostly.
        const product = shelf[at % shelf.length];
        at = next() < 0.6 ? at + 1 + below(3) : Math.floor(next() ** 2 * shelf.length);
        if (!product) continue;
        ms += 20_000 + below(60_000);
        const row = (event: string, at: number): string =>
          `${new Date(at).toISOString()},${event},u${shopper},s${session},${product.id}`;
        events.push(row('view', ms));
        if (next() < 0.3) events.push(row('cart', ms + 4000));
        if (next() < 0.15) events.push(row('purchase', ms + 8000));
      }
    }
  }
  const feed = shelves
    .flat()
    .map(({ id, title, category, brand, price, image }) =>
      [id, title, category, brand, price, `"${image}"`].join(','),
    );
  return {
    logs: [file('sample-events.csv', events)],
    feed: file('sample-products.csv', ['id,title,category,brand,price,image', ...feed]),
  };
}

const file = (name: string, lines: string[]): File =>
  new File([`${lines.join('\n')}\n`], name, { type: 'text/csv' });

/** A picture that no server is asked for. */
function drawing(letter: string, colour: string): string {
  const svg = `<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 90 90'><rect width='90' height='90' fill='${colour}'/><text x='45' y='60' font-family='sans-serif' font-size='44' text-anchor='middle' fill='#fff'>${letter}</text></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

/** Mulberry32: the same numbers for the same seed everywhere. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

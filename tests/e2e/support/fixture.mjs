// A small shop to test with: purchases and products made up by a seeded
// generator, a model trained from them by the `vicino` command, and the demo
// built around them.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '../../..');
/** Folder of everything that is made for the tests. */
export const output = join(root, 'tests/e2e/output');

// Real categories of the sample data, so that every product finds its shelf.
const KINDS = [
  ['PRODUCE', 'TROPICAL FRUIT', 'BANANAS'],
  ['PRODUCE', 'BERRIES', 'STRAWBERRIES'],
  ['PRODUCE', 'TOMATOES', 'TOMATOES GRAPE'],
  ['GROCERY', 'FLUID MILK PRODUCTS', 'FLUID MILK WHITE ONLY'],
  ['GROCERY', 'EGGS', 'EGGS - LARGE'],
  ['GROCERY', 'CHEESE', 'SHREDDED CHEESE'],
  ['GROCERY', 'BAKED BREAD/BUNS/ROLLS', 'MAINSTREAM WHITE BREAD'],
  ['GROCERY', 'COLD CEREAL', 'KIDS CEREAL'],
  ['GROCERY', 'BAG SNACKS', 'POTATO CHIPS'],
  ['GROCERY', 'SOFT DRINKS', 'SFT DRNK 2 LITER BTL CARB INCL'],
  ['GROCERY', 'FROZEN PIZZA', 'PIZZA/PREMIUM'],
  ['GROCERY', 'DOG FOODS', 'DOG BISCUITS (HARD BISCUIT)'],
  ['MEAT', 'BEEF', 'LEAN'],
  ['DRUG GM', 'HAIR CARE PRODUCTS', 'SHAMPOO'],
  ['DRUG GM', 'BABY FOODS', 'BABY JUICES'],
];
const SIZES = ['8 OZ', '12 OZ', '16 OZ', '1 LB', '2 L', ''];
const PRODUCTS_A_KIND = 16;
const SHOPPERS = 240;
const BASKETS_A_SHOPPER = 8;

/** Mulberry32: the same numbers for the same seed everywhere. */
export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The two tables as CSV: products, and the purchases of shoppers who each like three kinds. */
function tables() {
  const next = random(20170101);
  const below = (n) => Math.floor(next() * n);
  const products = KINDS.flatMap((kind, at) =>
    Array.from({ length: PRODUCTS_A_KIND }, (_, i) => ({
      id: String(800000 + at * 1000 + i * 7),
      maker: i % 4 === 0 ? 69 : 100 + below(40),
      brand: i % 4 === 0 ? 'Private' : 'National',
      kind,
      size: SIZES[below(SIZES.length)],
      price: (0.5 + next() * 6).toFixed(2),
    })),
  );
  const lines = [];
  let basket = 31_000_000;
  for (let shopper = 1; shopper <= SHOPPERS; shopper++) {
    const likes = [below(KINDS.length), below(KINDS.length), below(KINDS.length)];
    for (let b = 0; b < BASKETS_A_SHOPPER; b++) {
      const minute =
        Date.UTC(2017, 0, 1) + (b * 30 + below(28)) * 86_400_000 + below(1440) * 60_000;
      const at = new Date(minute).toISOString().replace('.000Z', 'Z');
      basket += 1;
      const bought = new Set();
      for (let n = 2 + below(6); n > 0; n--) {
        // Squaring makes the first products of a kind the popular ones.
        const nth = Math.floor(next() ** 2 * PRODUCTS_A_KIND);
        bought.add(products[likes[below(likes.length)] * PRODUCTS_A_KIND + nth]);
      }
      for (const { id, price } of bought) lines.push([shopper, basket, id, 1, price, at].join(','));
    }
  }
  return {
    products: [
      'product_id,manufacturer_id,department,brand,product_category,product_type,package_size',
      ...products.map(({ id, maker, brand, kind, size }) =>
        [id, maker, kind[0], brand, kind[1], kind[2], size].join(','),
      ),
      // Fuel is in such data, but no shelf holds it.
      '899999,69,FUEL,Private,COUPON/MISC ITEMS,GASOLINE-REG UNLEADED,',
    ].join('\n'),
    transactions: [
      'household_id,basket_id,product_id,quantity,sales_value,transaction_timestamp',
      ...lines,
    ].join('\n'),
  };
}

/** The newest build of the command. */
export function command() {
  const built = ['release', 'fast', 'debug']
    .map((profile) => join(root, 'target', profile, 'vicino'))
    .filter((file) => existsSync(file))
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  if (!built[0])
    throw new Error('no target/*/vicino: build it with `cargo build --release --bin vicino`');
  return built[0];
}

const run = (program, args, env = {}) =>
  execFileSync(program, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });

/** Trains the model and builds the shop; returns its folder. */
export function buildFixture() {
  const data = join(output, 'data');
  const dist = join(output, 'dist');
  rmSync(output, { recursive: true, force: true });
  mkdirSync(data, { recursive: true });
  const products = join(output, 'products.csv');
  const transactions = join(output, 'transactions.csv');
  const made = tables();
  writeFileSync(products, made.products);
  writeFileSync(transactions, made.transactions);
  const feed = join(output, 'feed.csv');
  run(process.execPath, [
    ...['scripts/demo-data', '--products', products, '--transactions', transactions],
    ...['--min-purchases', '1', '-o', join(data, 'catalogue.json'), '--feed', feed],
  ]);
  run(command(), [
    ...['train', transactions, '--catalog', feed, '--similar', '10', '--no-tune', '--quiet'],
    ...['-o', join(data, 'shop.vicino'), '--report', join(data, 'report.json')],
  ]);
  run(command(), [
    ...['explore', transactions, '--catalog', products, '--quiet'],
    ...['-o', join(data, 'explored.json')],
  ]);
  run('npm', ['run', '--silent', 'build', '-w', 'www', '--', '--logLevel', 'error'], {
    VICINO_SHOP_DATA: data,
    VICINO_SHOP_OUT: dist,
  });
  return dist;
}

/** Finds the folder of the shop that is built with the sample data, if there is one. */
export function sampleShop() {
  const dist = join(root, 'www/dist');
  const files = ['index.html', 'shop.vicino', 'report.json', 'explored.json', 'catalogue.json'];
  const whole = files.every((file) => existsSync(join(dist, file)));
  return whole ? dist : undefined;
}

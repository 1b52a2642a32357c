// Run with little memory for WebAssembly: 1.5 MB for each instance.
import { readFileSync } from 'node:fs';
import { Recommender, VicinoError } from '../dist/node.js';

const tiny = readFileSync(new URL('../../tests/web/tiny.vicino', import.meta.url));
const attempt = async (call) => {
  try {
    await call();
    return undefined;
  } catch (error) {
    return error;
  }
};

const shop = await Recommender.load(tiny);
const said = { first: shop.trending().length };
const large = new Uint8Array(2_000_000);
large.set(tiny);
const refused = await attempt(() => Recommender.load(large));
said.loaded = [refused?.code, refused?.name, refused instanceof VicinoError];
said.listed = shop.forYou().length;
said.updated = shop.catalog.update([{ id: 'sku-0', price: 3 }]).known;
const second = await Recommender.load(tiny);
said.again = second.trending().length;
// A filter with more words than there is memory.
const where = { all: Array.from({ length: 100_000 }, () => ({ inStock: true })) };
said.list = (await attempt(() => second.forYou({ where })))?.code;
said.after = [
  second.related('sku-0', { k: 3 }).length,
  second.forYou().length,
  second.catalog.update([{ id: 'sku-0', price: 4 }]).known,
];
second.free();
const third = await Recommender.load(tiny);
said.other = third.trending().length;
third.free();
shop.free();
console.log(JSON.stringify(said));

// A page of the shop with rails, as a file to begin with: its example is a product of the model.
import type { Product } from './products';

const escaped = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
/** A text as a script in a page has it. */
const literal = (text: string): string => JSON.stringify(text).replaceAll('<', '\\u003c');

/** The code for a product page; `items` are examples, of which the first is the product of the page. */
export function snippet(items: readonly Product[]): string {
  const [item] = items;
  const id = item?.id ?? '';
  const titles = items.map((one) => `  ${literal(one.id)}: ${literal(one.title ?? one.id)},`);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Rails of ${escaped(item?.title ?? id)}</title>
<!--
  A product page with rails of shop.vicino.
  1. npm install vicino
  2. Put shop.vicino beside your pages, and this file beside node_modules.
  3. Serve the folder with any web server and open this file.
  Ids are those of your export, letter by letter: the first here is ${escaped(id).replaceAll('--', '- -')}.
  With Vite, webpack or esbuild leave out the importmap.
-->
<link rel="icon" href="data:,">
<link rel="preload" as="fetch" crossorigin href="./shop.vicino">
<script type="importmap">
  { "imports": {
    "vicino": "./node_modules/vicino/dist/index.js",
    "vicino/element": "./node_modules/vicino/dist/element.js"
  } }
</script>

<vicino-rail list="related" item="${escaped(id)}" k="6" loading="eager" label="Goes with it">
  <h2 slot="heading">Goes with it</h2>
  <template><a href="/products/{{id}}">{{title}}</a></template>
</vicino-rail>
<vicino-rail list="forYou" k="6" loading="eager" label="For you">
  <h2 slot="heading">For you</h2>
  <template><a href="/products/{{id}}">{{title}}</a></template>
</vicino-rail>

<script type="module">
  import { Recommender } from 'vicino';
  import { setRecommender } from 'vicino/element';

  // Titles come from your shop; these are a few to begin with.
  const titles = {
  ${titles.join('\n  ')}
  };
  for (const rail of document.querySelectorAll('vicino-rail')) {
    rail.data = async (id) => ({ title: titles[id] ?? id });
  }

  const shop = await Recommender.load('./shop.vicino');
  setRecommender(shop);
  // The shopper looks at this product. Put its id here on each product page.
  await shop.record({ item: ${literal(id)} });
  // In the cart: await shop.record({ item: ${literal(id)}, kind: 'cart' }); when it is bought: kind: 'purchase'.
  // The history is in memory until the shopper agrees: await shop.consent.grant();
</script>
</html>
`;
}

// The picture of a product: an inline SVG, the same for the same product, so that the shop needs no image request.
//
// A drawing is a file of this folder, 96 x 96, one element a line. Its colours are variables: those of a palette, and
// `--colour1` and so on with one of the colours that the attributes `data-colour1` and so on list. An element with
// `data-variant="1,2/3"` is only drawn if the product's seed modulo 3 is 1 or 2, one with `data-mark` if it is the
// product's print on labels. A name such as `apple:1` means the second colour and variant, whatever the seed: green
// apples are green.
import { paletteOf } from './palette';

/** A drawing, parsed. */
interface Drawing {
  elements: { svg: string; variants: number[]; numVariants: number; mark: number }[];
  /** Lists of colours, by number. */
  colours: string[][];
}

/** Number of prints on labels. */
const NUM_MARKS = 4;

const files = import.meta.glob<string>('./*.svg', {
  eager: true,
  import: 'default',
  query: '?raw',
});
const drawings = new Map(
  Object.entries(files).map(([path, file]) => [path.slice('./'.length, -'.svg'.length), file]),
);
const parsed = new Map<string, Drawing>();

function parse(file: string): Drawing {
  const [, head = '', ...rest] = file.trim().split('\n');
  return {
    elements: rest.slice(0, -1).map((line) => {
      const [, variants = '0', numVariants = '1'] = /data-variant="(.+?)\/(.+?)"/.exec(line) ?? [];
      const [, mark = '-1'] = /data-mark="(.+?)"/.exec(line) ?? [];
      return {
        svg: line.trim().replace(/ data-[\w-]+="[^"]*"/g, ''),
        variants: variants.split(',').map(Number),
        numVariants: Number(numVariants),
        mark: Number(mark),
      };
    }),
    colours: Array.from(head.matchAll(/data-colour\d+="([^"]*)"/g), ([, list = '']) =>
      list.split(' '),
    ),
  };
}

/** Finds a drawing; a box stands in for one that is missing. */
function drawing(name: string): Drawing {
  const known = parsed.get(name) ?? parse(drawings.get(name) ?? drawings.get('box') ?? '');
  parsed.set(name, known);
  return known;
}

/** The product properties that its picture depends on. */
export interface Pictured {
  id: string;
  maker: number;
  art: string;
}

/** Draws a product as SVG markup; decoration only, so it is hidden from assistive technology. */
export function picture(product: Pictured): string {
  const { seed, ...palette } = paletteOf(product.maker, product.id);
  const [name = '', form] = product.art.split(':');
  const { elements, colours } = drawing(name);
  const choice = form === undefined ? seed : Number(form);
  const variables: Record<string, string> = { ...palette };
  colours.forEach((list, at) => {
    variables[`colour${at + 1}`] = list[choice % list.length] ?? palette.main;
  });
  // A list may name a colour of the palette.
  const colour = (text: string): string =>
    text.replace(/var\(--(\w+)\)/g, (_, name) => colour(variables[name] ?? ''));
  const svg = elements
    .filter(({ variants, numVariants }) => variants.includes(choice % numVariants))
    .filter(({ mark }) => mark < 0 || mark === (seed >>> 4) % NUM_MARKS)
    .map((element) => element.svg)
    .join('');
  const shadow = '<ellipse cx="48" cy="90" rx="30" ry="3.5" fill="#000" opacity=".1"/>';
  return `<svg viewBox="0 0 96 96" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">${shadow}${colour(svg)}</svg>`;
}

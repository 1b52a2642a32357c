// A product's picture: an inline SVG, the same for the same product, so that
// the shop needs no image request.
import { household } from './household';
import { kitchen } from './kitchen';
import { packages } from './packages';
import { paletteOf } from './palette';
import { produce } from './produce';

const drawings: Record<string, (p: ReturnType<typeof paletteOf>) => string> = {
  ...packages,
  ...produce,
  ...kitchen,
  ...household,
};

/** What the picture depends on. */
export interface Pictured {
  id: string;
  maker: number;
  shelf: { art: string };
}

/** SVG markup; decoration only, so it is hidden from assistive technology. */
export function picture(product: Pictured): string {
  const palette = paletteOf(product.maker, product.id);
  const drawing = drawings[product.shelf.art] ?? drawings.box;
  const shadow = '<ellipse cx="48" cy="90" rx="30" ry="3.5" fill="#000" opacity=".1"/>';
  return `<svg viewBox="0 0 96 96" aria-hidden="true" focusable="false">${shadow}${drawing ? drawing(palette) : ''}</svg>`;
}

// The strokes that drawings share. Every function gives SVG markup for a
// 96 x 96 box; nothing here knows what a product is.
import type { Palette } from './palette';

export const rect = (x: number, y: number, w: number, h: number, r: number, fill: string): string =>
  `<rect x="${x}" y="${y}" width="${w}" height="${h}" rx="${r}" fill="${fill}"/>`;

export const circle = (x: number, y: number, r: number, fill: string): string =>
  `<circle cx="${x}" cy="${y}" r="${r}" fill="${fill}"/>`;

export const oval = (x: number, y: number, rx: number, ry: number, fill: string): string =>
  `<ellipse cx="${x}" cy="${y}" rx="${rx}" ry="${ry}" fill="${fill}"/>`;

export const path = (d: string, fill: string): string => `<path d="${d}" fill="${fill}"/>`;

export const line = (d: string, colour: string, width: number): string =>
  `<path d="${d}" fill="none" stroke="${colour}" stroke-width="${width}" stroke-linecap="round" stroke-linejoin="round"/>`;

/** A highlight along the left of something shiny. */
export const shine = (x: number, y: number, h: number): string =>
  `<rect x="${x}" y="${y}" width="3.5" height="${h}" rx="1.75" fill="#fff" opacity=".4"/>`;

export const leaf = (x: number, y: number, turn: number, size = 1): string =>
  `<path transform="translate(${x} ${y}) rotate(${turn}) scale(${size})" d="M0 0C2-9 11-12 18-9 16-2 9 4 0 0Z" fill="#5d9a4a"/>`;

/** A printed label: one of four patterns, the same for the same product. */
export function label(x: number, y: number, w: number, h: number, p: Palette, r = 2): string {
  const middle = x + w / 2;
  const centre = y + h / 2;
  const size = Math.min(w, h);
  const marks = [
    () => circle(middle, centre, size * 0.28, p.print),
    () =>
      rect(x, y + h * 0.3, w, h * 0.16, 0, p.print) + rect(x, y + h * 0.56, w, h * 0.16, 0, p.main),
    () =>
      path(
        `M${middle} ${centre - size * 0.34}l${size * 0.3} ${size * 0.34}-${size * 0.3} ${size * 0.34}-${size * 0.3}-${size * 0.34}Z`,
        p.print,
      ),
    () =>
      path(
        `M${x} ${y + h * 0.6}q${w / 4}-${h * 0.34} ${w / 2} 0t${w / 2} 0V${y + h - r}q0 ${r}-${r} ${r}H${x + r}q-${r} 0-${r}-${r}Z`,
        p.print,
      ),
  ];
  const mark = marks[(p.seed >>> 4) % marks.length];
  return rect(x, y, w, h, r, p.pale) + (mark ? mark() : '');
}

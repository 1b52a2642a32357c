// Saves a drawn figure: as SVG with its styles written into it, as PNG of twice the size, and its numbers as CSV.
import type { Grid } from './figure';

const SVG = 'http://www.w3.org/2000/svg';
const TITLE_HEIGHT = 44;
const PADDING = 16;
/** Properties of a shape that a stylesheet or a variable may set. */
const STYLES = [
  'fill',
  'stroke',
  'font-family',
  'font-size',
  'font-weight',
  'font-variant',
] as const;

/** Offers a file to be saved. */
export function save(name: string, content: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  // The browser needs the address until the download has begun.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** Formats rows as CSV (RFC 4180), with an apostrophe before cells that a spreadsheet would run. */
export function csv({ head, rows }: Grid): Blob {
  const field = (text: string): string => {
    const isFormula = /^[=+\-@\t\r]/.test(text) && !/^[+-]?[\d.,]+ ?%?$/.test(text);
    const safe = isFormula ? `'${text}` : text;
    return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const lines = [head, ...rows].map((row) => `${row.map(field).join(',')}\r\n`);
  return new Blob(lines, { type: 'text/csv' });
}

/** Joins the drawings of a figure, one below the other under the title, into a picture that needs no stylesheet. */
export function svg(
  placeOf: HTMLElement,
  title: string,
): { text: string; width: number; height: number } {
  const { color, fontFamily } = getComputedStyle(placeOf);
  const paper = getComputedStyle(placeOf.closest('.figure') ?? document.body).backgroundColor;
  const drawings = [...placeOf.querySelectorAll('svg')].filter(
    (drawing) => !drawing.parentElement?.closest('svg'),
  );
  const sizes = drawings.map((drawing) => ({
    width: Number(drawing.getAttribute('width')) || drawing.clientWidth,
    height: Number(drawing.getAttribute('height')) || drawing.clientHeight,
  }));
  const width = Math.max(320, ...sizes.map((size) => size.width)) + 2 * PADDING;
  const height = TITLE_HEIGHT + PADDING + sizes.reduce((sum, size) => sum + size.height, 0);
  const outer = element('svg', { xmlns: SVG, width, height, viewBox: `0 0 ${width} ${height}` });
  const heading = element('title', {});
  heading.textContent = title;
  const visible = element('text', {
    x: PADDING,
    y: 28,
    fill: color,
    'font-family': fontFamily,
    'font-size': 17,
    'font-weight': 650,
  });
  visible.textContent = title;
  outer.append(heading, element('rect', { width, height, fill: paper }), visible);
  let y = TITLE_HEIGHT;
  drawings.forEach((drawing, at) => {
    const copy = inlined(drawing);
    copy.setAttribute('x', String(PADDING));
    copy.setAttribute('y', String(y));
    copy.setAttribute('color', color);
    outer.append(copy);
    y += sizes[at]?.height ?? 0;
  });
  return { text: new XMLSerializer().serializeToString(outer), width, height };
}

/** Draws the picture at twice the size, on the background of the page. */
export async function png(picture: { text: string; width: number; height: number }): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(picture.text)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = 2 * picture.width;
  canvas.height = 2 * picture.height;
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('no picture came of it')))),
  );
}

/** Copies a drawing, with the colours and fonts that it has on the page now. */
function inlined(drawing: SVGSVGElement): SVGSVGElement {
  const copy = drawing.cloneNode(true) as SVGSVGElement;
  const [from, to] = [drawing.querySelectorAll('*'), copy.querySelectorAll('*')];
  const inline = (original: Element, twin: Element): void => {
    const style = getComputedStyle(original);
    for (const name of STYLES) {
      const has = original.hasAttribute(name);
      const isVariable = /var\(|currentColor|inherit/.test(original.getAttribute(name) ?? '');
      if (isVariable || (!has && original === drawing && name.startsWith('font'))) {
        twin.setAttribute(name, style.getPropertyValue(name));
      }
    }
  };
  inline(drawing, copy);
  from.forEach((original, at) => {
    const twin = to[at];
    if (twin) inline(original, twin);
  });
  copy.removeAttribute('style');
  copy.removeAttribute('aria-hidden');
  return copy;
}

function element(name: string, attributes: Record<string, string | number>): SVGElement {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key !== 'xmlns') made.setAttribute(key, String(value));
  }
  return made;
}

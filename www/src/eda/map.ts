// The map of a model's items: neighbours lie close to each other, colours are categories.
import * as Plot from '@observablehq/plot';
import { h } from '../dom';
import { count, words } from '../format';
import { style } from './charts';
import { view } from './view';

/** Map of a model's items: `Map` of `src/web/explore/model.rs`. */
export interface ItemMap {
  places: { id: string; x: number; y: number; category: number | null }[];
  categories: string[];
}

/** Categories with a colour and a shape of their own: the largest. */
const COLOURED = 6;
const SYMBOLS = ['circle', 'square', 'triangle', 'diamond', 'star', 'cross'] as const;

/** Makes the figure of the map; `named` returns an item's name. */
export function drawMap(
  { places, categories }: ItemMap,
  named: (id: string) => string,
): HTMLElement {
  const sizes = new Map<number, number>();
  for (const { category } of places) {
    if (category !== null) sizes.set(category, (sizes.get(category) ?? 0) + 1);
  }
  const largest = [...sizes].sort((a, b) => b[1] - a[1]).slice(0, COLOURED);
  const colourOf = new Map(largest.map(([category], at) => [category, at]));
  const nameOf = (category: number | null): string =>
    category === null ? 'no category' : words((categories[category] ?? '').toLowerCase());
  const points = places.map((place) => ({
    ...place,
    at: colourOf.get(place.category ?? -1) ?? -1,
  }));
  type Place = (typeof points)[number];
  const text = (place: Place): string => `${named(place.id)}\n${nameOf(place.category)}`;
  return view({
    id: 'map',
    title: 'A map of the items',
    text: `The ${count(places.length)} most popular items that have neighbours among each other. Items close to each other are viewed or bought together; the axes have no meaning. The ${largest.length} largest categories have colours and shapes.`,
    table: {
      head: ['Item', 'Name', 'Category', 'x', 'y'],
      rows: places.map(({ id, category, x, y }) => [
        id,
        named(id),
        nameOf(category),
        x.toFixed(3),
        y.toFixed(3),
      ]),
    },
    draw: (width) => {
      const height = Math.round(Math.min(620, Math.max(320, width * 0.7)));
      const dots = (at: number): Plot.Markish =>
        Plot.dot(
          points.filter((place) => place.at === at),
          {
            x: 'x',
            y: 'y',
            r: at < 0 ? 2 : 3.2,
            symbol: at < 0 ? 'circle' : (SYMBOLS[at] ?? 'circle'),
            fill: at < 0 ? 'var(--soft)' : `var(--plot-${at + 1})`,
            fillOpacity: at < 0 ? 0.35 : 0.8,
          },
        );
      const element = Plot.plot({
        width,
        height,
        margin: 8,
        style,
        x: { axis: null },
        y: { axis: null },
        marks: [
          ...[-1, 0, 1, 2, 3, 4, 5].map(dots),
          Plot.tip(
            points,
            Plot.pointer({
              x: 'x',
              y: 'y',
              title: text,
              fill: 'var(--card)',
              stroke: 'var(--line)',
            }),
          ),
        ],
      });
      const [x, y] = [element.scale('x'), element.scale('y')];
      const stops = points.slice(0, 500).map((place) => ({
        x: Number(x?.apply(place.x)),
        y: Number(y?.apply(place.y)),
        text: text(place),
      }));
      const key = keyOf(
        largest.map(([category, num]) => `${nameOf(category)} (${count(num)})`),
        width,
      );
      return { element: h('div', null, key, element), stops };
    },
  });
}

/** Draws the key of colours and shapes, in as many lines as it needs. */
function keyOf(names: string[], width: number): Element {
  let [x, y] = [8, 12];
  const entries = names.map((name, at) => {
    const wide = 26 + name.length * 7.4;
    if (x + wide > width && x > 8) [x, y] = [8, y + 20];
    const entry = { x, y, name, at };
    x += wide;
    return entry;
  });
  return Plot.plot({
    width,
    height: names.length > 0 ? y + 14 : 0,
    margin: 0,
    axis: null,
    x: { type: 'identity' },
    y: { type: 'identity' },
    style,
    marks: [
      ...entries.map(({ at, ...entry }) =>
        Plot.dot([entry], {
          x: 'x',
          y: 'y',
          r: 5,
          symbol: SYMBOLS[at] ?? 'circle',
          fill: `var(--plot-${at + 1})`,
        }),
      ),
      Plot.text(entries, {
        x: 'x',
        y: 'y',
        text: 'name',
        textAnchor: 'start',
        dx: 11,
        fill: 'currentColor',
      }),
    ],
  });
}

// The map of a model's items: neighbours lie close to each other, colours are categories.
import * as Plot from '@observablehq/plot';
import { h } from '../dom';
import { count } from '../format';
import { words } from './sample';
import { view } from './view';

/** What the reader answers: `Map` of `src/web/explore/model.rs`. */
export interface ItemMap {
  places: { id: string; x: number; y: number; category: number | null }[];
  categories: string[];
}

/** Categories with a colour and a shape of their own: the largest. */
const COLOURED = 6;
const SYMBOLS = ['circle', 'square', 'triangle', 'diamond', 'star', 'cross'] as const;

/** The map as a figure; `named` gives an item's name. */
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
  const key = h(
    'ul',
    { class: 'key' },
    ...largest.map(([category, num], at) => {
      const swatch = h('span', { class: 'swatch', 'aria-hidden': 'true' });
      swatch.append(symbolOf(at));
      return h('li', null, swatch, `${nameOf(category)} (${count(num)})`);
    }),
  );
  return view({
    id: 'map',
    title: 'A map of the items',
    text: `The ${count(places.length)} most popular items that have neighbours among each other. What lies close together is bought or looked at together; the axes mean nothing. The ${largest.length} largest categories have colours and shapes.`,
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
    above: largest.length > 0 ? key : '',
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
        style: {
          background: 'transparent',
          color: 'inherit',
          fontFamily: 'inherit',
          fontSize: '13px',
        },
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
      return { element, stops };
    },
  });
}

/** The shape of a category, as the map draws it. */
const symbolOf = (at: number): Element =>
  Plot.plot({
    width: 16,
    height: 16,
    margin: 0,
    axis: null,
    x: { domain: [0, 1] },
    y: { domain: [0, 1] },
    style: { background: 'transparent' },
    marks: [
      Plot.dot([[0.5, 0.5]], {
        r: 5,
        symbol: SYMBOLS[at] ?? 'circle',
        fill: `var(--plot-${at + 1})`,
      }),
    ],
  });

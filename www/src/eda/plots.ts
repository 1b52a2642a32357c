// The two figures of the report.
import * as Plot from '@observablehq/plot';
import { count } from '../format';
import type { Report } from './report';

type Curve = Report['popularity_curve'];
type Lengths = Report['session_lengths'];

const style = {
  background: 'transparent',
  color: 'inherit',
  fontFamily: 'inherit',
  fontSize: '13px',
  overflow: 'visible',
};

/** Events of a product by its rank, both on logarithmic axes, with the rank that half of all events lie before. */
export function popularityPlot(curve: Curve, width: number): Element {
  const half = halfWay(curve);
  return Plot.plot({
    width,
    height: Math.min(400, Math.max(260, width * 0.45)),
    marginLeft: 56,
    marginBottom: 44,
    style,
    x: {
      type: 'log',
      label: 'rank of the product, most bought first',
      grid: true,
      ticks: width < 500 ? 4 : 8,
      tickFormat: short,
    },
    y: { type: 'log', label: 'events', grid: true, ticks: 5, tickFormat: short },
    marks: [
      Plot.areaY(curve, {
        x: 'rank',
        y1: Math.max(1, curve.at(-1)?.events ?? 1),
        y2: 'events',
        fill: 'var(--green)',
        fillOpacity: 0.13,
      }),
      Plot.lineY(curve, { x: 'rank', y: 'events', stroke: 'var(--green)', strokeWidth: 2.5 }),
      half
        ? Plot.ruleX([half], { x: 'rank', stroke: 'currentColor', strokeDasharray: '4 4' })
        : null,
      half
        ? Plot.text([half], {
            x: 'rank',
            frameAnchor: 'top',
            text: () => `half of all events →`,
            textAnchor: 'end',
            dx: -8,
            dy: 6,
            fill: 'currentColor',
          })
        : null,
      Plot.tip(
        curve,
        Plot.pointerX({
          x: 'rank',
          y: 'events',
          fill: 'var(--card)',
          title: (d: Curve[number]) =>
            `Rank ${count(d.rank)}\n${count(d.events)} events\n${percent(d.share)} of all events up to here`,
        }),
      ),
    ],
  });
}

/** How many sessions have how many events; what is longer than 98 in 100 sessions is not drawn. */
export function lengthsPlot(lengths: Lengths, width: number): Element {
  const shown = lengths.slice(0, cut(lengths, 0.98) + 1);
  const middle = lengths[cut(lengths, 0.5)];
  return Plot.plot({
    width,
    height: Math.min(360, Math.max(240, width * 0.4)),
    marginLeft: 56,
    marginBottom: 44,
    style,
    x: { label: 'events in the session', ticks: width < 500 ? 5 : 10 },
    y: { label: 'sessions', grid: true, ticks: 5, tickFormat: short },
    marks: [
      Plot.rectY(shown, {
        x1: (d: Lengths[number]) => d.length - 0.46,
        x2: (d: Lengths[number]) => d.length + 0.46,
        y: 'sessions',
        fill: 'var(--green)',
      }),
      Plot.ruleY([0], { stroke: 'currentColor' }),
      middle
        ? Plot.ruleX([middle], { x: 'length', stroke: 'currentColor', strokeDasharray: '4 4' })
        : null,
      middle
        ? Plot.text([middle], {
            x: 'length',
            frameAnchor: 'top',
            text: () => `median ${count(middle.length)}`,
            textAnchor: 'start',
            dx: 8,
            dy: 6,
            fill: 'currentColor',
          })
        : null,
      Plot.tip(
        shown,
        Plot.pointerX({
          x: 'length',
          y: 'sessions',
          fill: 'var(--card)',
          title: (d: Lengths[number]) => `${count(d.length)} events\n${count(d.sessions)} sessions`,
        }),
      ),
    ],
  });
}

/** The first rank by which half of all events are seen. */
export const halfWay = (curve: Curve): Curve[number] | undefined =>
  curve.find(({ share }) => share >= 0.5);

/** Index of the length that a part of the sessions does not exceed; `lengths` ascend. */
export function cut(lengths: Lengths, part: number): number {
  const all = lengths.reduce((sum, { sessions }) => sum + sessions, 0);
  let seen = 0;
  const at = lengths.findIndex(({ sessions }) => {
    seen += sessions;
    return seen >= all * part;
  });
  return Math.max(0, at);
}

export const percent = (share: number): string => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;

const short = (value: number): string =>
  value >= 1e6 ? `${value / 1e6}M` : value >= 1e3 ? `${value / 1e3}k` : String(value);

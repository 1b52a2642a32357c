// Draws every kind of chart by Observable Plot, in the page's own colours.
//
// Colours are CSS variables, so that a drawing follows light and dark by itself. Things that differ in colour also
// differ in stroke or name.
import * as Plot from '@observablehq/plot';
import type { Bars, Chart, Heatmap, Histogram, Lines, Mark, Point, Scatter } from './figure';
import { axis, formatFull, isDark, place, short } from './scales';

/** A drawing, with texts at positions that arrow keys step through. */
export interface Drawing {
  element: HTMLElement | SVGElement;
  stops: Stop[];
}

export interface Stop {
  /** Pixels from the left and the top of the plot. */
  x: number;
  y: number;
  text: string;
}

/** Number of cells above which they are drawn as one picture. */
const MOST_CELLS = 3000;
/** Number of points up to which all have their names. */
const MOST_NAMES = 15;
/** Lines differ in their dashes, for those who cannot tell the colours apart. */
const DASHES = ['', '7 3', '2 3', '9 3 2 3', '4 2', '1 4'];

/** Style that all drawings take from the page. */
export const style = {
  background: 'transparent',
  color: 'inherit',
  fontFamily: 'inherit',
  fontSize: '13px',
  overflow: 'visible',
};

/** Draws a chart; `width` is in pixels. */
export function draw(chart: Chart, width: number): Drawing {
  switch (chart.kind) {
    case 'histogram':
      return histogram(chart, width);
    case 'bars':
      return bars(chart, width);
    case 'lines':
      return lines(chart, width);
    case 'scatter':
      return scatter(chart, width);
    case 'heatmap':
      return heatmap(chart, width);
  }
}

const frame = (width: number): Plot.PlotOptions => ({
  width,
  height: Math.round(Math.min(400, Math.max(260, width * 0.45))),
  marginLeft: 58,
  marginRight: 22,
  marginBottom: 44,
  marginTop: 30,
  style,
});

/** A tip in the page's own colours that follows the pointer. */
const tip = <T>(data: T[], options: Plot.TipOptions, pointer: typeof Plot.pointer): Plot.Markish =>
  Plot.tip(data, pointer({ fill: 'var(--card)', stroke: 'var(--line)', ...options }));

/** Draws dashed lines with names, one below the other so that they can be read. */
function named(
  marks: Mark[],
  at: (value: number) => number | Date,
  middle: number,
): Plot.Markish[] {
  return marks.flatMap(({ at: value, name }, number) => {
    const isLeft = value <= middle;
    return [
      Plot.ruleX([at(value)], { stroke: 'currentColor', strokeDasharray: '4 4' }),
      Plot.text([at(value)], {
        x: (d: number | Date) => d,
        frameAnchor: 'top',
        text: () => name,
        textAnchor: isLeft ? 'start' : 'end',
        lineAnchor: 'bottom',
        dx: isLeft ? -2 : 2,
        // Above the frame, where nothing is drawn.
        dy: -3 - 13 * (number % 2),
        fill: 'currentColor',
        stroke: 'var(--card)',
        strokeWidth: 4,
      }),
    ];
  });
}

type Scales = (name: 'x' | 'y') => (value: number | Date | string) => number;

/** Positions of a drawn plot. */
function scalesOf(plot: HTMLElement | SVGElement): Scales {
  return (name) => {
    const scale = (plot as Partial<Plot.Plot>).scale?.(name);
    return (value) => Number(scale?.apply(value) ?? 0) + (scale?.bandwidth ?? 0) / 2;
  };
}

function histogram({ x, y, bins, marks }: Histogram, width: number): Drawing {
  // On a logarithmic axis bars have to begin somewhere above zero.
  const lowest = Math.min(...bins.filter(({ value }) => value > 0).map(({ value }) => value));
  const base = y.scale === 'log' && Number.isFinite(lowest) ? Math.min(1, lowest) / 2 : 0;
  const drawn = bins.filter(({ value }) => value > base);
  const middleOf = ({ from, to }: Histogram['bins'][number]): number =>
    x.scale === 'log' ? Math.sqrt(from * to) : (from + to) / 2;
  const text = (bin: Histogram['bins'][number]): string => {
    const isWhole = bin.to - bin.from === 1 && !Number.isInteger(bin.from);
    const range = isWhole
      ? formatFull(middleOf(bin), x.scale)
      : `${formatFull(bin.from, x.scale)} to ${formatFull(bin.to, x.scale)}`;
    return `${x.label}: ${range}\n${y.label}: ${formatFull(bin.value, y.scale)}`;
  };
  const ends = bins.length > 0 ? [bins[0]?.from ?? 0, bins.at(-1)?.to ?? 1] : [0, 1];
  const element = Plot.plot({
    ...frame(width),
    x: axis(x, width < 500 ? 4 : 9),
    y: { ...axis(y, 5), grid: true },
    marks: [
      Plot.rectY(drawn, {
        x1: (d: Histogram['bins'][number]) => place(d.from, x),
        x2: (d: Histogram['bins'][number]) => place(d.to, x),
        y1: base,
        y2: 'value',
        inset: drawn.length > 150 ? 0 : 0.5,
        fill: 'var(--plot-1)',
      }),
      Plot.ruleY([base], { stroke: 'currentColor' }),
      ...named(marks, (value) => place(value, x), halfWay(ends[0] ?? 0, ends[1] ?? 1, x.scale)),
      tip(drawn, { x: (d) => place(middleOf(d), x), y: 'value', title: text }, Plot.pointerX),
    ],
  });
  const [left, top] = [scalesOf(element)('x'), scalesOf(element)('y')];
  const stops = drawn.map((bin) => ({
    x: left(place(middleOf(bin), x)),
    y: top(bin.value),
    text: text(bin),
  }));
  return { element, stops };
}

const halfWay = (from: number, to: number, scale: string): number =>
  scale === 'log' ? Math.sqrt(Math.max(from, 1e-9) * to) : (from + to) / 2;

function bars({ x, bars }: Bars, width: number): Drawing {
  const longest = Math.max(0, ...bars.map(({ name }) => name.length));
  const marginLeft = Math.round(Math.min(width * 0.42, 20 + longest * 7.6));
  const noteWidth = Math.max(0, ...bars.map(({ note }) => note.length)) * 7.2;
  const text = (bar: Bars['bars'][number]): string =>
    `${bar.name}\n${x.label}: ${formatFull(bar.value, x.scale)}${bar.note ? `\n${bar.note}` : ''}`;
  // Names may repeat; positions do not.
  const rows = bars.map((bar, at) => ({ ...bar, at }));
  const element = Plot.plot({
    ...frame(width),
    height: 70 + 26 * Math.max(1, bars.length),
    marginLeft,
    marginTop: 10,
    marginRight: Math.round(Math.min(width * 0.3, 26 + noteWidth)),
    x: { ...axis(x, width < 500 ? 3 : 7), grid: true },
    y: { label: null, domain: rows.map(({ at }) => at), tickSize: 0 },
    marks: [
      Plot.axisY({
        label: null,
        tickSize: 0,
        tickFormat: (at: number) => rows[at]?.name ?? '',
        textOverflow: 'ellipsis-end',
        lineWidth: (marginLeft - 12) / 13,
      }),
      Plot.barX(rows, {
        ...(x.scale === 'log' ? { x1: 1, x2: 'value' } : { x: 'value' }),
        y: 'at',
        inset: 2,
        fill: 'var(--plot-1)',
      }),
      Plot.text(rows, {
        x: 'value',
        y: 'at',
        text: (d) => d.note || short(d.value),
        textAnchor: 'start',
        dx: 6,
        fill: 'currentColor',
      }),
      x.scale === 'log' ? null : Plot.ruleX([0], { stroke: 'currentColor' }),
      tip(rows, { x: 'value', y: 'at', title: text }, Plot.pointerY),
    ],
  });
  const [left, top] = [scalesOf(element)('x'), scalesOf(element)('y')];
  const stops = rows.map((bar) => ({
    x: left(bar.value),
    // The scale of names takes their positions.
    y: top(bar.at as unknown as string),
    text: text(bar),
  }));
  return { element, stops };
}

interface OnLine {
  x: number | Date;
  y: number;
  name: string;
  text: string;
}

function lines({ x, y, series, marks }: Lines, width: number): Drawing {
  const [first] = series;
  const isOne = series.length === 1;
  const text = (name: string, [across, up]: [number, number]): string =>
    `${name ? `${name}\n` : ''}${x.label}: ${formatFull(across, x.scale)}\n${y.label}: ${formatFull(up, y.scale)}`;
  const isDrawn = ([across, up]: [number, number]): boolean =>
    (x.scale !== 'log' || across > 0) && (y.scale !== 'log' || up > 0);
  const points: OnLine[][] = series.map(({ name, points }) =>
    points.filter(isDrawn).map((point) => ({
      x: place(point[0], x),
      y: point[1],
      name,
      text: text(name, point),
    })),
  );
  const all = points.flat();
  const lowest = Math.min(...all.map((point) => point.y));
  const across = all.map((point) => Number(point.x));
  const longest = isOne ? 0 : Math.max(0, ...series.map(({ name }) => name.length));
  const element = Plot.plot({
    ...frame(width),
    marginRight: Math.round(22 + Math.min(width * 0.3, longest * 7)),
    x: { ...axis(x, width < 500 ? 4 : 8), grid: x.scale === 'log' },
    y: {
      ...axis(y, 5),
      grid: true,
      ...(y.scale === 'log' ? {} : { zero: y.scale === 'percent' || isOne }),
    },
    marks: [
      isOne && first
        ? Plot.areaY(points[0] ?? [], {
            x: 'x',
            y1: y.scale === 'log' ? lowest : 0,
            y2: 'y',
            fill: 'var(--plot-1)',
            fillOpacity: 0.13,
          })
        : null,
      ...points.map((line, at) =>
        Plot.lineY(line, {
          x: 'x',
          y: 'y',
          stroke: `var(--plot-${(at % 6) + 1})`,
          strokeWidth: 2.5,
          strokeDasharray: DASHES[at % DASHES.length] ?? '',
        }),
      ),
      ...points.map((line, at) =>
        isOne
          ? null
          : Plot.text(line.slice(-1), {
              x: 'x',
              y: 'y',
              text: 'name',
              textAnchor: 'start',
              dx: 7,
              dy: dodge(points, at),
              fill: `var(--plot-${(at % 6) + 1})`,
              stroke: 'var(--card)',
              strokeWidth: 4,
            }),
      ),
      ...named(
        marks,
        (value) => place(value, x),
        halfWay(Math.min(...across), Math.max(...across), x.scale),
      ),
      tip(all, { x: 'x', y: 'y', title: 'text' }, isOne ? Plot.pointerX : Plot.pointer),
    ],
  });
  const [left, top] = [scalesOf(element)('x'), scalesOf(element)('y')];
  return {
    element,
    stops: all.map((point) => ({ x: left(point.x), y: top(point.y), text: point.text })),
  };
}

/** Returns the offset of a line's name that keeps names of lines with similar ends apart. */
function dodge(points: OnLine[][], at: number): number {
  const ends = points.map((line) => line.at(-1)?.y ?? 0);
  const spread = Math.max(...points.flat().map(({ y }) => y)) || 1;
  const before = ends.slice(0, at).filter((end) => Math.abs(end - (ends[at] ?? 0)) < spread * 0.06);
  return 14 * before.length;
}

function scatter({ x, y, points }: Scatter, width: number): Drawing {
  const drawn = points.filter(
    (point) => (x.scale !== 'log' || point.x > 0) && (y.scale !== 'log' || point.y > 0),
  );
  const marked = drawn.filter(({ is_marked }) => is_marked);
  // Few points all have their names.
  const withNames = drawn.length <= MOST_NAMES ? drawn : marked;
  const text = (point: Point): string =>
    `${point.name}\n${x.label}: ${formatFull(point.x, x.scale)}\n${y.label}: ${formatFull(point.y, y.scale)}`;
  const middle = halfWay(
    Math.min(...drawn.map((point) => point.x)),
    Math.max(...drawn.map((point) => point.x)),
    x.scale,
  );
  const names = (isLeft: boolean): Plot.Markish =>
    Plot.text(
      withNames.filter((point) => point.x <= middle === isLeft),
      {
        x: (d: Point) => place(d.x, x),
        y: 'y',
        text: (d: Point) => (d.name.length > 28 ? `${d.name.slice(0, 27)}…` : d.name),
        textAnchor: isLeft ? 'start' : 'end',
        dx: isLeft ? 8 : -8,
        fill: 'currentColor',
        stroke: 'var(--card)',
        strokeWidth: 4,
      },
    );
  const element = Plot.plot({
    ...frame(width),
    x: { ...axis(x, width < 500 ? 4 : 8), grid: true },
    y: { ...axis(y, 5), grid: true },
    marks: [
      Plot.dot(
        drawn.filter(({ is_marked }) => !is_marked),
        { x: (d: Point) => place(d.x, x), y: 'y', r: 3, fill: 'var(--plot-1)', fillOpacity: 0.45 },
      ),
      Plot.dot(marked, {
        x: (d: Point) => place(d.x, x),
        y: 'y',
        r: 5,
        symbol: 'diamond',
        fill: 'var(--plot-2)',
        stroke: 'var(--card)',
      }),
      names(true),
      names(false),
      tip(drawn, { x: (d: Point) => place(d.x, x), y: 'y', title: text }, Plot.pointer),
    ],
  });
  const [left, top] = [scalesOf(element)('x'), scalesOf(element)('y')];
  // The most unusual values come first.
  const ordered = [...marked, ...drawn.filter(({ is_marked }) => !is_marked)].slice(0, 500);
  const stops = ordered.map((point) => ({
    x: left(place(point.x, x)),
    y: top(point.y),
    text: text(point),
  }));
  return { element, stops };
}

interface Cell {
  column: number;
  row: number;
  value: number;
}

function heatmap(chart: Heatmap, width: number): Drawing {
  const { columns, rows, cells, num_columns: numColumns, is_log: isLog } = chart;
  const numRows = numColumns > 0 ? Math.floor(cells.length / numColumns) : 0;
  const longest = Math.max(0, ...rows.map((name) => name.length));
  const marginLeft = rows.length > 0 ? Math.round(Math.min(width * 0.36, 20 + longest * 7.6)) : 40;
  const longColumn = Math.max(0, ...columns.map((name) => name.length));
  const isSlanted = longColumn * 7.5 * columns.length > width - marginLeft && longColumn > 3;
  const marginBottom = isSlanted ? Math.round(Math.min(130, 30 + longColumn * 6.6)) : 44;
  const side = Math.min((width - marginLeft - 22) / Math.max(1, numColumns), 40);
  const isPicture = cells.length > MOST_CELLS;
  const bodyHeight = isPicture
    ? Math.min(width - marginLeft - 22, 560) * (numRows / Math.max(1, numColumns))
    : Math.max(18, Math.min(34, side)) * numRows;
  const text = ({ column, row, value }: Cell): string =>
    `${rows[row] ?? `${chart.y} ${row + 1}`}, ${columns[column] ?? `${chart.x} ${column + 1}`}\n${chart.value}: ${formatFull(value, 'linear')}`;
  const data: Cell[] = cells.map((value, at) => ({
    column: at % numColumns,
    row: Math.floor(at / numColumns),
    value,
  }));
  const positive = cells.filter((value) => value > 0);
  const color: Plot.ScaleOptions = {
    // Even steps for the eye, also without red or green; small values are close to the background.
    scheme: 'cividis',
    reverse: !isDark(),
    label: chart.value,
    legend: true,
    tickFormat: short,
    ...(isLog && positive.length > 0
      ? { type: 'log', domain: [smallest(positive), largest(positive)] }
      : { type: 'linear', domain: [0, largest(positive) || 1] }),
    ...(isLog ? { ticks: powers(positive) } : {}),
  };
  const isShown = ({ value }: Cell): boolean => value > 0;
  const common: Plot.PlotOptions = {
    ...frame(width),
    height: Math.round(bodyHeight + marginBottom + 24),
    marginLeft,
    marginBottom,
    marginTop: 24,
    color,
  };
  // Names of as many columns as there is room for.
  const step = isSlanted
    ? Math.ceil(14 / Math.max(1, side))
    : Math.ceil((longColumn * 8) / Math.max(1, side));
  const element = isPicture
    ? Plot.plot({
        ...common,
        marginLeft: 58,
        x: { label: chart.x, domain: [0, numColumns], ticks: 5, tickFormat: short },
        y: { label: chart.y, domain: [numRows, 0], ticks: 5, tickFormat: short },
        marks: [
          Plot.image([picture(cells, numColumns, numRows, color)], {
            x: numColumns / 2,
            y: numRows / 2,
            src: (source: string) => source,
            width: width - 58 - 22,
            height: Math.round(bodyHeight),
            preserveAspectRatio: 'none',
            imageRendering: 'pixelated',
          }),
          Plot.frame({ stroke: 'var(--line)' }),
        ],
      })
    : Plot.plot({
        ...common,
        padding: 0.04,
        x: { label: chart.x, domain: range(numColumns), tickSize: 0 },
        y: { label: rows.length > 0 ? null : chart.y, domain: range(numRows), tickSize: 0 },
        marks: [
          Plot.axisX({
            label: chart.x,
            tickSize: 0,
            ticks: range(numColumns).filter((at) => at % Math.max(1, step) === 0),
            tickFormat: (at: number) => columns[at] ?? String(at + 1),
            ...(isSlanted
              ? {
                  tickRotate: -45,
                  textOverflow: 'ellipsis-end',
                  lineWidth: 9,
                  labelOffset: marginBottom - 8,
                }
              : {}),
          }),
          Plot.axisY({
            label: null,
            tickSize: 0,
            tickFormat: (at: number) => rows[at] ?? String(at + 1),
            textOverflow: 'ellipsis-end',
            lineWidth: (marginLeft - 10) / 13,
          }),
          Plot.cell(data, { x: 'column', y: 'row', fill: 'var(--sunk)' }),
          Plot.cell(data.filter(isShown), { x: 'column', y: 'row', fill: 'value' }),
          tip(data, { x: 'column', y: 'row', title: text }, Plot.pointer),
        ],
      });
  const svg = [...element.querySelectorAll('svg')].at(-1);
  const [left, top] = [scalesOf(element)('x'), scalesOf(element)('y')];
  const stops =
    isPicture || !svg
      ? []
      : data.map((cell) => ({
          x: left(cell.column as unknown as string),
          y: top(cell.row as unknown as string),
          text: text(cell),
        }));
  return { element, stops };
}

/** Number of colours in a picture of cells; more cannot be told apart. */
const SHADES = 256;

/** Draws a pixel for each cell; returns the address of the picture. Empty cells are transparent. */
function picture(cells: number[], width: number, height: number, color: Plot.ScaleOptions): string {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [width, height];
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) return '';
  const isLog = color.type === 'log';
  const [from = 0, to = 1] = color.domain as number[];
  const at = isLog ? Math.log : Number;
  const share = (value: number): number => (at(value) - at(from)) / (at(to) - at(from) || 1);
  // Each shade is looked up once, and a canvas converts names of colours to numbers.
  const scale = Plot.scale({ color: { ...color, type: 'linear', domain: [0, SHADES - 1] } });
  const shades = document.createElement('canvas');
  [shades.width, shades.height] = [SHADES, 1];
  const ramp = shades.getContext('2d', { willReadFrequently: true });
  if (!ramp) return '';
  for (let shade = 0; shade < SHADES; shade++) {
    ramp.fillStyle = String(scale.apply(shade));
    ramp.fillRect(shade, 0, 1, 1);
  }
  const colours = ramp.getImageData(0, 0, SHADES, 1).data;
  const image = context.createImageData(width, height);
  cells.forEach((value, cell) => {
    if (!(value > 0)) return;
    const shade = Math.round(Math.min(1, Math.max(0, share(value))) * (SHADES - 1));
    image.data.set(colours.subarray(4 * shade, 4 * shade + 4), 4 * cell);
  });
  context.putImageData(image, 0, 0);
  return canvas.toDataURL();
}

/** Returns the powers of ten from the smallest to the largest value; with at most one, returns these two values. */
function powers(values: number[]): number[] {
  const [from, to] = [smallest(values), largest(values)];
  const all = range(25).map((at) => 10 ** (at - 12));
  const within = all.filter((power) => power >= from && power <= to);
  return within.length > 1 ? within : [from, to];
}

const range = (length: number): number[] => Array.from({ length }, (_, at) => at);
// Spreading a long list into arguments overflows the stack.
const largest = (values: number[]): number => values.reduce((a, b) => Math.max(a, b), 0);
const smallest = (values: number[]): number => values.reduce((a, b) => Math.min(a, b));

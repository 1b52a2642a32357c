// Figures in the JSON that `src/eda/figure.rs` writes.

export interface Figure {
  /** Lower-case words with dashes; also the name of saved files. */
  id: string;
  title: string;
  text: string;
  chart: Chart;
  table: Grid;
}

export interface Grid {
  head: string[];
  rows: string[][];
}

export type Chart = Histogram | Bars | Lines | Scatter | Heatmap;

export interface Histogram {
  kind: 'histogram';
  x: Axis;
  y: Axis;
  bins: { from: number; to: number; value: number }[];
  marks: Mark[];
}

export interface Bars {
  kind: 'bars';
  x: Axis;
  bars: { name: string; value: number; note: string }[];
}

export interface Lines {
  kind: 'lines';
  x: Axis;
  y: Axis;
  series: { name: string; points: [number, number][] }[];
  marks: Mark[];
}

export interface Scatter {
  kind: 'scatter';
  x: Axis;
  y: Axis;
  points: Point[];
}

export interface Point {
  x: number;
  y: number;
  name: string;
  is_marked: boolean;
}

export interface Heatmap {
  kind: 'heatmap';
  columns: string[];
  rows: string[];
  x: string;
  y: string;
  value: string;
  cells: number[];
  num_columns: number;
  is_log: boolean;
}

export interface Axis {
  label: string;
  scale: Scale;
}

export type Scale = 'linear' | 'log' | 'time' | 'percent';

export interface Mark {
  at: number;
  name: string;
}

// Axes for Observable Plot, and numbers for readers.
import type { ScaleOptions } from '@observablehq/plot';
import { count } from '../format';
import type { Axis, Scale } from './figure';

const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' });
const moment = new Intl.DateTimeFormat('en-GB', {
  dateStyle: 'medium',
  timeStyle: 'short',
  timeZone: 'UTC',
});
const DAY_MS = 86_400_000;

export const percent = (share: number): string =>
  `${(share * 100).toFixed(share !== 0 && share < 0.1 ? 1 : 0)} %`;

/** Formats a number in short, such as `1.2k` or `3M`. */
export const short = (value: number): string => {
  const rounded = (of: number): string => String(Number(of.toPrecision(3)));
  const size = Math.abs(value);
  if (size >= 1e9) return `${rounded(value / 1e9)}G`;
  if (size >= 1e6) return `${rounded(value / 1e6)}M`;
  return size >= 1e3 ? `${rounded(value / 1e3)}k` : rounded(value);
};

/** Formats a value in full. */
export function formatFull(value: number, scale: Scale): string {
  if (scale === 'time') return (value % DAY_MS === 0 ? day : moment).format(value);
  if (scale === 'percent') return percent(value);
  return Number.isInteger(value) ? count(value) : String(Number(value.toPrecision(4)));
}

const systemDark = matchMedia('(prefers-color-scheme: dark)');

/** Returns true if the page is in dark colours. */
export function isDark(): boolean {
  const { theme } = document.documentElement.dataset;
  return theme === 'dark' || (theme !== 'light' && systemDark.matches);
}

/** Calls `listener` whenever the page may have turned light or dark. */
export function onThemeChange(listener: () => void): void {
  systemDark.addEventListener('change', listener);
  new MutationObserver(listener).observe(document.documentElement, {
    attributeFilter: ['data-theme'],
  });
}

/** Converts a value for an axis of Plot: times become dates. */
export const place = (value: number, { scale }: Axis): number | Date =>
  scale === 'time' ? new Date(value) : value;

/** Returns the options of an axis; `ticks` is the approximate number of labels that fit. */
export function axis({ label, scale }: Axis, ticks: number): ScaleOptions {
  if (scale === 'time') return { type: 'utc', label, ticks };
  if (scale === 'percent') return { label, ticks, tickFormat: percent };
  return { type: scale, label, ticks, tickFormat: short };
}

/** The value at `share` of the sorted values, between neighbours if it falls between them. */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const below = sorted[Math.floor(at)];
  return below + (sorted[Math.ceil(at)] - below) * (at - Math.floor(at));
}

export const median = (values) => quantile(values, 0.5);

/** Seconds, milliseconds or microseconds, three digits. */
export function time(seconds) {
  if (seconds >= 1) return `${digits(seconds)} s`;
  if (seconds >= 1e-3) return `${digits(seconds * 1e3)} ms`;
  return `${digits(seconds * 1e6)} µs`;
}

/** Bytes as a person reads them, decimal units. */
export function size(bytes) {
  if (bytes >= 1e6) return `${digits(bytes / 1e6)} MB`;
  return `${digits(bytes / 1e3)} kB`;
}

/** Formats the ratio of `other` to `one`. */
export const times = (other, one) => `${digits(other / one, 2)}x`;

function digits(value, precision = 3) {
  const rounded = Number(value.toPrecision(precision));
  const decimals = Math.max(0, precision - 1 - Math.floor(Math.log10(Math.max(rounded, 1e-9))));
  return rounded.toFixed(Math.min(decimals, 6));
}

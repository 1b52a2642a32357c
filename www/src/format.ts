// Numbers and times as a shopper reads them.

const money = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' });
const whole = new Intl.NumberFormat('en-US');

/** Formats a price in cents; '' for none. */
export const price = (cents: number): string => (cents > 0 ? money.format(cents / 100) : '');

export const count = (value: number): string => whole.format(value);

export function bytes(value: number): string {
  if (value < 1000) return `${value} bytes`;
  if (value < 1_000_000) return `${(value / 1000).toFixed(1)} kB`;
  return `${(value / 1_000_000).toFixed(2)} MB`;
}

/** Formats a measured time. Browsers round their clock, so that a very short time is measured as 0. */
export function milliseconds(value: number): string {
  if (value < 0.1) return 'under 0.1 ms';
  return value < 10 ? `${value.toFixed(1)} ms` : `${Math.round(value)} ms`;
}

/** Formats the time since `at`, coarsely. */
export function ago(at: number, now = Date.now()): string {
  const minutes = Math.floor((now - at) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return hours === 1 ? 'an hour ago' : `${hours} hours ago`;
  return `${Math.floor(hours / 24)} days ago`;
}

/** Formats a number with its noun: `one product`, `12 products`. */
export const plural = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`;

/** Makes words of a name such as `num_items`: `Items`. */
export const words = (name: string): string => {
  const text = name.replace(/^num_/, '').replaceAll('_', ' ').replace('.', ': ');
  return text.charAt(0).toUpperCase() + text.slice(1);
};

import type { Input, RunOptions } from './types.js';

type Value =
  | string
  | number
  | boolean
  | undefined
  | Record<string, string | number>
  | (string | Input)[]
  | Input;

/** A word as the command takes it: `minShoppers` is `--min-shoppers`. */
const flagOf = (name: string) =>
  `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** Options that are files, which the host puts where the program finds them. */
const FILES = new Set(['catalog', 'mapping', 'curated', 'join']);
/** Options of the call that are no flags. */
const NO_FLAGS = new Set<string>([
  'signal',
  'onProgress',
  'onRemark',
  'onOutput',
  'report',
] satisfies (keyof RunOptions | 'report')[]);
/** Options that take all their values at once. */
const LISTS: Record<string, string> = { eventWeights: ',' };

/** The flags for options; `place` puts a file where the program finds it and returns its path. */
export function flags(options: object, place: (file: Input) => string): string[] {
  const args: string[] = [];
  for (const [name, value] of Object.entries(options) as [string, Value][]) {
    if (NO_FLAGS.has(name) || value === undefined || value === false) continue;
    const flag = flagOf(name);
    if (value === true) args.push(flag);
    else if (FILES.has(name)) {
      for (const file of Array.isArray(value) ? value : [value as Input])
        args.push(flag, place(file as Input));
    } else if (Array.isArray(value)) for (const one of value) args.push(flag, `${one as string}`);
    else if (typeof value === 'object') {
      const pairs = Object.entries(value).map(([key, one]) => `${key}=${one}`);
      const list = LISTS[name];
      for (const pair of list ? [pairs.join(list)] : pairs) args.push(flag, pair);
    } else args.push(flag, `${value}`);
  }
  return args;
}

import { VicinoError } from './errors.js';

/** Returns a description of the expected value if the value is not allowed; throws if a part of the value is not. */
export type Check = (value: unknown, where: string, name: string) => string | undefined;

/** Makes the error of a call from a predicate that would change what the list is made of. */
export const busy = (): VicinoError =>
  new VicinoError(
    'busy',
    'a predicate of `where` must not change the catalogue, of which its list is made',
  );

/** Makes the error of a call after `free()`. */
export const freed = (): VicinoError =>
  new VicinoError('freed', 'this recommender was freed; load a new one');

/** Checks by name of the option. */
export type Checks = Readonly<Record<string, Check>>;

export const isString: Check = (value) =>
  typeof value === 'string' && value !== '' ? undefined : 'a string that is not empty';

export const isId: Check = (value) =>
  typeof value === 'number'
    ? "the shop's id as a string, such as String(id)"
    : typeof value === 'string' && value !== ''
      ? undefined
      : "the shop's id, a string that is not empty";

export const isBoolean: Check = (value) =>
  typeof value === 'boolean' ? undefined : 'true or false';

export const isText: Check = (value) =>
  typeof value === 'string'
    ? undefined
    : typeof value === 'number'
      ? `a string, such as String(${value})`
      : 'a string';

/** Accepts an array of strings, empty ones included. */
export const isIds: Check = (...given) =>
  Array.isArray(given[0]) ? isArrayOf(isText)(...given) : "an array of the shop's ids";

export const isSignal: Check = (value) =>
  typeof (value as AbortSignal | null)?.addEventListener === 'function'
    ? undefined
    : 'an AbortSignal';

/** Accepts times that a `Date` can have, and later ones, which count as now. */
export const isTime: Check = (value) =>
  Number.isFinite(value) && (value as number) >= -8.64e15 ? undefined : 'a time in ms since 1970';

export const isIntegerIn =
  (least: number, most: number): Check =>
  (value) =>
    Number.isInteger(value) && (value as number) >= least && (value as number) <= most
      ? undefined
      : `an integer from ${least} to ${most}`;

export const isNumberIn =
  (least: number, most: number): Check =>
  (value) =>
    typeof value === 'number' && value >= least && value <= most
      ? undefined
      : most === Infinity
        ? `a number from ${least} up`
        : `a number from ${least} to ${most}`;

export const isArrayOf =
  (check: Check): Check =>
  (value, where, name) => {
    if (!Array.isArray(value)) return 'an array';
    // Not `forEach`, which skips holes.
    for (let at = 0; at < value.length; at++) checkValue(where, value[at], check, `${name}[${at}]`);
    return undefined;
  };

/** Accepts an object with known names and allowed values that has all `needed` names. */
export const isObjectOf =
  (checks: Checks, ...needed: readonly string[]): Check =>
  (value, where, name) => {
    if (!isObject(value)) return 'an object';
    checkOptions(`${where}: \`${name}\``, value, checks);
    for (const one of needed) {
      if (value[one] === undefined) return `an object with ${needed.join(' and ')}`;
    }
    return undefined;
  };

export const isOneOf =
  (...allowed: readonly string[]): Check =>
  (value) =>
    allowed.includes(value as string) ? undefined : allowed.join(', ').replace(/, (?!.*,)/, ' or ');

/** Returns true for a promise, also one of another library. */
export const isPromise = (value: unknown): value is PromiseLike<unknown> =>
  typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function';

export const isFunction: Check = (value) =>
  typeof value === 'function' ? undefined : 'a function';

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isPromise(value);

/** Throws unless `options` is an object with known names and allowed values only. */
export function checkOptions(where: string, options: unknown, checks: Checks): void {
  if (!isObject(options)) {
    throw new VicinoError(
      'option-invalid',
      `${where}: expected an object of options, found ${show(options)}`,
    );
  }
  for (const name of Object.keys(options)) {
    const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
    if (!check) throw unknownOption(where, name, Object.keys(checks));
    if (options[name] !== undefined) checkValue(where, options[name], check, name);
  }
}

/** Throws unless the check allows the value; `name` is that of the option, if it is one. */
export function checkValue(where: string, value: unknown, check: Check, name = ''): void {
  const expected = check(value, where, name);
  if (expected !== undefined) {
    const what = name && `: option \`${name}\``;
    throw new VicinoError(
      'option-invalid',
      `${where}${what}: expected ${expected}, found ${show(value)}`,
    );
  }
}

function unknownOption(where: string, name: string, known: readonly string[]): VicinoError {
  const nearest = known
    .map((other) => ({ other, distance: editDistance(name.toLowerCase(), other.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)[0];
  const hint =
    nearest && nearest.distance <= Math.max(2, nearest.other.length / 3)
      ? ` did you mean \`${nearest.other}\`?`
      : '';
  return new VicinoError(
    'option-unknown',
    `${where}: unknown option \`${name}\`;${hint} known are ${known.join(', ')}`,
  );
}

/** Counts the letters to insert, remove or replace (Levenshtein 1966). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 60));
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (isPromise(value)) return 'a promise, which needs `await`';
  return typeof value === 'object' && value !== null ? 'an object' : String(value).slice(0, 60);
}

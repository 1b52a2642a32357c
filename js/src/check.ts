import { VicinoError } from './errors.js';

/** Says what was expected if the value is not allowed. */
export type Check = (value: unknown) => string | undefined;

/** The checks by option name. */
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

export const isIds: Check = (value) =>
  Array.isArray(value) && value.every((id) => typeof id === 'string')
    ? undefined
    : "an array of the shop's ids, which are strings";

export const isTime: Check = (value) =>
  typeof value === 'number' && Number.isFinite(value) ? undefined : 'a time in ms since 1970';

export const isIntegerIn =
  (least: number, most: number): Check =>
  (value) =>
    Number.isInteger(value) && (value as number) >= least && (value as number) <= most
      ? undefined
      : `an integer from ${least} to ${most}`;

export const isOneOf =
  (...allowed: readonly string[]): Check =>
  (value) =>
    allowed.includes(value as string) ? undefined : allowed.join(', ').replace(/, (?!.*,)/, ' or ');

/** Throws unless `options` is an object that holds known names and allowed values only. */
export function checkOptions(where: string, options: unknown, checks: Checks): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new VicinoError(
      'option-invalid',
      `${where}: expected an object of options, found ${show(options)}`,
    );
  }
  for (const [name, value] of Object.entries(options)) {
    const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
    if (!check) throw unknownOption(where, name, Object.keys(checks));
    if (value !== undefined) checkValue(`${where}: option \`${name}\``, value, check);
  }
}

/** Throws unless the check allows the value. */
export function checkValue(where: string, value: unknown, check: Check): void {
  const expected = check(value);
  if (expected !== undefined) {
    throw new VicinoError('option-invalid', `${where}: expected ${expected}, found ${show(value)}`);
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

/** How many letters to insert, remove or replace (Levenshtein 1966). */
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
  return typeof value === 'object' && value !== null ? 'an object' : String(value).slice(0, 60);
}

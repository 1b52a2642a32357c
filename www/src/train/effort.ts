// How long the first training searches for good constants: less in a long log, so that it ends within a minute.

/** Effort of a training. */
export interface Effort {
  /** Options of `train`, which are flags of the command, too. */
  options: { evaluations?: number; tune?: 'default' | 'thorough' };
  /** In words. */
  name: string;
}

/** Events times constants that a core of 2026 tries in half a minute. */
const WORK = 60e6;
/** Constants that the command tries for each table. */
const USUAL = 240;
const LEAST = 10;

const usual: Effort = { options: {}, name: 'the usual search' };
const thorough: Effort = { options: { tune: 'thorough' }, name: 'a thorough search' };

/** The effort of the first training: that of the command if the log is short. */
export function firstEffort(numEvents: number): Effort {
  const evaluations = Math.max(LEAST, Math.round(WORK / Math.max(1, numEvents) / 10) * 10);
  return evaluations >= USUAL
    ? usual
    : { options: { evaluations }, name: `a short search (${evaluations} constants a table)` };
}

/** The next larger effort; `undefined` after the last. */
export function furtherEffort({ options }: Effort): Effort | undefined {
  if (options.evaluations !== undefined) return usual;
  return options.tune === 'thorough' ? undefined : thorough;
}

/** The command that makes the same model, byte for byte. */
export function command(
  logs: readonly { name: string }[],
  feed: { name: string } | undefined,
  columns: Record<string, string>,
  { options }: Effort,
): string {
  const words = [
    'npx vicino train',
    ...logs.map(({ name }) => quoted(name)),
    ...(feed ? ['--catalog', quoted(feed.name)] : []),
    ...Object.entries(columns).flatMap(([field, name]) => ['--column', quoted(`${field}=${name}`)]),
    ...(options.evaluations ? [`--evaluations ${options.evaluations}`] : []),
    ...(options.tune ? [`--tune ${options.tune}`] : []),
    '-o shop.vicino',
  ];
  return words.join(' ');
}

const quoted = (text: string): string =>
  /^[\w./=:-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

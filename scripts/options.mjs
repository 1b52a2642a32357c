import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';

/** Patterns of values. */
export const NUMBER = /^[1-9]\d*$/;
export const PROFILE = /^[a-z][a-z-]*$/;

/**
 * Parses the command line of a script. `options` are those of `parseArgs`; besides, the values of an option match its
 * `pattern`, or name a file that exists if `isFile` is true. `--help` prints the usage and ends the script with 0, a
 * mistake prints what is wrong and the usage and ends it with 2.
 */
export function parseOptions(script, usage, options) {
  const refuse = (why) => {
    console.error(`${script}: ${why}\n\n${usage}`);
    process.exit(2);
  };
  let values;
  try {
    const help = { type: 'boolean', short: 'h' };
    const known = Object.entries(options).map(([name, { pattern, isFile, ...option }]) => [
      name,
      option,
    ]);
    ({ values } = parseArgs({ options: { ...Object.fromEntries(known), help } }));
  } catch (error) {
    refuse(error.message);
  }
  if (values.help) {
    console.log(usage);
    process.exit(0);
  }
  for (const [name, { pattern = /./, isFile }] of Object.entries(options)) {
    for (const value of [values[name] ?? []].flat()) {
      if (typeof value === 'boolean') continue;
      if (!pattern.test(value)) refuse(`--${name} cannot be \`${value}\``);
      if (isFile && !existsSync(value)) refuse(`--${name}: there is no file \`${value}\``);
    }
  }
  return { values, refuse };
}

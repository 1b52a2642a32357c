// For tests that start the browser: where it is and with which flags, the same as the wasm tests use.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** The path that a function of `lib.sh` prints, such as `firefox_path`; throws with what to do if it finds none. */
export function found(name) {
  try {
    const script = `. "${root}/scripts/lib.sh" && ${name}`;
    return execFileSync('bash', ['-c', script], { encoding: 'utf8' }).trim();
  } catch {
    throw new Error(`${name}: none found; \`scripts/setup --tests\` installs it or says how`);
  }
}

/** The path of Chrome or Chromium; `CHROME` in the environment wins. Throws if there is none. */
export const chromePath = () => found('chrome');

/** The flags for a headless browser that works as root and asks nothing of the network by itself. */
export const chromeArgs = JSON.parse(readFileSync(`${root}/webdriver.json`, 'utf8'))[
  'goog:chromeOptions'
].args;

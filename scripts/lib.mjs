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

/**
 * Waits until a function, which may be asynchronous, returns a true value in a page; returns that value.
 * `page.waitForFunction` would take its promise for yes.
 */
export async function until(page, asks) {
  const end = Date.now() + 20_000;
  for (;;) {
    const value = await page.evaluate(asks);
    if (value) return value;
    if (Date.now() > end) throw new Error(`the page never gave something true for ${asks}`);
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 20)));
  }
}

/** Flags of a headless browser that works as root and makes no requests by itself. */
export const chromeArgs = JSON.parse(readFileSync(`${root}/webdriver.json`, 'utf8'))[
  'goog:chromeOptions'
].args;

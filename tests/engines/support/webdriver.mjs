// A client of the W3C WebDriver protocol, as much of it as the suite needs; every engine's driver speaks it.
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const START_MS = 20_000;
const WAIT_MS = 20_000;

/**
 * Starts a driver and a browser with it.
 * @param {{ command: string, args(port: number): string[], env?: Record<string, string>, capabilities: object }} engine
 */
export async function open({ command, args, env, capabilities }) {
  const port = await freePort();
  const driver = spawn(command, args(port), {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [driver.stdout, driver.stderr]) {
    stream.on('data', (text) => {
      said = `${said}${text}`.slice(-4000);
    });
  }
  const ended = new Promise((resolve) => driver.on('exit', resolve).on('error', resolve));
  const url = `http://127.0.0.1:${port}`;
  const close = async () => {
    driver.kill();
    await ended;
  };
  try {
    await answers(url, driver);
    const { sessionId, capabilities: got } = await ask(url, 'POST', '/session', {
      capabilities: { alwaysMatch: capabilities },
    });
    const session = new Session(`${url}/session/${sessionId}`, got, close);
    await session.resize(1280, 900);
    return session;
  } catch (error) {
    await close();
    throw new Error(`${command}: ${error.message}\n${said}`, { cause: error });
  }
}

/** A browser with one page. */
class Session {
  #url;
  #close;

  constructor(url, { browserName, browserVersion }, close) {
    this.#url = url;
    this.#close = close;
    this.browser = `${browserName} ${browserVersion}`;
  }

  #ask(method, path, body) {
    return ask(this.#url, method, path, body);
  }

  resize(width, height) {
    return this.#ask('POST', '/window/rect', { width, height });
  }

  go(url) {
    return this.#ask('POST', '/url', { url });
  }

  reload() {
    return this.#ask('POST', '/refresh', {});
  }

  back() {
    return this.#ask('POST', '/back', {});
  }

  /** Runs `run`, which may be async, in the page; returns its result or throws its error. */
  async evaluate(run, ...args) {
    const script = `
      const [args, done] = arguments;
      Promise.resolve().then(() => (${run})(...args)).then(
        (value) => done({ value }),
        (error) => done({ thrown: String(error) }),
      );`;
    const { value, thrown } = await this.#ask('POST', '/execute/async', { script, args: [args] });
    if (thrown !== undefined) throw new Error(thrown);
    return value;
  }

  /** Waits until `run` returns a true value in the page; returns that value. */
  until(run, ...args) {
    return this.untilFor(WAIT_MS, run, ...args);
  }

  /** The same, for at most so many ms. */
  async untilFor(ms, run, ...args) {
    const end = Date.now() + ms;
    for (;;) {
      const value = await this.evaluate(run, ...args);
      if (value) return value;
      if (Date.now() > end) throw new Error(`not within ${ms} ms: ${run} ${args}`);
      await sleep(50);
    }
  }

  /** Clicks the first element that a selector finds, as a pointer would. */
  async click(selector) {
    await this.until((wanted) => document.querySelector(wanted) !== null, selector);
    const found = await this.#ask('POST', '/element', { using: 'css selector', value: selector });
    await this.#ask('POST', `/element/${Object.values(found)[0]}/click`, {});
  }

  async close() {
    try {
      await this.#ask('DELETE', '');
    } finally {
      await this.#close();
    }
  }
}

async function ask(url, method, path, body) {
  const response = await fetch(url + path, {
    method,
    headers: { 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
  });
  const { value } = await response.json();
  if (!response.ok) throw new Error(`${method} ${path}: ${value.error}: ${value.message}`);
  return value;
}

async function answers(url, driver) {
  const end = Date.now() + START_MS;
  for (;;) {
    try {
      return await ask(url, 'GET', '/status');
    } catch (error) {
      if (driver.exitCode !== null || driver.pid === undefined) throw new Error('did not start');
      if (Date.now() > end) throw error;
      await sleep(50);
    }
  }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

// The three engines: where they are, how they start without a screen, and how their users switch things off.
import { spawn } from 'node:child_process';
import { chromeArgs, found } from '../../../scripts/lib.mjs';
import { open } from './webdriver.mjs';

/**
 * Settings of each engine for a kind of visit. Chromium without its compilers has no WebAssembly; where cookies are
 * refused, Chromium and Firefox refuse all storage, while WebKit has a switch for each.
 */
const VISITS = {
  chromium: {
    usual: {},
    private: { args: ['--incognito'] },
    noWasm: { args: ['--js-flags=--jitless'] },
    noStorage: { prefs: { 'profile.default_content_setting_values.cookies': 2 } },
  },
  firefox: {
    usual: {},
    private: { prefs: { 'browser.privatebrowsing.autostart': true } },
    noWasm: { prefs: { 'javascript.options.wasm': false } },
    noStorage: { prefs: { 'network.cookie.cookieBehavior': 2 } },
  },
  webkit: {
    usual: {},
    private: { args: ['--private'] },
    noWasm: { env: { JSC_useWasm: '0' } },
    noStorage: { args: ['--enable-html5-database=false', '--enable-html5-local-storage=false'] },
    noIndexedDb: { args: ['--enable-html5-database=false'] },
  },
};

const ENGINES = {
  chromium: ({ args = [], prefs }) => ({
    command: found('chromedriver_path'),
    args: (port) => [`--port=${port}`],
    capabilities: {
      'goog:chromeOptions': { binary: found('chrome'), args: [...chromeArgs, ...args], prefs },
    },
  }),
  firefox: ({ args = [], prefs = {} }) => ({
    command: found('geckodriver_path'),
    args: (port) => ['--port', String(port)],
    capabilities: {
      'moz:firefoxOptions': { binary: found('firefox_path'), args: ['-headless', ...args], prefs },
    },
  }),
  // The driver starts the MiniBrowser of its own package.
  webkit: ({ args = [], env }) => ({
    command: found('webkitdriver_path'),
    args: (port) => [`--port=${port}`],
    env: { NO_AT_BRIDGE: '1', GTK_A11Y: 'none', ...screen?.env, ...env },
    capabilities: {
      'webkitgtk:browserOptions': {
        binary: found('minibrowser'),
        args: ['--automation', ...args],
      },
    },
  }),
};

export const engineNames = Object.keys(ENGINES);

/** Returns true if an engine has settings for this kind of visit. */
export const can = (name, visit) => visit in VISITS[name];

/** Returns true if an engine sends Global Privacy Control in private windows. */
export const sendsGlobalPrivacyControl = (name) => name === 'firefox';

/** Starts an engine; its session is for the caller to close. */
export async function start(name, visit) {
  if (name === 'webkit') await needScreen();
  return open(ENGINES[name](VISITS[name][visit]));
}

let screen;

/** WebKit's browser has no mode without a screen: where there is none, one is made up. */
async function needScreen() {
  if (screen || process.env.DISPLAY || process.env.WAYLAND_DISPLAY) return;
  const server = spawn(
    found('virtual_screen'),
    ['-displayfd', '3', '-screen', '0', '1280x1024x24', '-nolisten', 'tcp'],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] },
  );
  const display = await new Promise((resolve, reject) => {
    server.stdio[3].once('data', (number) => resolve(`:${String(number).trim()}`));
    server.once('exit', () => reject(new Error('the virtual screen did not start')));
  });
  screen = { server, env: { DISPLAY: display, GDK_BACKEND: 'x11' } };
}

/** Ends what `start` needed beside the browsers. */
export function stop() {
  screen?.server.kill();
  screen = undefined;
}

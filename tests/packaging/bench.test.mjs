// What `npm run bench` builds on: its server has whatever the package loads, and its longest task is the page's.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageFiles, scriptsFrom, serve } from '../../benches/lib/server.mjs';
import { longestIn } from '../../benches/lib/trace.mjs';
import { root } from '../../scripts/lib.mjs';

test('the server of the bench has every script that the package imports, at once or later, and the module', async () => {
  const paths = packageFiles(join(root, 'js/dist'), '/vicino');
  const files = new Map(paths.map(([address, path]) => [address, { bytes: readFileSync(path) }]));
  const server = await serve(files);
  try {
    const get = async (address) => {
      const response = await fetch(new URL(address, server.address));
      assert.equal(response.status, 200, address);
      return response;
    };
    const text = async (address) => (await get(address)).text();
    const atOnce = await scriptsFrom('/vicino/index.js', text);
    assert.ok(atOnce.includes('/vicino/errors.js'), String(atOnce));
    const all = await scriptsFrom('/vicino/index.js', text, { later: true });
    assert.ok(
      all.includes('/vicino/store.js') && !atOnce.includes('/vicino/store.js'),
      String(all),
    );
    const module = await get('/vicino/vicino_bg.wasm');
    assert.equal(module.headers.get('content-type'), 'application/wasm');
    await module.arrayBuffer();
  } finally {
    await server.stop();
  }
});

test('the longest task is one of the page, cut where loading begins, and ranking belongs to the last', () => {
  const at = (name, ts, tid = 1) => ({ name, ts, pid: 1, tid });
  const task = (ts, dur, tid = 1) => ({ ...at('RunTask', ts, tid), dur });
  const events = [
    task(0, 9_000),
    at('bench-load', 8_000),
    task(10_000, 4_000),
    task(10_000, 90_000, 2),
    task(20_000, 9_000),
    at('bench-loaded', 23_000),
    at('bench-rank', 26_000),
    at('bench-ranked', 28_000),
  ];
  // The first has 1 ms after the mark, the second 4, another thread's does not count, the last 3 + 2.
  assert.equal(longestIn(events), 5);
  // One that the trace saw no end of lasts as long as the ranking.
  const last = { ...at('RunTask', 15_000), ph: 'B' };
  assert.equal(longestIn([...events, last]), 10);
  assert.throws(() => longestIn(events.slice(0, -1)), /no mark bench-ranked/);
});

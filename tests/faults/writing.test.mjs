// Every system call by which the command writes a file fails once, and at every one it is killed once: then the old
// file is there or the new one, whole, and what a killed run left goes with the next. `npm run faults`, with strace.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { root } from '../../scripts/lib.mjs';

const vicino = join(root, 'target/release/vicino');
/** Calls that make, fill, finish, name and remove files. */
const CALLS = '/^(openat|write|fsync|rename.*|unlink.*)$';

const run = (args) => execFileSync(vicino, ['--threads', '1', ...args], { stdio: 'pipe' });
/** Runs the command under strace; gives its outcome. */
const traced = (options, args) =>
  spawnSync('strace', ['-f', ...options, vicino, '--threads', '1', ...args], { encoding: 'utf8' });

let folder;
let log;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'vicino-faults-'));
  log = join(folder, 'log.csv');
  const rows = Array.from({ length: 400 }, (_, at) => `S${at >> 2},P${(at * 7 + (at >> 2)) % 23}`);
  writeFileSync(log, `session_id,item_id\n${rows.join('\n')}\n`);
  run(['train', log, '-o', join(folder, 'shop.vicino'), '--no-tune', '-q']);
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** A file that a command writes, and its arguments. */
const OUTPUTS = {
  'train -o': (out) => ['train', log, '-o', out, '--no-tune', '-q'],
  'explore -o': (out) => ['explore', log, '-o', out, '-q'],
  'export --related': (out) => [
    'export',
    '--model',
    join(folder, 'shop.vicino'),
    '--related',
    out,
    '-q',
  ],
};

/** Numbers of the calls that concern a folder: those before its first are of loading the program and reading. */
function callsIn(place, args) {
  const trace = join(folder, 'trace');
  traced(['-y', '-o', trace, '-e', `trace=${CALLS}`], args);
  const counts = {};
  const found = [];
  for (const line of readFileSync(trace, 'utf8').split('\n')) {
    const call = line.match(/^\d+\s+(\w+)\(/)?.[1];
    if (!call) continue;
    counts[call] = (counts[call] ?? 0) + 1;
    if (line.includes(place)) found.push([call, counts[call]]);
  }
  return found;
}

for (const [name, argsFor] of Object.entries(OUTPUTS)) {
  test(`${name}: the old file or the new one, whatever fails and whenever it is killed`, () => {
    const place = mkdtempSync(join(folder, 'place-'));
    const extension = name.startsWith('train')
      ? 'vicino'
      : name.startsWith('explore')
        ? 'html'
        : 'jsonl';
    const out = join(place, `out.${extension}`);
    const args = argsFor(out);
    run(args);
    const whole = readFileSync(out);
    const calls = callsIn(place, args);
    for (const needed of ['openat', 'write', 'fsync', 'rename']) {
      assert.ok(
        calls.some(([call]) => call.startsWith(needed)),
        `${needed} is never called: ${calls}`,
      );
    }
    for (const [call, number] of calls) {
      for (const fault of ['error=EIO', 'error=ENOSPC', 'signal=KILL']) {
        writeFileSync(out, 'old');
        const outcome = traced(
          [
            '-qqq',
            '-o',
            '/dev/null',
            '-e',
            `trace=${CALLS}`,
            '-e',
            `inject=${call}:${fault}:when=${number}`,
          ],
          args,
        );
        const what = `${call} ${number} ${fault}`;
        const left = readFileSync(out);
        const isNew = left.equals(whole);
        assert.ok(isNew || left.toString() === 'old', `${what}: the file is neither`);
        const others = readdirSync(place).filter((one) => join(place, one) !== out);
        if (fault !== 'signal=KILL') {
          // What cannot be removed is left to the next run.
          if (!call.startsWith('unlink'))
            assert.deepEqual(others, [], `${what}: ${others} are left`);
          // A folder that cannot be searched for leftovers is no reason to fail.
          if (outcome.status === 0) assert.ok(isNew, `${what}: success, and the old file`);
          else assert.match(outcome.stderr, /cannot write|out\./, what);
        }
        const old = new Date(Date.now() - 3_600_000);
        for (const one of others) utimesSync(join(place, one), old, old);
        run(args);
        assert.deepEqual(
          readdirSync(place),
          [out.slice(place.length + 1)],
          `${what}: leftovers stay`,
        );
        assert.ok(readFileSync(out).equals(whole));
      }
    }
  });
}

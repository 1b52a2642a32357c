// Models of at most 1 MB in WebAssembly, whole and forged behind their checksums: opening one, 200 events and twenty
// lists take at most 64 MiB and 1 s of processor time, and end in lists or a VicinoError.
// `node tests/limits/model.mjs VICINO`
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Recommender } from '../../js/dist/node.js';
import { root } from '../../scripts/lib.mjs';
import { watchWasmMemory } from '../harness/wasm-memory.mjs';

const [vicino] = process.argv.slice(2);
const MOST_BYTES = 64 << 20;
const MOST_MICROSECONDS = 1_000_000;
const MB = 1_000_000;
const NUM_FORGED = 400;

// One instance opens all models, so that its memory is that of the greediest.
const wasmBytes = watchWasmMemory();

/** Numbers that look drawn, the same every time. */
function random(seed) {
  let state = seed;
  return (most) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * most);
  };
}

/** Models that are large for their bytes: many products, many links, ids that pack well. */
function models(folder) {
  const draw = random(1);
  const logs = {
    'a chain of products': Array.from({ length: 250_000 }, (_, at) => [
      at >> 1,
      (at >> 1) + (at & 1),
    ]),
    'one session of new products': Array.from({ length: 55_000 }, (_, at) => [0, at]),
    'many links': Array.from({ length: 240_000 }, () => {
      const group = draw(8000);
      return [group, (group * 7 + draw(60)) % 20_000];
    }),
  };
  return Object.entries(logs).map(([name, rows]) => {
    const log = join(folder, 'log.csv');
    const model = join(folder, 'shop.vicino');
    const text = rows.map(([session, item]) => `s${session},${item}\n`).join('');
    writeFileSync(log, `session_id,item_id\n${text}`);
    const flags = [
      '--no-tune',
      '--no-cleaning',
      '--min-shoppers',
      '1',
      '--neighbours',
      '100',
      '-q',
    ];
    execFileSync(vicino, ['train', log, '-o', model, ...flags], { stdio: 'pipe' });
    return { name, bytes: readFileSync(model) };
  });
}

const TABLE = Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value >>> 0;
});
const crc32 = (bytes) =>
  ~bytes.reduce((sum, byte) => TABLE[(sum ^ byte) & 255] ^ (sum >>> 8), ~0) >>> 0;

/** Puts the checksums of a file right; docs/format.md says where they are. */
function repair(file) {
  const numSections = file.readUInt32LE(16);
  let offset = 24 + numSections * 12;
  for (let entry = 24; entry < 24 + numSections * 12; entry += 12) {
    const length = file.readUInt32LE(entry + 4);
    file.writeUInt32LE(crc32(file.subarray(offset, offset + length)), entry + 8);
    offset += length;
  }
  const table = file.subarray(24, 24 + numSections * 12);
  file.writeUInt32LE(crc32(Buffer.concat([file.subarray(0, 20), table])), 20);
  return file;
}

/** A copy with some bytes changed, mostly at the beginnings of sections, where numbers are. */
function forged(bytes, draw) {
  const file = Buffer.from(bytes);
  const numSections = file.readUInt32LE(16);
  const starts = [];
  let start = 24 + numSections * 12;
  for (let entry = 24; entry < 24 + numSections * 12; entry += 12) {
    starts.push(start);
    start += file.readUInt32LE(entry + 4);
  }
  for (let change = draw(6); change >= 0; change--) {
    const at = draw(4)
      ? starts[draw(numSections)] + draw(24)
      : starts[0] + draw(file.length - starts[0]);
    if (at < file.length) file[at] = draw(3) ? draw(256) : 255;
  }
  return repair(file);
}

/** Opens a model, and makes lists; gives what it took. */
async function use(bytes) {
  const before = process.cpuUsage();
  let outcome = 'lists';
  try {
    const shop = await Recommender.load(new Uint8Array(bytes), { maxBytes: 2 * MB });
    try {
      const ids = shop.trending({ k: 200 }).flatMap(({ id }) => id || []);
      for (const id of ids) {
        await shop.record({ item: id, kind: 'view' });
      }
      for (const id of ids.slice(0, 20)) shop.related(id, { k: 12 });
      shop.forYou({ k: 12 });
    } finally {
      shop.free();
    }
  } catch (error) {
    assert.equal(error.name, 'VicinoError', error.stack);
    outcome = error.code;
  }
  const { user, system } = process.cpuUsage(before);
  return { outcome, taken: user + system, held: wasmBytes() };
}

const folder = mkdtempSync(join(tmpdir(), 'vicino-limits-'));
const most = { taken: 0, held: 0 };
const problems = [];
const outcomes = {};
const golden = ['blocks', 'complete', 'linked', 'timely', 'variants'].map((name) => ({
  name,
  bytes: readFileSync(join(root, `tests/golden/2.0-${name}.vicino`)),
}));
try {
  const large = models(folder);
  // Compiling is not the model's.
  await use(golden[0].bytes);
  const draw = random(7);
  const forgeries = Array.from({ length: NUM_FORGED }, (_, at) => {
    const { name, bytes } = at % 4 ? golden[at % golden.length] : large[(at >> 2) % large.length];
    return { name: `${name}, forged`, bytes: forged(bytes, draw) };
  });
  for (const { name, bytes } of [...large, ...forgeries]) {
    assert.ok(bytes.length <= 1.05 * MB, `${name} has ${bytes.length} bytes`);
    const { outcome, taken, held } = await use(bytes);
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    const mib = (held / 2 ** 20).toFixed(1);
    const seconds = (taken / 1e6).toFixed(2);
    const shown = `${name}: ${bytes.length} bytes, ${outcome}, ${mib} MiB, ${seconds} s`;
    if (!name.endsWith('forged')) console.log(shown);
    if (held > MOST_BYTES || taken > MOST_MICROSECONDS) problems.push(shown);
    most.taken = Math.max(most.taken, taken);
    most.held = Math.max(most.held, held);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(JSON.stringify(outcomes));
for (const problem of problems) console.log(problem);
assert.equal(problems.length, 0);
console.log(
  `${NUM_FORGED} forged models, ${(most.held / 2 ** 20).toFixed(1)} MiB and ${(most.taken / 1e6).toFixed(2)} s at most`,
);

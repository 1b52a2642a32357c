// The `vicino` command and `vicino/train`, installed from the tarballs of a release by npm, pnpm and Yarn, on a path
// without Rust: with the program of this machine, and with the one in WebAssembly, which must do the very same.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { crc32, gzipSync } from 'node:zlib';
import { root } from '../../scripts/lib.mjs';
import { madeUpLog } from '../../scripts/made-up-log.mjs';
import { PLATFORMS, programName } from '../../scripts/packages.mjs';
import {
  contents,
  hashed,
  install,
  makeRelease,
  PLATFORM,
  PROGRAM,
  run,
} from './support/command.mjs';
import { filesUnder } from './support/project.mjs';

const LOG = madeUpLog();
const FEW = ['--evaluations', '2', '--min-shoppers', '2'];

let release;
/** Projects with `vicino`, by the kind of program that it finds. */
const projects = {};
/** The way each kind of program is started. */
const kinds = {};
let scratch;
/** Paths that npm wanted from the registry. */
let askedByNpm;

before(async () => {
  release = await makeRelease();
  scratch = mkdtempSync(join(tmpdir(), 'vicino-work-'));
  projects.package = await install(release);
  projects.wasm = await install(release, 'npm', { omits: true });
  askedByNpm = [...release.asked];
  for (const kind of ['package', 'wasm']) {
    const { program, before, env } = projects[kind];
    kinds[kind] = { file: program, before, env };
  }
  kinds.VICINO_BINARY = {
    ...kinds.wasm,
    env: { ...kinds.wasm.env, VICINO_BINARY: PROGRAM },
  };
  kinds.program = { file: PROGRAM, before: [], env: kinds.package.env };
});
after(() => {
  for (const project of Object.values(projects)) project.remove();
  if (scratch) rmSync(scratch, { recursive: true, force: true });
  release?.remove();
});

/** Lays files into an empty folder whose name has a blank, the same for every kind of program. */
function lay(files) {
  const folder = join(scratch, 'a shop');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'logs of may'), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

/** Runs a command with each kind of program; returns what all of them did, and fails if one did something else. */
async function everyKind(args, { files = {}, from = '.', ...options } = {}) {
  let expected;
  for (const [kind, { file, before, env }] of Object.entries(kinds)) {
    const folder = lay(files);
    const result = await run(file, [...before, ...args], {
      cwd: join(folder, from),
      env,
      ...options,
    });
    const did = { ...result, files: contents(folder) };
    expected ??= did;
    assert.deepEqual({ kind, ...did }, { kind, ...expected });
  }
  return expected;
}

/** A zip archive of one file, which is stored as it is. */
function zipped(name, text) {
  const data = Buffer.from(text);
  const title = Buffer.from(name);
  // Version, flags, method, time and date; then what both headers say alike.
  const common = Buffer.alloc(26);
  common.writeUInt16LE(20, 0);
  common.writeUInt16LE(0x21, 8);
  common.writeUInt32LE(crc32(data), 10);
  common.writeUInt32LE(data.length, 14);
  common.writeUInt32LE(data.length, 18);
  common.writeUInt16LE(title.length, 22);
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, title, data]);
  const central = Buffer.concat([
    Buffer.from('PK\x01\x02\x14\x00'),
    common,
    Buffer.alloc(14),
    title,
  ]);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06');
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, central, end]);
}

let model;
/** The bytes of a model of the made-up log. */
async function trained() {
  if (model) return model;
  const folder = lay({ 'events.csv': LOG });
  const { env } = kinds.program;
  const args = ['train', 'events.csv', '-o', 'shop.vicino', ...FEW];
  assert.equal((await run(PROGRAM, args, { cwd: folder, env })).status, 0);
  model = readFileSync(join(folder, 'shop.vicino'));
  return model;
}

describe('installing', () => {
  test('npm takes the package of this machine alone, and asks for no packages but those it needs', () => {
    const names = readdirSync(join(projects.package.folder, 'node_modules/@vicino')).sort();
    assert.deepEqual(names, [`cli-${PLATFORM}`, 'cli-wasm']);
    // Of its optional peers npm reads what there is, and installs none.
    const known = /^(react|vue|vicino|@vicino\/cli-[a-z0-9-]+)(\/|$)/;
    assert.deepEqual(
      askedByNpm.filter((path) => !known.test(path)),
      [],
    );
    const tarballs = new Set(askedByNpm.filter((path) => path.endsWith('.tgz')));
    assert.equal(tarballs.size, 3, [...tarballs].join(' '));
  });

  test('without optional packages there is the one in WebAssembly', () => {
    assert.deepEqual(readdirSync(join(projects.wasm.folder, 'node_modules/@vicino')), ['cli-wasm']);
  });

  test('without any program the command says what to do, with status 1', async () => {
    const project = await install(release, 'npm', { omits: true });
    try {
      rmSync(join(project.folder, 'node_modules/@vicino'), { recursive: true });
      const { status, stdout, stderr } = await run(project.program, ['--version'], {
        cwd: project.folder,
        env: project.env,
      });
      assert.deepEqual({ status, stdout }, { status: 1, stdout: '' });
      assert.match(stderr, /^vicino: neither @vicino\/cli-.* is installed; .*VICINO_BINARY\n$/);
    } finally {
      project.remove();
    }
  });

  test('a VICINO_BINARY that is not there is named, with status 1', async () => {
    const { folder, program, env } = projects.package;
    const { status, stderr } = await run(program, ['--version'], {
      cwd: folder,
      env: { ...env, VICINO_BINARY: '/no/such/vicino' },
    });
    assert.equal(status, 1);
    assert.match(stderr, /^vicino: cannot start \/no\/such\/vicino: .*; VICINO_BINARY names it\n$/);
  });

  for (const manager of ['pnpm', 'Yarn 1', 'Yarn 4']) {
    for (const omits of [false, true]) {
      const which = omits ? 'the program in WebAssembly' : 'the program of this machine';
      test(`installed by ${manager}, ${which} trains the same model`, async () => {
        const project = await install(release, manager, { omits });
        try {
          project.write('events.csv', LOG);
          const args = [...project.before, 'train', 'events.csv', '-o', 'shop.vicino', ...FEW];
          const { status, stderr } = await run(project.program, args, {
            cwd: project.folder,
            env: project.env,
          });
          assert.equal(status, 0, stderr);
          assert.deepEqual(readFileSync(join(project.folder, 'shop.vicino')), await trained());
        } finally {
          project.remove();
        }
      });
    }
  }
});

test('the tarball of a platform holds its program, which may be started, and the licences', async () => {
  const { publint } = await import('publint');
  for (const name of Object.keys(PLATFORMS)) {
    const tarball = release.tarballs.find((path) => path.includes(`cli-${name}-`));
    const folder = join(scratch, name);
    mkdirSync(folder);
    execFileSync('tar', ['-xzf', tarball, '-C', folder]);
    const names = ['LICENSE-APACHE', 'LICENSE-MIT', 'README.md', 'package.json', programName(name)];
    assert.deepEqual(filesUnder(join(folder, 'package')).sort(), names);
    const { mode } = statSync(join(folder, 'package', programName(name)));
    assert.equal(mode & 0o111, 0o111);
    const { messages } = await publint({
      pkgDir: join(folder, 'package'),
      pack: false,
      strict: true,
    });
    assert.deepEqual(messages, []);
  }
});

test('cargo binstall finds the program in the tarball of each platform', () => {
  const args = ['metadata', '--no-deps', '--offline', '--format-version', '1'];
  const { packages } = JSON.parse(execFileSync('cargo', args, { cwd: root, encoding: 'utf8' }));
  const { version, metadata } = packages.find(({ name }) => name === 'vicino');
  const { overrides, ...binstall } = metadata.binstall;
  assert.deepEqual(binstall, { 'pkg-fmt': 'tgz', 'bin-dir': 'package/{ bin }{ binary-ext }' });
  const platforms = new Set();
  for (const [target, { 'pkg-url': url }] of Object.entries(overrides)) {
    const [, name] = url.match(/\/@vicino\/cli-([a-z0-9-]+)\/-\/cli-\1-\{ version \}\.tgz$/);
    platforms.add(name);
    const arch = { x64: 'x86_64', arm64: 'aarch64' }[name.split('-')[1]];
    assert.ok(target.startsWith(`${arch}-`), target);
    const tarball = release.tarballs.find((path) => path.endsWith(`cli-${name}-${version}.tgz`));
    const names = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' }).split('\n');
    assert.ok(names.includes(`package/${programName(name)}`), names.join(' '));
  }
  assert.deepEqual([...platforms].sort(), Object.keys(PLATFORMS).sort());
});

describe('every kind of program does the same to the byte', () => {
  test('it says its version and how it is used', async () => {
    assert.match((await everyKind(['--version'])).stdout, /^vicino \d+\.\d+\.\d+\n$/);
    assert.equal((await everyKind(['train', '--help'])).status, 0);
  });

  test('a log becomes a model and a report', async () => {
    const args = ['train', 'events.csv', '-o', 'shop.vicino', '--report', 'report.html', ...FEW];
    const { status, files } = await everyKind(args, { files: { 'events.csv': LOG } });
    assert.equal(status, 0);
    assert.deepEqual(Object.keys(files), ['events.csv', 'report.html', 'shop.vicino']);
    assert.equal(files['shop.vicino'], hashed(await trained()));
  });

  test('an evaluation has the same figures', async () => {
    const args = ['evaluate', '--events', 'events.csv', '--json', '--draws', '20'];
    const { status, stdout } = await everyKind(args, { files: { 'events.csv': LOG } });
    assert.equal(status, 0);
    assert.ok(JSON.parse(stdout));
  });

  test('lists, and what is in a model, are the same', async () => {
    const files = { 'shop.vicino': await trained() };
    const list = await everyKind(
      ['recommend', '--model', 'shop.vicino', '--history', 'sku-1,sku-2', '-k', '5'],
      { files },
    );
    assert.equal(list.status, 0);
    assert.ok(list.stdout.includes('sku-'));
    assert.equal((await everyKind(['inspect', 'shop.vicino'], { files })).status, 0);
    assert.equal((await everyKind(['inspect', 'shop.vicino', '--json'], { files })).status, 0);
  });

  test('a log is read from standard input', async () => {
    const args = ['train', '-', '-o', 'shop.vicino', ...FEW];
    const { status, files } = await everyKind(args, { input: LOG });
    assert.equal(status, 0);
    assert.deepEqual(Object.keys(files), ['shop.vicino']);
  });

  test('a log in an archive is read, which takes a temporary file', async () => {
    const files = { 'events.csv.gz': gzipSync(LOG), 'events.zip': zipped('events.csv', LOG) };
    for (const name of Object.keys(files)) {
      const args = ['train', name, '-o', 'shop.vicino', ...FEW];
      const { status, files: left } = await everyKind(args, { files });
      assert.equal(status, 0);
      assert.ok('shop.vicino' in left);
    }
  });

  test('paths go up, and folders have blanks in their names', async () => {
    const { status, files } = await everyKind(
      ['train', '../logs of may/../events.csv', '-o', '../logs of may/shop.vicino', ...FEW],
      { files: { 'events.csv': LOG }, from: 'logs of may' },
    );
    assert.equal(status, 0);
    assert.deepEqual(Object.keys(files), ['events.csv', 'logs of may/shop.vicino']);
  });

  test('wrong usage ends with 2, a bad file with 1, and neither leaves a file', async () => {
    for (const [status, args] of [
      [2, ['train', 'events.csv', '--no-such-flag']],
      [2, ['train']],
      [1, ['train', 'missing.csv', '-o', 'shop.vicino']],
      [1, ['inspect', 'events.csv']],
      [1, ['train', 'events.csv', '-o', 'no such folder/shop.vicino', ...FEW]],
    ]) {
      const did = await everyKind(args, { files: { 'events.csv': LOG } });
      assert.equal(did.status, status, args.join(' '));
      assert.equal(did.stdout, '');
      assert.notEqual(did.stderr, '');
      assert.deepEqual(Object.keys(did.files), ['events.csv']);
    }
  });

  test('a reader that closes the pipe early is success', async () => {
    const files = { 'shop.vicino': await trained() };
    const args = ['export', '--model', 'shop.vicino', '--related', '-'];
    const { status, stderr } = await everyKind(args, { files, closes: true });
    assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
  });
});

test('a file at which a decoder gives up is named, also where nothing can be caught', async () => {
  // A page of places in a dictionary that the file lacks; the first byte of the fuzzer's input is no part of it.
  const damaged = readFileSync(join(root, 'fuzz/corpus/parquet/no-dictionary')).subarray(1);
  for (const kind of ['program', 'wasm']) {
    const { file, before, env } = kinds[kind];
    const folder = lay({ 'may.parquet': damaged });
    const args = [...before, 'explore', 'may.parquet', '-o', 'report.html'];
    const { status, stdout, stderr } = await run(file, args, { cwd: folder, env });
    // A thread of the one in WebAssembly can end the program by a signal only.
    const expected = kind === 'wasm' ? 'SIGABRT' : 1;
    assert.deepEqual({ kind, status, stdout }, { kind, status: expected, stdout: '' });
    assert.match(stderr, /^vicino: may\.parquet: .*cannot be decoded: it is damaged \(.+\)/);
    assert.deepEqual(Object.keys(contents(folder)), ['may.parquet']);
  }
});

describe('vicino/train in Node', () => {
  /** Runs a script in the project of a kind, with a folder for temporary files; returns what it prints as JSON. */
  async function script(kind, text) {
    const { folder, write, env } = projects[kind];
    const temporary = join(scratch, 'temporary');
    mkdirSync(temporary, { recursive: true });
    write('events.csv', LOG);
    write('script.js', text);
    const { status, stdout, stderr } = await run(process.execPath, ['script.js'], {
      cwd: folder,
      env: { ...env, TMPDIR: temporary, TEMP: temporary, TMP: temporary },
    });
    assert.equal(status, 0, stderr);
    assert.deepEqual(filesUnder(temporary), []);
    return JSON.parse(stdout);
  }
  const OPTIONS = '{ evaluations: 2, minShoppers: 2 }';

  for (const kind of ['package', 'wasm']) {
    test(`${kind}: a model has the bytes of the command's, and the other calls know it`, async () => {
      const found = await script(
        kind,
        `import { evaluate, explore, inspect, train } from 'vicino/train';
         const steps = new Set();
         const onProgress = ({ step, done, total }) => {
           if (!(done >= 0 && total >= 0)) throw new Error('no progress');
           steps.add(step);
         };
         const { model, summary } = await train('events.csv', { ...${OPTIONS}, onProgress });
         const looked = await explore('events.csv', { report: true });
         const judged = await evaluate('events.csv', { draws: 20 });
         const inside = await inspect(model);
         console.log(JSON.stringify({
           model: Buffer.from(model).toString('base64'),
           steps: steps.size,
           keys: [summary, looked.summary, judged.summary, inside].map((one) => Object.keys(one).length),
           page: looked.report.slice(0, 15),
         }));`,
      );
      assert.deepEqual(Buffer.from(found.model, 'base64'), await trained());
      assert.ok(found.steps > 0);
      assert.ok(found.keys.every((num) => num > 0));
      assert.equal(found.page.toLowerCase(), '<!doctype html>');
    });

    test(`${kind}: bytes with a name and addresses of files are read as paths are`, async () => {
      const found = await script(
        kind,
        `import { readFileSync } from 'node:fs';
         import { train } from 'vicino/train';
         const data = readFileSync('events.csv');
         const models = [];
         for (const input of [{ name: 'events.csv', data }, new URL('events.csv', import.meta.url)])
           models.push((await train(input, ${OPTIONS})).model);
         console.log(JSON.stringify(models.map((one) => Buffer.from(one).toString('base64'))));`,
      );
      const expected = (await trained()).toString('base64');
      assert.deepEqual(found, [expected, expected]);
    });

    test(`${kind}: a signal ends the work and leaves no file`, async () => {
      const found = await script(
        kind,
        `import { train } from 'vicino/train';
         const controller = new AbortController();
         const onProgress = () => controller.abort();
         const late = await train('events.csv', { ...${OPTIONS}, signal: controller.signal, onProgress })
           .catch((error) => error.name);
         const early = await train('events.csv', { signal: AbortSignal.abort() }).catch((error) => error.name);
         console.log(JSON.stringify([late, early]));`,
      );
      assert.deepEqual(found, ['AbortError', 'AbortError']);
    });

    test(`${kind}: errors are TrainErrors with the status of the command`, async () => {
      const found = await script(
        kind,
        `import { inspect, train, TrainError } from 'vicino/train';
         const of = (promise) => promise.then(
           () => null,
           (error) => [error instanceof TrainError, error.status, error.message !== ''],
         );
         console.log(JSON.stringify([
           await of(train('missing.csv')),
           await of(train('events.csv', { noSuchOption: 1 })),
           await of(inspect(new Uint8Array(100))),
         ]));`,
      );
      assert.deepEqual(found, [
        [true, 1, true],
        [true, 2, true],
        [true, 1, true],
      ]);
    });
  }
});

#!/usr/bin/env node
// Runs the package in the tools that people have, and writes docs/works-with.md. `npm run matrix -- vite@5 jest` runs
// some rows, `--check` runs none and compares the document with the results that there are.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/lib.mjs';
import { closeBrowser } from '../packaging/support/page.mjs';
import { document } from './document.mjs';
import { makeMatrixProject, removeTarballs } from './support.mjs';

const FILES = ['vite', 'bundlers', 'frameworks', 'testing', 'servers', 'pages'];
const RESULTS = join(root, 'tests/matrix/results.json');
const DOCUMENT = join(root, 'docs/works-with.md');

/** The words of a tool, without colours and the addresses of this run. */
const plain = (said) =>
  said
    // biome-ignore lint/suspicious/noControlCharactersInRegex: terminals are told colours by it
    .replaceAll(/\u001b?\[[\d;]*m/g, '')
    .replaceAll(/\/tmp\/vicino-\w+-\w+/g, '')
    .replaceAll(/localhost:\d+/g, 'localhost')
    .replaceAll(/\s+/g, ' ')
    .slice(0, 300);

const rows = [];
for (const group of FILES) {
  const found = await import(`./${group}.mjs`);
  rows.push(...found.rows.map((row) => ({ ...row, group })));
}
const readResults = () => (existsSync(RESULTS) ? JSON.parse(readFileSync(RESULTS, 'utf8')) : {});
const words = process.argv.slice(2);

if (words.includes('--check')) {
  const results = readResults();
  const missing = rows.filter(({ name }) => !results[name]).map(({ name }) => name);
  const unknown = Object.keys(results).filter((name) => !rows.some((row) => row.name === name));
  const isNew = readFileSync(DOCUMENT, 'utf8') === document(rows, results);
  if (missing.length > 0) console.error(`no results of ${missing.join(', ')}; run npm run matrix`);
  if (unknown.length > 0) console.error(`results of ${unknown.join(', ')}, which is no row`);
  if (!isNew) console.error('docs/works-with.md is not what tests/matrix/results.json says');
  process.exit(missing.length + unknown.length > 0 || !isNew ? 1 : 0);
}

const wanted =
  words.length === 0
    ? rows
    : rows.filter(({ name }) => words.some((word) => name.startsWith(word)));
if (wanted.length === 0) {
  console.error(`no row is called that; there are: ${rows.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}
let failed = 0;
for (const row of wanted) {
  const began = Date.now();
  let project;
  let ways;
  try {
    project = await makeMatrixProject(row.packages, row.project);
    ways = await row.run(project);
  } catch (error) {
    const said = String(error.message ?? error)
      .split('\n')
      .slice(0, 6)
      .join(' ')
      .slice(0, 600);
    ways = { '-': { main: said } };
    if (process.env.VERBOSE) console.error(error);
  } finally {
    if (process.env.KEEP) console.log(project?.folder);
    else project?.remove();
  }
  for (const entries of Object.values(ways)) {
    for (const [entry, said] of Object.entries(entries)) entries[entry] = plain(said);
  }
  // Others may have run other rows meanwhile.
  const results = { ...readResults(), [row.name]: ways };
  const problems = Object.entries(ways).flatMap(([way, entries]) =>
    Object.entries(entries)
      .filter(([, outcome]) => outcome !== 'passes')
      .map(([entry, outcome]) => `    ${way}, ${entry}: ${outcome}`),
  );
  failed += problems.length > 0 ? 1 : 0;
  console.log(
    `${problems.length > 0 ? 'FAILS ' : 'passes'} ${row.name} (${Math.round((Date.now() - began) / 1000)} s)`,
  );
  for (const problem of problems) console.log(problem);
  const sorted = Object.fromEntries(
    rows.filter(({ name }) => results[name]).map(({ name }) => [name, results[name]]),
  );
  // In one step: another run may read it.
  writeFileSync(`${RESULTS}.new`, `${JSON.stringify(sorted, null, 2)}\n`);
  renameSync(`${RESULTS}.new`, RESULTS);
  writeFileSync(DOCUMENT, document(rows, sorted));
}
await closeBrowser();
removeTarballs();
process.exit(failed > 0 ? 1 : 0);

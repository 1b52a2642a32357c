#!/usr/bin/env node
// Says how old the figures in the documents are: each table that a bench has written names the commit that it measured,
// and is compared with what has changed in the measured code since.
//
// Fails if a table names no commit, or one that is not in the history, or if the newest change of the measured code is
// more than 90 days younger than the figures. Nothing depends on the date of today: what nobody changes stays true.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const DAY_MS = 864e5;
const MOST_DAYS = 90;
/** Files that decide the figures of a bench, by the command in the marks of its tables. */
const MEASURED = {
  'npm run bench': ['src', 'js/src', 'Cargo.lock', 'scripts/wasm', 'benches'],
  'npm run bench:quality': ['src', 'Cargo.lock', 'benches/quality'],
};

const git = (...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();

/** The tables in a document: the bench that wrote each, its date and its commit. */
export function tables(text) {
  const marked = /<!-- (bench[^:]*): written by `(npm run [^ `]+)[^`]*` -->(.*?)<!-- \/\1 -->/gs;
  return [...text.matchAll(marked)].map(([, , bench, table]) => {
    const line = table.match(/^- Measured (.*(?:\n {2}.*)*)/m)?.[1].replaceAll(/\s+/g, ' ') ?? '';
    const [date] = line.match(/^\d{4}-\d{2}-\d{2}/) ?? [];
    return { bench, date, commit: line.match(/Vicino at ([0-9a-f]{7,40})\b/)?.[1] };
  });
}

/** Compares a table with the history; `isOld` if it must be measured again. */
function judge({ bench, date, commit }) {
  if (!date || !commit) return { why: 'names no date and commit', isOld: true };
  const paths = MEASURED[bench];
  if (!paths)
    return { why: `is of \`${bench}\`, which scripts/figures.mjs does not know`, isOld: true };
  try {
    git('merge-base', '--is-ancestor', commit, 'HEAD');
  } catch {
    return { why: `is of ${commit}, which is not in the history`, isOld: true };
  }
  const numCommits = Number(git('rev-list', '--count', `${commit}..HEAD`, '--', ...paths));
  if (!numCommits)
    return { why: `is of ${commit}; nothing that it measures has changed since`, isOld: false };
  const changed = git('log', '-1', '--format=%cs', `${commit}..HEAD`, '--', ...paths);
  const days = Math.floor((Date.parse(changed) - Date.parse(date)) / DAY_MS);
  const why = `is of ${commit}, ${numCommits} changes and ${days} days before the newest one`;
  return { why, isOld: days > MOST_DAYS };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (git('rev-parse', '--is-shallow-repository') === 'true') {
    console.log('not compared: this clone has no history');
    process.exit(0);
  }
  const docs = readdirSync(`${root}/docs`).filter((name) => name.endsWith('.md'));
  let numTables = 0;
  let numOld = 0;
  for (const file of ['README.md', ...docs.map((name) => `docs/${name}`)]) {
    for (const table of tables(readFileSync(`${root}/${file}`, 'utf8'))) {
      const { why, isOld } = judge(table);
      console.log(`${isOld ? '✗' : '✓'} ${file}: the table of \`${table.bench}\` ${why}`);
      numTables += 1;
      numOld += isOld;
    }
  }
  console.log(`${numTables} tables, ${numOld} to measure again`);
  process.exitCode = numOld || !numTables ? 1 : 0;
}

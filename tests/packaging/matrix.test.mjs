// The rows of the matrix that need no package of npm beyond those of these tests; `npm run matrix` runs all.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { root } from '../../scripts/lib.mjs';
import { rows as bundlers } from '../matrix/bundlers.mjs';
import { rows as pages } from '../matrix/pages.mjs';
import { asMatrixProject } from '../matrix/support.mjs';
import { rows as vite } from '../matrix/vite.mjs';
import { closeBrowser } from './support/page.mjs';
import { makeProject } from './support/project.mjs';

const named = (rows, ...names) => rows.filter(({ name }) => names.includes(name));
const CORE = [
  ...pages,
  ...named(vite, 'vite@8'),
  ...named(bundlers, 'esbuild@0.28-esm', 'esbuild@0.28-iife'),
];

let project;
before(() => {
  project = makeProject();
  for (const name of ['vite', 'esbuild']) project.link(`.bin/${name}`);
});
after(async () => {
  await closeBrowser();
  project?.remove();
});

test('docs/works-with.md has every row of the matrix, and what running it gave', () => {
  execFileSync(process.execPath, [join(root, 'tests/matrix/run.mjs'), '--check'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
});

for (const row of CORE) {
  test(`matrix: ${row.tool}`, async () => {
    const ways = await row.run(asMatrixProject(project));
    for (const [way, entries] of Object.entries(ways)) {
      for (const [entry, outcome] of Object.entries(entries)) {
        assert.equal(outcome, 'passes', `${way}, ${entry}`);
      }
    }
  });
}

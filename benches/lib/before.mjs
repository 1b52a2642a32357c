// The package as it was at an earlier commit, built once, to be measured beside the present one.
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { cache, run, say, scratch } from './processes.mjs';

/** Builds the package of `commit` in a work tree of its own, unless the cache has it; returns its folder. */
export function packageAt(commit) {
  const full = run('git', ['rev-parse', '--verify', '--quiet', `${commit}^{commit}`]).trim();
  const dist = `${cache}/bench-before/${full}`;
  if (!existsSync(dist)) {
    say(`building the package of ${commit}, once, into ${dist}`);
    buildInto(full, dist);
  }
  // Later builds keep nothing of a model between pages, and refuse the option.
  const canKeep = /\bkeep\?:/.test(readFileSync(`${dist}/types.d.ts`, 'utf8'));
  return { commit: full.slice(0, 7), dist, canKeep };
}

function buildInto(commit, dist) {
  const tree = `${scratch}/before`;
  rmSync(tree, { recursive: true, force: true });
  run('git', ['worktree', 'prune']);
  run('git', ['worktree', 'add', '--detach', tree, commit]);
  try {
    const options = { cwd: tree };
    run('npm', ['ci'], options);
    run('scripts/wasm', ['shop'], options);
    run('npm', ['run', '--silent', 'build', '-w', 'vicino'], options);
    mkdirSync(`${dist}/..`, { recursive: true });
    rmSync(`${dist}.new`, { recursive: true, force: true });
    cpSync(`${tree}/js/dist`, `${dist}.new`, { recursive: true });
    // An interrupted copy must not look like a whole one.
    renameSync(`${dist}.new`, dist);
  } finally {
    run('git', ['worktree', 'remove', '--force', tree]);
  }
}

#!/usr/bin/env node
// Checks that every lock file of the repository names every package that comes from elsewhere by its checksum: npm and
// Cargo then take those very bytes and no others. Prints the packages without one, and fails if there are any.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Packages of a lock file of npm: what is in the repository itself is a link, or has no `node_modules` in its path. */
function npm(text) {
  const { packages } = JSON.parse(text);
  return Object.entries(packages)
    .filter(([path, { link }]) => path.includes('node_modules/') && !link)
    .map(([path, { version, integrity }]) => ({
      name: `${path.slice(path.lastIndexOf('node_modules/') + 13)}@${version}`,
      isSafe: /^sha(512|384|256)-/.test(integrity ?? ''),
    }));
}

/** Packages of a lock file of Cargo: those of the repository have no source. */
function cargo(text) {
  const field = (block, name) => block.match(new RegExp(`^${name} = "(.*)"$`, 'm'))?.[1];
  return text
    .split('[[package]]')
    .slice(1)
    .filter((block) => field(block, 'source'))
    .map((block) => ({
      name: `${field(block, 'name')}@${field(block, 'version')}`,
      isSafe: /^[0-9a-f]{64}$/.test(field(block, 'checksum') ?? ''),
    }));
}

/** Reads a lock file, by its name; undefined for any other file. */
export function packagesOf(name, text) {
  if (name === 'package-lock.json' || name === 'npm-shrinkwrap.json') return npm(text);
  if (name === 'Cargo.lock') return cargo(text);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const files = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' }).split(
    '\0',
  );
  let [numFiles, numPackages, numUnsafe] = [0, 0, 0];
  for (const file of files) {
    if (/(^|\/)(yarn\.lock|pnpm-lock\.yaml|bun\.lockb?)$/.test(file)) {
      console.error(`${file}: a kind of lock file that this check cannot read`);
      numUnsafe += 1;
    }
    const name = basename(file);
    if (!/^(package-lock\.json|npm-shrinkwrap\.json|Cargo\.lock)$/.test(name)) continue;
    const packages = packagesOf(name, readFileSync(`${root}/${file}`, 'utf8'));
    numFiles += 1;
    numPackages += packages.length;
    for (const { name, isSafe } of packages) {
      if (isSafe) continue;
      console.error(`${file}: ${name} has no checksum`);
      numUnsafe += 1;
    }
  }
  console.log(`${numPackages} packages in ${numFiles} lock files, ${numUnsafe} without a checksum`);
  process.exitCode = numUnsafe || !numPackages ? 1 : 0;
}

#!/usr/bin/env node
// Writes what is in the programs and in the wasm module of a release: a list of crates with versions, licences and
// checksums for each, as CycloneDX. The same commit gives the same bytes.
//
//   scripts/sbom.mjs FOLDER
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Products by name, with the flags of Cargo that build them. */
const PRODUCTS = {
  'vicino-command': ['--features', 'cli', '--target', 'all'],
  'vicino-wasm': [
    ...['--no-default-features', '--features', 'web'],
    ...['--target', 'wasm32-unknown-unknown'],
  ],
};

const checksums = new Map(
  readFileSync(join(root, 'Cargo.lock'), 'utf8')
    .split('[[package]]')
    .map((block) =>
      ['name', 'version', 'checksum'].map((key) => block.match(`${key} = "(.*)"`)?.[1]),
    )
    .map(([name, version, checksum]) => [`${name}@${version}`, checksum]),
);

function component({ name, version, license, description, source }) {
  const checksum = checksums.get(`${name}@${version}`);
  const purl = `pkg:cargo/${name}@${version}`;
  return {
    type: 'library',
    'bom-ref': purl,
    name,
    version,
    ...(description && { description: description.trim().replaceAll(/\s+/g, ' ') }),
    scope: 'required',
    ...(checksum && { hashes: [{ alg: 'SHA-256', content: checksum }] }),
    // What old crates separate by a slash is a choice, too.
    ...(license && { licenses: [{ expression: license.replaceAll(/\s*\/\s*/g, ' OR ') }] }),
    ...(source && { purl }),
  };
}

const cargo = (...args) =>
  execFileSync('cargo', args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28 });

/** Makes the list of a product. */
export function bill(flags) {
  const metadata = JSON.parse(
    cargo('metadata', '--format-version', '1', '--locked', '--all-features'),
  );
  const packages = new Map(metadata.packages.map((one) => [one.id, one]));
  const own = metadata.packages.find(({ name, source }) => name === 'vicino' && !source);
  // Neither tests nor what runs while compiling is in what is built. Metadata tells of all features of all packages.
  const tree = cargo(
    ...['tree', '--locked', '--package', 'vicino', ...flags],
    ...['--edges', 'normal,no-proc-macro', '--prefix', 'none', '--format', '{p}'],
  );
  const isBuiltIn = new Set(
    tree.split('\n').map((line) => line.replace(/^(\S+) v(\S+).*$/, '$1@$2')),
  );
  const is = (id) => isBuiltIn.has(`${packages.get(id).name}@${packages.get(id).version}`);
  const dependsOn = new Map(
    metadata.resolve.nodes
      .filter(({ id }) => is(id))
      .map(({ id, dependencies }) => [id, dependencies.filter(is).sort()]),
  );
  const reference = (id) => component(packages.get(id))['bom-ref'];
  const components = [...dependsOn.keys()].filter((id) => id !== own.id).sort();
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { ...component(own), type: 'application' } },
    components: components.map((id) => component(packages.get(id))),
    dependencies: [...dependsOn].sort().map(([id, on]) => ({
      ref: reference(id),
      ...(on.length && { dependsOn: on.map(reference) }),
    })),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder, ...more] = process.argv.slice(2);
  if (!folder || more.length) {
    console.error('usage: scripts/sbom.mjs FOLDER');
    process.exit(2);
  }
  mkdirSync(folder, { recursive: true });
  for (const [name, flags] of Object.entries(PRODUCTS)) {
    const made = bill(flags);
    const path = join(folder, `${name}-${made.metadata.component.version}.cdx.json`);
    writeFileSync(path, `${JSON.stringify(made, null, 1)}\n`);
    console.log(`${path}: ${made.components.length} crates`);
  }
}

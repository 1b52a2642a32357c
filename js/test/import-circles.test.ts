import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

/** Files below a folder, each with the files of that folder that it imports, types and later imports included. */
function importsOf(folder: string): Map<string, string[]> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(folder, file));
  const known = new Set(files);
  return new Map(
    files.map((file) => {
      const found = readFileSync(file, 'utf8').matchAll(/(?:\bfrom|\bimport\(?)\s*'(\.[^']+)'/g);
      const imported = Array.from(found, ([, path = '']) =>
        resolve(dirname(file), path.replace(/\.js$/, '')),
      ).flatMap((path) => [`${path}.ts`, `${path}/index.ts`].filter((one) => known.has(one)));
      return [file, imported];
    }),
  );
}

/** Circles of more than one file, found as strongly connected components (Tarjan 1972). */
function circles(imports: ReadonlyMap<string, readonly string[]>): string[][] {
  const found: string[][] = [];
  const order = new Map<string, number>();
  const open: string[] = [];
  const visit = (file: string): number => {
    const own = order.size;
    order.set(file, own);
    open.push(file);
    let lowest = own;
    for (const next of imports.get(file) ?? []) {
      if (!order.has(next)) lowest = Math.min(lowest, visit(next));
      else if (open.includes(next)) lowest = Math.min(lowest, order.get(next) ?? own);
    }
    if (lowest === own) {
      const circle = open.splice(open.indexOf(file));
      if (circle.length > 1) found.push(circle);
    }
    return lowest;
  };
  for (const file of imports.keys()) if (!order.has(file)) visit(file);
  return found;
}

test('a circle is found', () => {
  const imports = new Map([
    ['a', ['b']],
    ['b', ['c']],
    ['c', ['b', 'd']],
    ['d', []],
  ]);
  expect(circles(imports)).toEqual([['b', 'c']]);
});

for (const folder of ['js/src', 'www/src']) {
  test(`no files of ${folder} import each other in a circle`, () => {
    const imports = importsOf(join(root, folder));
    expect([...imports.values()].flat().length).toBeGreaterThan(imports.size / 2);
    const named = circles(imports).map((circle) => circle.map((file) => relative(root, file)));
    expect(named).toEqual([]);
  });
}

// docs/errors.md against the codes that there are.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
const all = (text: string, pattern: RegExp) =>
  [...text.matchAll(pattern)].map(([, code]) => code).sort();

test('every error code is explained, and no other', () => {
  const [type] = read('../src/core/errors.ts').split('/** Every error');
  const codes = all(type ?? '', /^ {2}\| '([\w-]+)'/gm);
  expect(codes.length).toBeGreaterThan(0);
  expect(all(read('../../docs/errors.md'), /^\| `([\w-]+)` \|/gm)).toEqual(codes);
});

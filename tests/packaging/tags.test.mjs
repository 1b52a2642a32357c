// `<vicino-rail>` in the templates of typed frameworks: TypeScript knows the tag from `vicino/element` alone, whichever
// framework is there, and refuses what it does not know.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { makeProject } from './support/project.mjs';

const require = createRequire(import.meta.url);

/** A tag as all JSX has it; `click` is the name of a listener. */
const tags = (click, more = '') => `
import 'vicino/element';
import type { VicinoRail } from 'vicino/element';
${more}
export const rail = (rail: VicinoRail) => (
  <vicino-rail
    list="related"
    item="sku-1"
    k={4}
    src="/shop.vicino"
    loading="eager"
    id="rail"
    class="wide"
    data={async (id: string) => ({ title: id })}
    options={{ where: { inStock: true } }}
    recommender={rail.recommender}
    ${click}={({ detail: { ids } }) => ids[0]?.length}
  >
    <template>
      <a href="/p/[[id]]">[[title]]</a>
    </template>
  </vicino-rail>
);
// @ts-expect-error: there is no such list
export const wrongList = <vicino-rail list="relatd" />;
// @ts-expect-error: not the type of an option
export const wrongOptions = <vicino-rail options={{ where: 3 }} />;
// @ts-expect-error: there is no such attribute
export const wrongName = <vicino-rail items="sku-1" />;
`;
const forReact = tags('onvicino-click').replace('class=', 'className=');

/** By name: packages, each with that of the repository in its place, flags of TypeScript, and a file. */
const CASES = {
  'React 19': {
    packages: { react: 'react', '@types/react': '@types/react', csstype: 'csstype' },
    flags: ['--jsx', 'react-jsx'],
    file: `${forReact}
      import { useRef } from 'react';
      export function Ref() {
        const ref = useRef<VicinoRail>(null);
        return <vicino-rail ref={ref} onClick={() => ref.current?.update()} />;
      }`,
  },
  'React 18': {
    packages: { react: 'react', '@types/react': 'types-react-18', csstype: 'csstype' },
    flags: ['--jsx', 'react-jsx'],
    file: forReact,
  },
  'React 18 with React.createElement': {
    packages: { react: 'react', '@types/react': 'types-react-18', csstype: 'csstype' },
    flags: ['--jsx', 'react', '--allowUmdGlobalAccess'],
    file: forReact,
  },
  Preact: {
    packages: { preact: 'preact' },
    flags: ['--jsx', 'react-jsx', '--jsxImportSource', 'preact'],
    file: tags('onvicino-click'),
  },
  Solid: {
    packages: { 'solid-js': 'solid-js', csstype: 'csstype', seroval: 'seroval' },
    flags: ['--jsx', 'preserve', '--jsxImportSource', 'solid-js'],
    file: tags('on:vicino-click'),
  },
  Vue: {
    packages: { vue: 'vue', '@vue': '@vue', csstype: 'csstype', '@babel': '@babel' },
    flags: [],
    file: `
      import 'vicino/element';
      import type { GlobalComponents } from 'vue';
      type Props = InstanceType<GlobalComponents['vicino-rail']>['$props'];
      export const props: Props = { list: 'related', k: 4, 'onvicino-click': ({ detail }) => detail.ids.length };
      // @ts-expect-error: there is no such list
      export const wrong: Props = { list: 'relatd' };`,
  },
  Svelte: {
    packages: { svelte: 'svelte' },
    flags: [],
    file: `
      import 'vicino/element';
      import type { SvelteHTMLElements } from 'svelte/elements';
      type Props = SvelteHTMLElements['vicino-rail'];
      export const props: Props = { list: 'related', k: 4, class: 'wide', 'onvicino-click': ({ detail }) => detail.ids.length };
      // @ts-expect-error: there is no such list
      export const wrong: Props = { list: 'relatd' };`,
  },
  'no framework': {
    packages: {},
    flags: [],
    file: `
      import { type RailAttributes, setRecommender } from 'vicino/element';
      export const attributes: RailAttributes = { list: 'related' };
      export const rail = document.createElement('vicino-rail');
      rail.addEventListener('vicino-error', ({ detail: { error, id } }) => console.warn(error, id?.length));
      // @ts-expect-error: no recommender
      setRecommender('shop');`,
  },
};

let project;
before(() => {
  project = makeProject();
});
after(() => project?.remove());

for (const [name, { packages, flags, file }] of Object.entries(CASES)) {
  test(`the tag has types with ${name}`, () => {
    const links = Object.entries(packages).map(([as, of]) => project.link(of, '', as));
    project.write('tags.tsx', file);
    const tsc = join(require.resolve('typescript/package.json'), '../bin/tsc');
    const all = [
      '--noEmit',
      '--strict',
      '--target',
      'es2022',
      '--lib',
      'es2022,dom',
      '--types',
      '',
    ];
    const how = ['--module', 'esnext', '--moduleResolution', 'bundler', ...flags, 'tags.tsx'];
    try {
      const options = { cwd: project.folder, encoding: 'utf8' };
      execFileSync(process.execPath, [tsc, ...all, ...how], options);
    } catch (error) {
      assert.fail(error.stdout);
    } finally {
      for (const link of links) rmSync(link);
    }
  });
}

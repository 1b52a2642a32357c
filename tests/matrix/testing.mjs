// Runners of tests: a component that uses the package, in the windows that they simulate, with the mock and with the
// package itself as docs/testing.md says.
import { snippet } from '../packaging/support/project.mjs';

const DOCUMENT = 'docs/testing.md';
const block = (heading, language, which) => snippet(DOCUMENT, heading, language, which);

/** Runs the tests of the document, and says what the runner says if they fail. */
const outcome = (running) =>
  running.then(
    () => 'passes',
    ({ message }) =>
      message
        .split('\n')
        .filter((line) => /error|fail|cannot|must/i.test(line))
        .slice(0, 4)
        .join(' ')
        .slice(0, 400),
  );

const vitest = (window, version) => ({
  name: `vitest@5-${window}`,
  tool: `Vitest, ${window}`,
  packages: { vitest: '5.1.2', vite: '8.4.0', [window]: version },
  async run(project) {
    project.publish('.');
    project.write('vitest.config.js', block('## Vitest', 'js', 0).replace('jsdom', window));
    project.write('test/vicino.js', block('## A recommender for tests', 'js'));
    project.write('rail.js', block('## What is tested', 'js'));
    project.write('rail.test.js', block('## Vitest', 'js', 1));
    const mock = await outcome(project.exec('vitest', ['run', 'rail.test.js']));
    project.write('real.test.js', block('## With the package itself', 'js'));
    project.write('vitest.config.js', project.read('vitest.config.js').replace(/^.*alias.*$/m, ''));
    return {
      mock: { main: mock },
      real: { main: await outcome(project.exec('vitest', ['run', 'real.test.js'])) },
    };
  },
});

const jest = (window, packages) => ({
  name: `jest@30-${window}`,
  tool: `Jest, ${window}`,
  packages: {
    jest: '30.5.2',
    '@babel/core': '7.28.5',
    '@babel/preset-env': '7.28.5',
    'babel-jest': '30.5.2',
    ...packages,
  },
  project: { type: 'commonjs' },
  async run(project) {
    project.publish('.');
    project.write('babel.config.js', block('## Jest', 'js', 0));
    const environment = Object.keys(packages)[0];
    project.write(
      'jest.config.js',
      block('## Jest', 'js', 1).replace('jsdom', () => (window === 'jsdom' ? window : environment)),
    );
    project.write('test/vicino.js', block('## A recommender for tests', 'js'));
    project.write('rail.js', block('## What is tested', 'js'));
    project.write('rail.test.js', block('## Jest', 'js', 2));
    const mock = await outcome(project.exec('jest', ['rail.test.js']));
    project.write('jest.setup.js', block('## With the package itself', 'js', 1));
    const mapping = /moduleNameMapper: \{[^}]*\}/;
    const config = project.read('jest.config.js');
    project.write('jest.config.js', config.replace(mapping, "setupFiles: ['./jest.setup.js']"));
    const real = block('## With the package itself', 'js', 0);
    project.write('real.test.mjs', real.replace("'vitest'", "'@jest/globals'"));
    const options = { env: { NODE_OPTIONS: '--experimental-vm-modules' } };
    const args = ['--testMatch', '**/real.test.mjs'];
    return {
      mock: { main: mock },
      real: { main: await outcome(project.exec('jest', args, options)) },
    };
  },
});

export const rows = [
  vitest('jsdom', '26.1.0'),
  vitest('happy-dom', '21.0.4'),
  jest('jsdom', { 'jest-environment-jsdom': '30.5.2' }),
  jest('happy-dom', { '@happy-dom/jest-environment': '20.14.5' }),
];

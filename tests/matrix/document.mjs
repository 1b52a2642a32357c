// docs/works-with.md, from the rows and what running them gave.
import { PAGE_ENTRIES } from './support.mjs';

const HEAD = `# Works with

<!-- Written by npm run matrix from tests/matrix/results.json. -->

The packed npm package in the tools that people have, each installed from npm into a folder of its own, with what the
documentation says and nothing else. Pages run in Chromium. \`npm run matrix\` runs all rows and writes this page,
\`npm run matrix -- vite@5 jest\` those whose names begin so.

"yes" means: the entry loads a model, records an event and lists products; a number is a remark below the table. Where a
line of configuration is needed, the last column has it; "–" means that none is.
`;

const GROUPS = [
  ['vite', 'Vite', 'Storybook, Cypress and the frameworks build on one of these.'],
  ['bundlers', 'Bundlers', ''],
  [
    'frameworks',
    'Frameworks',
    '"server" is a page or route that is rendered on the server with a list of its own.',
  ],
  [
    'testing',
    'Test runners',
    '"mock" is the recommender for tests of [testing.md](testing.md), "real" the package itself.',
  ],
  ['servers', 'Servers', ''],
  ['pages', 'Pages without a bundler', ''],
];

/** The configuration that a row needs, for all ways or for one. */
const need = (needs, way) => (typeof needs === 'object' ? needs[way] : needs) ?? '–';

/** Breaks an item of a list into lines. */
function wrap(item) {
  const lines = [''];
  for (const word of item.split(/\s+/)) {
    if (`${lines.at(-1)} ${word}`.length > 117) lines.push('');
    lines[lines.length - 1] += `${lines.at(-1) ? ' ' : ''}${word}`;
  }
  return lines.join('\n   ');
}

/** Columns of a group: entries that at least one of its rows has run. */
function columns(rows, results) {
  const found = new Set(
    rows.flatMap(({ name }) =>
      Object.values(results[name] ?? {}).flatMap((way) => Object.keys(way)),
    ),
  );
  return [...PAGE_ENTRIES, 'server'].filter((entry) => found.has(entry));
}

function table(rows, results) {
  const entries = columns(rows, results);
  const remarks = [];
  const line = (cells) => `| ${cells.join(' | ')} |`;
  const cell = (outcome) => {
    if (outcome === undefined) return '';
    if (outcome === 'passes') return 'yes';
    if (!remarks.includes(outcome)) remarks.push(outcome);
    return `no (${remarks.indexOf(outcome) + 1})`;
  };
  const lines = rows.flatMap(({ name, tool, needs, packages }) => {
    const version = Object.values(packages)[0] ?? '';
    return Object.entries(results[name] ?? {}).map(([way, outcomes]) =>
      line([
        tool,
        version,
        way,
        ...entries.map((entry) => cell(outcomes[entry])),
        need(needs, way),
      ]),
    );
  });
  const head = [
    line(['tool', 'version', 'how', ...entries, 'needs']),
    `|${'---|'.repeat(entries.length + 4)}`,
  ];
  const notes = remarks.map((remark, at) => wrap(`${at + 1}. ${remark.replaceAll(/[<>|]/g, ' ')}`));
  return [...head, ...lines, ...(notes.length > 0 ? ['', ...notes] : [])].join('\n');
}

/** Makes the document; a row without results is missing from it. */
export function document(rows, results) {
  const parts = GROUPS.map(([group, title, about]) => {
    const own = rows.filter((row) => row.group === group);
    return `## ${title}\n\n${about ? `${about}\n\n` : ''}${table(own, results)}\n`;
  });
  return [HEAD, ...parts].join('\n');
}

// The table of a run, in Markdown, and the copy of it in docs/quality.md.
import { writeBetween } from '../lib/documents.mjs';

const METRICS = ['recall', 'ndcg'];
const VIEWS = { all: 'all products', new: 'discovery' };

/** Writes the tables of a run, with the machine and the data that they were measured on. */
export function report(results) {
  return `${[describe(results), ...results.sets.map(table), lead(results.sets)].join('\n\n')}\n`;
}

function describe({ date, machine, versions, sets, notes }) {
  const lines = [
    `Measured ${date} with Vicino at ${machine.commit}, implicit ${versions.implicit}, numpy ${versions.numpy}, Python ${versions.python}, ` +
      `on ${machine.cores} cores (${machine.cpu}).`,
    'Means over shoppers in %, in brackets 95 % intervals of 1,000 bootstrap resamples of the shoppers.',
    ...sets.map(({ title, split: { validation, test }, tuned_on, ease_items }) => {
      const { train_rows, train_baskets, train_shoppers, train_products } = test;
      return (
        `${title}: learnt from ${count(train_rows)} purchases in ${count(train_baskets)} baskets of ${count(train_shoppers)} shoppers and ` +
        `${count(train_products)} products before ${test.from}; ${count(test.cases)} shoppers bought again until ${test.until}, ` +
        `${test.target_items.toFixed(1)} products each. Settings of the peers chosen on ${count(tuned_on)} shoppers who bought from ${validation.from} on, ` +
        `before ${test.from}. EASE over ${count(ease_items)} products.`
      );
    }),
    ...notes,
  ];
  return lines.map((line) => `- ${line}`).join('\n');
}

function table({ title, views, peers, vicino, rivals }) {
  const names = ['vicino', ...Object.keys(peers)];
  const bytes = vicino.trained.model?.bytes;
  const label = (name) => {
    if (name === 'vicino')
      return `**Vicino**${bytes ? `, ${count(Math.round(bytes / 1e3))} kB` : ''}`;
    return rivals.includes(name) ? peers[name].title : `*${peers[name].title}*`;
  };
  const cell = (view, metric, name) => {
    const { mean, interval } = views[view][metric][name];
    const best = Math.max(...names.map((one) => views[view][metric][one].mean));
    const figure = mean === best ? `**${percent(mean)}**` : percent(mean);
    return `${figure} (${interval.map(percent).join('–')})`;
  };
  const rows = names.map((name) => {
    const cells = Object.keys(VIEWS).flatMap((view) =>
      METRICS.map((metric) => cell(view, metric, name)),
    );
    return `| ${label(name)} | ${cells.join(' | ')} |`;
  });
  const shoppers = Object.entries(VIEWS).map(
    ([view, name]) => `${name}: ${count(views[view].shoppers)} shoppers`,
  );
  return [
    `**${title}** (${shoppers.join('; ')})`,
    '',
    '| | all: Recall@20 | all: NDCG@20 | discovery: Recall@20 | discovery: NDCG@20 |',
    '|---|---:|---:|---:|---:|',
    ...rows,
  ].join('\n');
}

/** By how much Vicino leads the best of those it is held against, on the same resamples. */
function lead(sets) {
  const rows = sets.flatMap(({ title, views, peers, rivals }) =>
    Object.entries(VIEWS).flatMap(([view, viewName]) =>
      METRICS.map((metric) => {
        const figures = views[view][metric];
        const best = rivals.reduce((a, b) => (figures[b].mean > figures[a].mean ? b : a));
        const { lead, lead_interval: interval } = figures[best];
        const verdict =
          interval[0] > 0 ? 'ahead' : interval[1] < 0 ? 'behind' : 'no difference shown';
        const name = metric === 'recall' ? 'Recall@20' : 'NDCG@20';
        return `| ${title} | ${viewName} | ${name} | ${peers[best].title} | ${signed(lead)} (${interval.map(signed).join(' to ')}) | ${verdict} |`;
      }),
    ),
  );
  return [
    '**Vicino against the best of popularity, implicit and EASE**, in points, same shoppers',
    '',
    '| data | view | metric | best rival | lead | |',
    '|---|---|---|---|---:|---|',
    ...rows,
  ].join('\n');
}

const percent = (share) => (100 * share).toFixed(2);
const signed = (share) => `${share < 0 ? '−' : '+'}${percent(Math.abs(share))}`;
const count = (number) => number.toLocaleString('en');

const MARKS = ['<!-- bench: written by `npm run bench:quality -- --update` -->', '<!-- /bench -->'];

/** Puts the tables between the marks of docs/quality.md. */
export const updateDocs = (text) => writeBetween('docs/quality.md', MARKS, text);

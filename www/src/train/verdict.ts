// Whether the model is better than simple methods: the verdict in words, and a table of all methods.
import { h } from '../dom';
import { part, tableOf } from '../eda/parts';
import { count } from '../format';
import type { Estimate, EvaluateSummary, Outcome, View } from './summary';

/** By what is found, and then by its order. */
const TITLES: Record<Outcome, Record<Outcome, string>> = {
  better: {
    better: 'Better than every simple method',
    tie: 'Better than every simple method',
    worse: 'Finds more than every simple method, in a worse order',
  },
  tie: {
    better: 'Finds as much as the best simple method, and lists it further up',
    tie: 'No difference from the best simple method',
    worse: 'Finds as much as the best simple method, and lists it further down',
  },
  worse: {
    better: 'Finds less than the best simple method, in a better order',
    tie: 'Finds less than the best simple method',
    worse: 'Not as good as the best simple method',
  },
};
const ASKED = {
  all_targets: ['What comes next', 'Lists may hold products that the shopper has seen.'],
  discovery: ['What comes next and is new', 'Only products that the shopper has not seen yet.'],
} as const;

export function verdict({ comparison }: EvaluateSummary): HTMLElement {
  return part(
    'Is it better than something simple?',
    `A model was trained on the older part of the log and asked about the newest, ${count(comparison.all_targets.num_targets)} events that it had not seen, beside simple methods on the same part. Its constants were searched for like those of your model.`,
    ...(['all_targets', 'discovery'] as const).map((name) => shown(name, comparison[name])),
  );
}

function shown(name: keyof typeof ASKED, { verdict, systems }: View): HTMLElement {
  const [title, text] = ASKED[name];
  const heading = h('h3', null, title);
  if (!verdict) {
    return h(
      'section',
      { class: 'verdict' },
      heading,
      h(
        'p',
        null,
        `${text} There is nothing to compare: the newest part of the log has no such events.`,
      ),
    );
  }
  const at = (system: View['systems'][number]) => system.at.find(({ k }) => k === verdict.k);
  const sorted = [...systems].sort(
    (a, b) => (at(b)?.recall.value ?? 0) - (at(a)?.recall.value ?? 0),
  );
  const table = tableOf({
    head: ['Method', `Found in the first ${verdict.k}`, '95 % range', 'Order (NDCG)'],
    rows: sorted.map((system) => {
      const figures = at(system);
      return [
        system.is_baseline ? system.name : `${system.name}: this model`,
        figures ? percent(figures.recall.value) : '',
        figures ? range(figures.recall) : '',
        figures ? figures.ndcg.value.toFixed(3) : '',
      ];
    }),
  });
  const ours = sorted.findIndex((system) => !system.is_baseline);
  table.querySelectorAll('tbody tr')[ours]?.classList.add('ours');
  return h(
    'section',
    { class: 'verdict', 'data-view': name, 'data-outcome': verdict.outcome },
    heading,
    h('p', { class: `outcome ${verdict.outcome}` }, TITLES[verdict.outcome][verdict.order_outcome]),
    h('p', null, `${text} ${verdict.text}`),
    table,
  );
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const range = ({ low, high }: Estimate): string =>
  `${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)}`;

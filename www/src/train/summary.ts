// The JSON of the command, as far as this page reads it; `docs/json.md` has all of it.
import type { Exploration } from '../eda/explored';
import type { Feed, Reading } from '../eda/reading';

/** JSON of `explore`. */
export interface ExploreSummary extends Exploration {
  reading: Reading;
  catalog: Feed | null;
}

/** JSON of `evaluate --events`. */
export interface EvaluateSummary {
  num_trials: number;
  comparison: { all_targets: View; discovery: View };
}

/** One way to ask: with or without products that the shopper has seen. */
export interface View {
  num_targets: number;
  systems: System[];
  verdict: Verdict | null;
}

export interface System {
  name: string;
  is_baseline: boolean;
  at: { k: number; recall: Estimate; ndcg: Estimate }[];
}

export interface Estimate {
  value: number;
  low: number;
  high: number;
}

export type Outcome = 'better' | 'tie' | 'worse';

export interface Verdict {
  k: number;
  baseline: string;
  outcome: Outcome;
  /** The same of the order. */
  order_outcome: Outcome;
  text: string;
}

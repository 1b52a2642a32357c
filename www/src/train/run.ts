// One run: explores the files, then trains and evaluates, side by side if the device can do two things at once.
import { run as command, evaluate, explore, TrainError, train } from 'vicino/train';
import { count } from '../format';
import { bytesFor, canDoTwo, estimateRows, mostBytes } from './device';
import { type Effort, firstEffort, furtherEffort } from './effort';
import type { Chosen } from './files';
import { type Product, Products, readProducts } from './products';
import type { ProgressView } from './progress';
import type { Results } from './results';
import type { EvaluateSummary, ExploreSummary } from './summary';

/** Name of the model among the outputs of `train`. */
const MODEL = 'shop.vicino';

/** Files, options and places of one run. */
export interface Job extends Chosen {
  columns: Record<string, string>;
  showsPictures: boolean;
  module: WebAssembly.Module;
  signal: AbortSignal;
  progress: ProgressView;
  output: Results;
}

/** A refusal with a title of its own. */
export class Refusal extends Error {
  constructor(
    readonly title: string,
    message: string,
  ) {
    super(message);
  }
}

/** State after a run, for a longer search. */
export interface Done {
  numEvents: number;
  effort: Effort;
  /** True if the comparison was made with the usual search, which is the longest that it makes. */
  isUsualMeasured: boolean;
}

/** Runs all steps; rejects with what the program says, or with a {@link Refusal}. */
export async function run(job: Job): Promise<Done> {
  const { logs, progress, output } = job;
  progress.begin('Looking at the files');
  const rows = await Promise.all(logs.map(estimateRows));
  refuseTooMany(
    rows.reduce((sum, number) => sum + number, 0),
    'about ',
  );
  const began = performance.now();
  const explored = await explore(logs, {
    ...reading(job),
    report: true,
    onProgress: progress.show,
  });
  const summary = explored.summary as unknown as ExploreSummary;
  await output.showFound(summary, explored.report ?? '');
  const { num_events } = summary.reading;
  refuseTooMany(num_events, '');
  return rank(job, num_events, firstEffort(num_events), began);
}

/** Trains again, with the next larger effort. */
export const further = (job: Job, { numEvents, effort, isUsualMeasured }: Done): Promise<Done> =>
  rank(job, numEvents, furtherEffort(effort) ?? effort, performance.now(), isUsualMeasured);

/** Options of every command that reads the files. */
const reading = ({ feed, columns, signal }: Job) => ({
  ...(feed ? { catalog: feed } : {}),
  ...(Object.keys(columns).length > 0 ? { column: columns } : {}),
  signal,
});

/** Throws if the memory for so many events is not to be had. */
function refuseTooMany(numEvents: number, about: string): void {
  const [needed, most] = [bytesFor(numEvents), mostBytes()];
  if (needed <= most) return;
  throw new Refusal(
    'This log is too large for this device.',
    `Its ${about}${count(Number(numEvents.toPrecision(about ? 2 : 15)))} events need some ${gigabytes(needed)} of memory, and a page may take ${gigabytes(most)} here. Train a shorter period, such as the last months, or train on the command line, which reads any size: npx vicino train`,
  );
}

const gigabytes = (value: number): string => `${(value / 2 ** 30).toFixed(1)} GB`;

/** Trains with an effort, and compares beside it, or afterwards where the device has no room for both. */
async function rank(
  job: Job,
  numEvents: number,
  effort: Effort,
  began: number,
  isMeasured = false,
): Promise<Done> {
  const { evaluations } = effort.options;
  const training = trained(job, effort, began);
  if (!canDoTwo(numEvents)) await training;
  await Promise.all([training, isMeasured ? undefined : measured(job, evaluations)]);
  return { numEvents, effort, isUsualMeasured: evaluations === undefined };
}

async function trained(job: Job, effort: Effort, began: number): Promise<void> {
  const { logs, progress, output } = job;
  let shown: Promise<void> | undefined;
  const { report } = await train(logs, {
    ...reading(job),
    ...effort.options,
    report: true,
    onProgress: (of) => progress.show(shown ? { ...of, step: `Report: ${of.step}` } : of),
    // The report takes a while longer.
    onOutput: (name, model) => {
      if (name === MODEL) shown = show(job, effort, model, (performance.now() - began) / 1000);
    },
  });
  await shown;
  output.showReport(report ?? '');
}

async function show(job: Job, effort: Effort, model: Uint8Array, seconds: number): Promise<void> {
  const { logs, feed, signal, output } = job;
  let problem: string | undefined;
  const listed = await list(model, feed, signal).catch((error: unknown) => {
    signal.throwIfAborted();
    problem = error instanceof Error ? error.message : String(error);
    return [];
  });
  const products = await Products.of(listed);
  await output.showModel({
    model,
    products,
    problem,
    seconds,
    effort,
    logs,
    feed,
    columns: job.columns,
    showsPictures: job.showsPictures,
    module: job.module,
  });
}

/** The products of the model, with what the feed says of them. */
async function list(
  model: Uint8Array,
  feed: File | undefined,
  signal: AbortSignal,
): Promise<Product[]> {
  const result = await command(
    [
      ...['export', '--model', { name: 'shop.vicino', data: model }],
      ...(feed ? ['--catalog', feed] : []),
      ...['--products', { output: 'products.json' }],
    ],
    { signal },
  );
  const listed = result.outputs.get('products.json');
  if (!listed) throw new TrainError(result.stderr, result.status);
  return readProducts(listed);
}

/** Compares a model that is tuned like the one to take home, with so many constants, or the usual number. */
async function measured(job: Job, evaluations?: number): Promise<void> {
  const { logs, output } = job;
  output.measuring.begin('Comparing with simple methods');
  try {
    const { summary } = await evaluate(logs, {
      ...reading(job),
      ...(evaluations === undefined ? { tune: true } : { evaluations }),
      onProgress: output.measuring.show,
    });
    output.showVerdict(summary as unknown as EvaluateSummary);
  } catch (error) {
    if (job.signal.aborted) throw error;
    output.showNoVerdict(error instanceof Error ? error.message : String(error));
  } finally {
    output.measuring.end();
  }
}

import { flags } from './flags.js';
import {
  type Argument,
  type Evaluated,
  type EvaluateOptions,
  type Explored,
  type ExploreOptions,
  type Input,
  type Json,
  type Progress,
  type RunOptions,
  type RunResult,
  TrainError,
  type Trained,
  type TrainOptions,
} from './types.js';

/** Where the program runs: a worker of a browser, or a process. */
export interface Host {
  /** Makes room for the files of one run. */
  prepare(): Promise<Workspace>;
}

/** The files of one run. */
export interface Workspace {
  /** Puts a file where the program finds it and returns the path that it has there. */
  place(file: Input): string;
  /** The path at which the program is to write an output. */
  output(name: string): string;
  /** `give` is called with an output that is whole before the run ends, where that can be told. */
  run(
    args: string[],
    outputs: string[],
    tell: (line: string) => void,
    signal: AbortSignal | undefined,
    give: (name: string, bytes: Uint8Array) => void,
  ): Promise<RunResult>;
  /** Removes what is left. */
  close(): Promise<void>;
}

/** A line of `--progress json`. */
type Line =
  | ({ event: 'start' | 'progress' } & Omit<Progress, 'secondsLeft'> & { seconds_left?: number })
  | { event: 'finish'; step: string; summary: string }
  | { event: 'remark' | 'error'; text: string };

/** The functions of `vicino/train`. */
export interface Trainer {
  train(events: Input | Input[], options?: TrainOptions): Promise<Trained>;
  explore(events: Input | Input[], options?: ExploreOptions): Promise<Explored>;
  evaluate(events: Input | Input[], options?: EvaluateOptions): Promise<Evaluated>;
  inspect(model: Input | Uint8Array, options?: RunOptions): Promise<Json>;
  run(args: Argument[], options?: RunOptions): Promise<RunResult>;
}

/** The functions of `vicino/train` over a host. */
export function trainer(host: Host): Trainer {
  /** Runs the program with further arguments; files are those that `arguments_` places. */
  async function call(
    arguments_: (workspace: Workspace) => string[],
    outputs: string[],
    options: RunOptions,
  ): Promise<RunResult> {
    options.signal?.throwIfAborted();
    const workspace = await host.prepare();
    try {
      const said: string[] = [];
      const tell = (text: string) => hear(text, options, said);
      const args = [...arguments_(workspace), '--progress', 'json'];
      const given = new Set<string>();
      const give = (name: string, bytes: Uint8Array) => {
        given.add(name);
        options.onOutput?.(name, bytes);
      };
      const result = await workspace.run(args, outputs, tell, options.signal, give);
      options.signal?.throwIfAborted();
      for (const [name, bytes] of result.outputs) if (!given.has(name)) give(name, bytes);
      result.stderr = said.join('\n');
      return result;
    } finally {
      await workspace.close();
    }
  }

  async function json(
    arguments_: (workspace: Workspace) => string[],
    outputs: string[],
    options: RunOptions,
  ): Promise<{ summary: Json; outputs: Map<string, Uint8Array> }> {
    const result = await call(
      (workspace) => [...arguments_(workspace), '--json'],
      outputs,
      options,
    );
    if (result.status !== 0) throw new TrainError(result.stderr, result.status);
    return {
      summary: JSON.parse(new TextDecoder().decode(result.stdout)) as Json,
      outputs: result.outputs,
    };
  }

  const places = (workspace: Workspace, inputs: Input | Input[]) =>
    (Array.isArray(inputs) ? inputs : [inputs]).map((file) => workspace.place(file));
  const page = (outputs: Map<string, Uint8Array>) => {
    const bytes = outputs.get('report.html');
    return bytes ? { report: new TextDecoder().decode(bytes) } : {};
  };

  return {
    async train(events: Input | Input[], options: TrainOptions = {}): Promise<Trained> {
      const outputs = ['shop.vicino', ...(options.report ? ['report.html'] : [])];
      const found = await json(
        (workspace) => [
          'train',
          ...places(workspace, events),
          ...flags(options, (file) => workspace.place(file)),
          ...['--output', workspace.output('shop.vicino')],
          ...(options.report ? ['--report', workspace.output('report.html')] : []),
        ],
        outputs,
        options,
      );
      return {
        model: found.outputs.get('shop.vicino') as Uint8Array,
        summary: found.summary,
        ...page(found.outputs),
      };
    },

    async explore(events: Input | Input[], options: ExploreOptions = {}): Promise<Explored> {
      const found = await json(
        (workspace) => [
          'explore',
          ...places(workspace, events),
          ...flags(options, (file) => workspace.place(file)),
          ...(options.report ? ['--output', workspace.output('report.html')] : []),
        ],
        options.report ? ['report.html'] : [],
        options,
      );
      return { summary: found.summary, ...page(found.outputs) };
    },

    async evaluate(events: Input | Input[], options: EvaluateOptions = {}): Promise<Evaluated> {
      const found = await json(
        (workspace) => [
          'evaluate',
          ...places(workspace, events).flatMap((path) => ['--events', path]),
          ...flags(options, (file) => workspace.place(file)),
          ...(options.report ? ['--report', workspace.output('report.html')] : []),
        ],
        options.report ? ['report.html'] : [],
        options,
      );
      return { summary: found.summary, ...page(found.outputs) };
    },

    async inspect(model: Input | Uint8Array, options: RunOptions = {}): Promise<Json> {
      const file = model instanceof Uint8Array ? { name: 'shop.vicino', data: model } : model;
      const found = await json(
        (workspace) => [
          'inspect',
          workspace.place(file),
          ...flags(options, (one) => workspace.place(one)),
        ],
        [],
        options,
      );
      return found.summary;
    },

    async run(args: Argument[], options: RunOptions = {}): Promise<RunResult> {
      const isOutput = (arg: unknown): arg is { output: string } =>
        typeof arg === 'object' && arg !== null && 'output' in arg;
      const outputs = args.filter(isOutput).map(({ output }) => output);
      return call(
        (workspace) =>
          args
            .map((arg) => {
              if (typeof arg === 'string') return arg;
              return isOutput(arg) ? workspace.output(arg.output) : workspace.place(arg);
            })
            .concat(flags(options, (file) => workspace.place(file))),
        outputs,
        options,
      );
    },
  };
}

/** Passes on what a line says; what is no line of `--progress json` is a message that the program printed itself. */
function hear(text: string, options: RunOptions, said: string[]): void {
  const line = parsed(text);
  if (!line) {
    said.push(text);
    return;
  }
  if (line.event === 'start' || line.event === 'progress') {
    const { step, done = 0, total, rows, found, seconds_left } = line;
    options.onProgress?.({
      step,
      done,
      total,
      ...(rows ? { rows } : {}),
      ...(found ? { found } : {}),
      ...(seconds_left === undefined ? {} : { secondsLeft: seconds_left }),
    });
  } else if (line.event === 'remark') {
    said.push(line.text);
    options.onRemark?.(line.text);
  } else if (line.event === 'error') said.splice(0, said.length, line.text);
}

/** A line of `--progress json`; `undefined` if it is another text. */
function parsed(text: string): Line | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text) as Line;
  } catch {
    return undefined;
  }
}

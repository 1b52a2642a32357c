/**
 * Trains, explores, evaluates and inspects from Node, in a process of its own: the program is the one that
 * `npx vicino` runs.
 *
 * @packageDocumentation
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { command } from '../program/find.js';
import { type Host, trainer, type Workspace } from './api.js';
import type {
  Argument,
  Evaluated,
  EvaluateOptions,
  Explored,
  ExploreOptions,
  Input,
  Json,
  RunOptions,
  RunResult,
  Trained,
  TrainOptions,
} from './types.js';

export * from './types.js';

/** Finds the program, which every other call does if need be. */
export async function load(): Promise<void> {
  command();
}

class Folder implements Workspace {
  readonly #path = mkdtempSync(join(tmpdir(), 'vicino-'));
  #files = 0;
  readonly #blobs: Promise<void>[] = [];

  place(file: Input): string {
    if (typeof file === 'string') return file;
    if (file instanceof URL) return fileURLToPath(file);
    const data = file instanceof Blob ? file : file.data;
    const folder = join(this.#path, `${++this.#files}`);
    mkdirSync(folder);
    const path = join(folder, file.name.replaceAll(/[\\/]/g, '_'));
    if (data instanceof Blob) {
      this.#blobs.push(
        data.arrayBuffer().then((bytes) => writeFileSync(path, new Uint8Array(bytes))),
      );
    } else writeFileSync(path, data);
    return path;
  }

  output(name: string): string {
    return join(this.#path, name);
  }

  async run(
    args: string[],
    outputs: string[],
    tell: (line: string) => void,
    signal?: AbortSignal,
  ): Promise<RunResult> {
    await Promise.all(this.#blobs);
    signal?.throwIfAborted();
    const { file, before } = command();
    const child = spawn(file, [...before, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NO_COLOR: '1' },
    });
    const kill = () => child.kill();
    signal?.addEventListener('abort', kill, { once: true });
    const stdout: Buffer[] = [];
    child.stdout.on('data', (bytes: Buffer) => stdout.push(bytes));
    const lines = createInterface({ input: child.stderr });
    lines.on('line', tell);
    try {
      const status = await new Promise<number>((resolve, reject) => {
        child.on('error', reject);
        child.on('close', (code, killed) => {
          if (code !== null) resolve(code);
          else
            reject(signal?.aborted ? signal.reason : new Error(`${file} was ended by ${killed}`));
        });
      });
      const found = outputs.flatMap((name) => {
        try {
          return [[name, new Uint8Array(readFileSync(this.output(name)))] as const];
        } catch {
          return [];
        }
      });
      return { status, stdout: Buffer.concat(stdout), stderr: '', outputs: new Map(found) };
    } finally {
      signal?.removeEventListener('abort', kill);
    }
  }

  async close(): Promise<void> {
    rmSync(this.#path, { recursive: true, force: true });
  }
}

const host: Host = { prepare: async () => new Folder() };

const calls = trainer(host);

/** Trains a model from event logs; the same logs and options give the same bytes everywhere. */
export const train: (events: Input | Input[], options?: TrainOptions) => Promise<Trained> =
  calls.train;
/** Reads event logs and says what was found and cleaned. */
export const explore: (events: Input | Input[], options?: ExploreOptions) => Promise<Explored> =
  calls.explore;
/** Splits event logs, trains on one part and measures on the other, beside simple methods. */
export const evaluate: (events: Input | Input[], options?: EvaluateOptions) => Promise<Evaluated> =
  calls.evaluate;
/** Says what is in a model. */
export const inspect: (model: Input | Uint8Array, options?: RunOptions) => Promise<Json> =
  calls.inspect;
/**
 * Runs any command of the program, such as `export`. An argument that is a file is placed where the program finds it,
 * and `{ output: NAME }` is the path of an output, whose bytes the result has.
 */
export const run: (args: Argument[], options?: RunOptions) => Promise<RunResult> = calls.run;

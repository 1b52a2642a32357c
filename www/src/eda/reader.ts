// The worker that reads files, as seen from the page: started when it is first needed, ended by `stop`.

/** Progress of a reading. */
export interface Progress {
  step: string;
  /** Bytes of the file that are read, and all of them; 0 of 0 if unknown. */
  done: number;
  total: number;
  rows: number;
}

/** A call of the worker. */
export interface Request {
  id: number;
  call: string;
  args: unknown[];
}

/** A message of the worker: progress any number of times, then a value or an error. */
export type Answer =
  | { id: number; progress: Progress }
  | { id: number; value: unknown }
  | { id: number; error: { code: string; message: string } };

/** A file that cannot be used, or a reading that ended early. */
export class ReaderError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'ReaderError';
    this.code = code;
  }
}

interface Call {
  resolve: (value: unknown) => void;
  reject: (error: ReaderError) => void;
  onProgress?: ((progress: Progress) => void) | undefined;
}

export class Reader {
  #worker: Worker | undefined;
  #calls = new Map<number, Call>();
  #next = 1;

  /** Calls a function of the worker. */
  call<T>(call: string, args: unknown[], onProgress?: (progress: Progress) => void): Promise<T> {
    this.#worker ??= this.#start();
    const id = this.#next++;
    const request: Request = { id, call, args };
    this.#worker.postMessage(request);
    return new Promise<T>((resolve, reject) => {
      this.#calls.set(id, { resolve: resolve as Call['resolve'], reject, onProgress });
    });
  }

  /** Ends the worker at once; open calls fail with the code `stopped`. */
  stop(error = new ReaderError('stopped', 'Reading was stopped.')): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    const calls = [...this.#calls.values()];
    this.#calls.clear();
    for (const { reject } of calls) reject(error);
  }

  #start(): Worker {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
    worker.addEventListener('message', ({ data }: MessageEvent<Answer>) => this.#take(data));
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      this.stop(
        new ReaderError(
          'no-worker',
          'The reader could not be loaded; look at the network, then reload this page.',
        ),
      );
    });
    return worker;
  }

  #take(answer: Answer): void {
    const call = this.#calls.get(answer.id);
    if (!call) return;
    if ('progress' in answer) {
      call.onProgress?.(answer.progress);
      return;
    }
    this.#calls.delete(answer.id);
    if ('value' in answer) call.resolve(answer.value);
    else {
      call.reject(new ReaderError(answer.error.code, answer.error.message));
      // After a trap its memory cannot be used.
      if (answer.error.code === 'trap') this.stop();
    }
  }
}

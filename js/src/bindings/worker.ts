/**
 * The script of the worker that `vicino/worker` starts; it holds the recommender and answers for it.
 *
 * @packageDocumentation
 */
import { type LoadOptions, type ModelSource, Recommender } from '../core/index.js';
import type { ApiShape, Failure, WorkerRequest, WorkerResponse } from './worker-protocol.js';

// TypeScript cannot have the types of a page and of a worker in one project.
const page = globalThis as unknown as {
  onmessage: (event: MessageEvent<WorkerRequest>) => void;
  postMessage(response: WorkerResponse): void;
  close(): void;
};
type Part = Record<string, unknown>;

let recommender: Recommender | undefined;
/** Functions that were returned to the page, by `call:` and the number of the request. */
const callables = new Map<string, () => unknown>();
/** Callbacks for metrics that the page is sending, by the number of the request. */
const sending = new Map<number, (failed: unknown) => void>();
/** Requests that are not answered yet. */
const busy = new Set<Promise<void>>();

page.onmessage = ({ data }) => {
  if (data.path === 'free') {
    recommender?.free();
    // Events that are being stored still get stored.
    void Promise.all(busy).then(() => page.close());
    return;
  }
  if (data.path === 'pagehide' || data.path === 'pageshow') {
    dispatchEvent(Object.assign(new Event(data.path), { persisted: true }));
    return;
  }
  if (data.path === 'sent') return sending.get(data.id)?.(data.args?.[0]);
  const answering = answer(data).finally(() => busy.delete(answering));
  busy.add(answering);
};

// The page waits for a worker that it has started.
page.postMessage({ ready: true });

async function answer(request: WorkerRequest): Promise<void> {
  const { id } = request;
  try {
    const value = request.path === 'load' ? await load(request.args ?? []) : await perform(request);
    const callable = typeof value === 'function';
    if (callable) callables.set(`call:${id}`, value as () => unknown);
    page.postMessage({ id, value: callable ? undefined : value, callable });
  } catch (error) {
    page.postMessage({ id, error: failure(error) });
  }
}

async function load([source, options]: readonly unknown[]): Promise<ApiShape> {
  recommender = await Recommender.load(source as ModelSource, options as LoadOptions);
  recommender.subscribe((changed) => page.postMessage({ changed }));
  return describe(recommender);
}

function perform({ id, path, args }: WorkerRequest): unknown {
  if (path === 'metrics.flush') return flush(id, args as []);
  const callable = callables.get(path);
  if (callable) return callable();
  const names = path.split('.');
  const name = names.pop() as string;
  let owner = recommender as unknown as Part;
  for (const part of names) owner = owner[part] as Part;
  return args ? (owner[name] as (...args: unknown[]) => unknown)(...args) : owner[name];
}

/** Hands the counts to the page, since only the page knows how to send them. */
function flush(id: number, options: []): unknown {
  const send = (counts: unknown) =>
    new Promise<void>((resolve, reject) => {
      sending.set(id, (failed) => (failed ? reject(failed) : resolve()));
      page.postMessage({ id, send: counts as never[] });
    }).finally(() => sending.delete(id));
  return recommender?.metrics.flush(send, ...options);
}

/** Describes an object, inherited members included. */
function describe(object: object): ApiShape {
  const methods: string[] = [];
  const properties: string[] = [];
  const parts: Record<string, ApiShape> = {};
  let changes = false;
  for (let from = object; from !== Object.prototype; from = Object.getPrototypeOf(from)) {
    for (const name of Object.getOwnPropertyNames(from)) {
      if (name === 'constructor' || name === 'free' || name.startsWith('_')) continue;
      const value = (object as Part)[name];
      if (name === 'subscribe') {
        changes = true;
      } else if (typeof value === 'function') {
        methods.push(name);
      } else if (hasMethods(value)) {
        parts[name] = describe(value);
      } else {
        properties.push(name);
      }
    }
  }
  return { methods, properties, changes, parts };
}

function hasMethods(value: unknown): value is object {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).some((one) => typeof one === 'function')
  );
}

function failure(error: unknown): Failure {
  const { name, message, code, url, status } = Object(error);
  return { name, message: message ?? String(error), code, url, status };
}

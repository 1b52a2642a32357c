/**
 * The script of the worker that `vicino/worker` starts; it holds the recommender and answers for it.
 *
 * @packageDocumentation
 */
import { type History, type LoadOptions, type ModelSource, Recommender } from '../core/index.js';
import type { Answer, Ask, Face, Failure } from './worker-protocol.js';

// The types of a page and of a worker cannot both be there.
const page = globalThis as unknown as {
  onmessage: (event: MessageEvent<Ask>) => void;
  postMessage(answer: Answer): void;
  close(): void;
};
type Part = Record<string, unknown>;

let recommender: Recommender | undefined;
/** What gave back a function keeps it here, under the number of its question. */
const callables = new Map<string, () => unknown>();
/** Metrics that the page is sending, by the number of its question. */
const sending = new Map<number, (failed: unknown) => void>();
/** What has not been answered yet. */
const busy = new Set<Promise<void>>();

page.onmessage = ({ data }) => {
  if (data.path === 'free') {
    recommender?.free();
    // What is being stored still gets stored.
    void Promise.all(busy).then(() => page.close());
    return;
  }
  if (data.path === 'sent') return sending.get(data.id)?.(data.args?.[0]);
  const answering = answer(data).finally(() => busy.delete(answering));
  busy.add(answering);
};

async function answer(ask: Ask): Promise<void> {
  const { id } = ask;
  try {
    const value = ask.path === 'load' ? await load(ask.args ?? []) : await perform(ask);
    const callable = typeof value === 'function';
    if (callable) callables.set(`call:${id}`, value as () => unknown);
    page.postMessage({ id, value: callable ? undefined : value, callable });
  } catch (error) {
    page.postMessage({ id, error: failure(error) });
  }
}

async function load([source, options]: readonly unknown[]): Promise<Face> {
  recommender = await Recommender.load(source as ModelSource, options as LoadOptions);
  return describe(recommender, '');
}

function perform({ id, path, args }: Ask): unknown {
  if (path === 'metrics.flush') return flush(id, args?.[0] as object);
  const callable = callables.get(path);
  if (callable) return callable();
  const names = path.split('.');
  const name = names.pop() as string;
  let owner = recommender as unknown as Part;
  for (const part of names) owner = owner[part] as Part;
  return args ? (owner[name] as (...args: unknown[]) => unknown)(...args) : owner[name];
}

/** Hands the counts to the page, since only the page knows how to send them. */
function flush(id: number, options: object): unknown {
  const send = (counts: unknown) =>
    new Promise<void>((resolve, reject) => {
      sending.set(id, (failed) => (failed ? reject(failed) : resolve()));
      page.postMessage({ id, send: counts as never[] });
    }).finally(() => sending.delete(id));
  return recommender?.metrics.flush(send, options);
}

/** What an object has, its own and inherited; and lets the page know when a part of it changes. */
function describe(object: object, path: string): Face {
  const methods: string[] = [];
  const properties: string[] = [];
  const parts: Record<string, Face> = {};
  let changes = false;
  for (let from = object; from !== Object.prototype; from = Object.getPrototypeOf(from)) {
    for (const name of Object.getOwnPropertyNames(from)) {
      if (name === 'constructor' || name === 'free') continue;
      const value = (object as Part)[name];
      if (name === 'subscribe') {
        changes = true;
        (value as History['subscribe']).call(object, () => page.postMessage({ changed: path }));
      } else if (typeof value === 'function') {
        methods.push(name);
      } else if (hasMethods(value)) {
        parts[name] = describe(value, name);
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

// What this device remembers of its shopper, what it may, and who can ask for it.
import { checkValue, isId } from '../core/check.js';
import { VicinoError } from '../core/errors.js';
import { abortable } from '../core/load.js';
import { Controller } from './controller.js';
import {
  attribute,
  click,
  count,
  currentSession,
  DAY_MS,
  dislike,
  empty,
  IMPRESSION,
  insert,
  KINDS,
  merge,
  removeItem,
  type State,
  sessions,
  show,
  shownFactor,
  toJson,
  weight,
  wipe,
} from './state.js';
import type {
  Consent,
  DeviceOptions,
  DeviceReport,
  EventKind,
  History,
  HistoryEvent,
  Metrics,
  Placement,
  RecordedEvent,
} from './types.js';

/** The shopper's side of a ranking. */
export interface Device {
  readonly history: History;
  readonly consent: Consent;
  readonly metrics: Metrics;
  /** Another one after every change of events, dislikes or impressions. */
  readonly stamp: number;
  /**
   * What to rank by, newest first: kinds as 0 view, 1 cart, 2 purchase; weights as factors, 1 as usual. Items that the
   * shopper is not interested in come last, with weight -1 each, and none of their events.
   */
  ranking(
    now: number,
    window?: 'all' | 'session',
  ): { ids: string[]; kinds: Uint8Array; weights: Float32Array };
  /** What remains of the scores of items that were shown to no avail, 0 to 1. */
  impressions(now: number): { ids: string[]; factors: Float32Array };
  /** Distinct items bought, newest first. */
  purchased(now: number, withinDays?: number): string[];
  /** Items bought, with the times, newest first. */
  purchases(): { id: string; times: number[] }[];
  disliked(): string[];
  /** Distinct items viewed, newest first. */
  viewed(): string[];
  record(event: RecordedEvent): Promise<void>;
  notInterested(id: string): Promise<void>;
  undoNotInterested(id: string): Promise<void>;
  recordImpression(ids: readonly string[], where?: Placement): void;
  recordClick(id: string, where?: Placement): void;
  report(): DeviceReport;
  /** Lets go of the page; what is being stored still gets stored, and later use of `history` throws. */
  close(): void;
}

/**
 * Reads what this device remembers; never rejects but for the signal, and may end up in memory.
 *
 * `onChange` is called after every change of events, another tab's included; `countUnknown` says how many of these ids the
 * model does not know.
 */
export async function openDevice(
  options: DeviceOptions & { signal?: AbortSignal | undefined } = {},
  onChange?: () => void,
  countUnknown: (ids: string[]) => number = () => 0,
): Promise<Device> {
  const controller = new Controller(options);
  if (onChange) controller.changed.add(onChange);
  await abortable(
    controller.start().finally(() => options.signal?.aborted && void controller.close()),
    options.signal,
  );
  return device(controller, options, countUnknown);
}

function device(
  controller: Controller,
  options: DeviceOptions,
  countUnknown: (ids: string[]) => number,
): Device {
  let isClosed = false;
  let pageSeed: number | undefined;
  const live = (): State => {
    if (isClosed) throw new VicinoError('freed', 'this recommender was freed; load a new one');
    return controller.state;
  };
  const subscribe = (to: Controller['changed']) => (listener: () => void) => {
    live();
    if (typeof listener !== 'function') {
      throw new VicinoError('option-invalid', 'subscribe: expected a function');
    }
    return to.add(listener);
  };
  /** Distinct items of events, newest first. */
  const items = (is: (event: HistoryEvent) => boolean): string[] => [
    ...new Set(
      live()
        .events.filter(is)
        .map(({ item }) => item),
    ),
  ];

  const history: History = {
    get storage() {
      live();
      return controller.storage;
    },
    get problem() {
      return controller.problem;
    },
    get bytes() {
      return new TextEncoder().encode(history.export()).length;
    },
    get unknownIds() {
      return countUnknown(items(() => true));
    },
    list: () => live().events.map((event) => ({ ...event })),
    sessions: () => sessions(history.list()),
    notInterested: () => [...live().disliked.keys()],
    async remove(item) {
      checkValue('remove', item, isId);
      live();
      await controller.change((state) => removeItem(state, item, false), true);
    },
    async clear() {
      live();
      await controller.change((state) => {
        const { seed, clicked, counts } = state;
        wipe(state);
        Object.assign(state, { seed, clicked, counts });
      }, true);
    },
    async forget(item) {
      live();
      if (item !== undefined) checkValue('forget', item, isId);
      else pageSeed = undefined;
      await controller.change(
        item === undefined ? wipe : (state) => removeItem(state, item, true),
        true,
      );
    },
    export: () => toJson(live()),
    async import(json) {
      live();
      const { readExport } = await import('./import.js');
      const read = readExport(json, (why) => new VicinoError('history-invalid', `import: ${why}`));
      let added: number | undefined;
      await controller.change((state) => {
        const num = merge(state, { ...empty(), ...read });
        added ??= num;
      });
      return added ?? 0;
    },
    subscribe: subscribe(controller.changed),
  };

  const consent: Consent = {
    get state() {
      return controller.consent;
    },
    globalPrivacyControl: controller.gpc,
    grant: () => controller.decide('granted'),
    deny: () => controller.decide('denied'),
    subscribe: subscribe(controller.consentChanged),
  };

  const metrics: Metrics = {
    async counts() {
      const { counts } = live();
      return (await import('./flush.js')).rows(counts);
    },
    variant(experiment, variants) {
      let seed = live().seed;
      if (seed === undefined) {
        pageSeed ??= (crypto.getRandomValues(new Uint32Array(1)) as unknown as [number])[0];
        seed = pageSeed;
        controller.changeLater((state) => {
          state.seed ??= pageSeed;
        });
      }
      return variants[Math.floor(share(experiment, seed) * variants.length)] as string;
    },
    async flush(send, { epsilon, signal } = {}) {
      live();
      await (await import('./flush.js')).flush(controller, abortable, send, epsilon, signal);
    },
  };

  return {
    history,
    consent,
    metrics,
    get stamp() {
      return controller.stamp;
    },
    ranking(now, window = 'all') {
      const { events, disliked } = live();
      const within = window === 'all' ? events : currentSession(events, now);
      const used = within.filter(({ item }) => !disliked.has(item));
      const ids = used.map(({ item }) => item).concat([...disliked.keys()]);
      const kinds = new Uint8Array(ids.length);
      const weights = new Float32Array(ids.length).fill(-1);
      used.forEach((event, at) => {
        kinds[at] = KINDS.indexOf(event.kind);
        weights[at] = weight(event, now, options.halfLifeDays);
      });
      return { ids, kinds, weights };
    },
    impressions(now) {
      const { shown } = live();
      const factors = new Float32Array(shown.size);
      let at = 0;
      for (const row of shown.values()) factors[at++] = shownFactor(row, now);
      return { ids: [...shown.keys()], factors };
    },
    purchased: (now, withinDays = Infinity) =>
      items(({ kind, at }) => kind === 'purchase' && at >= now - withinDays * DAY_MS),
    purchases() {
      const all = live().events.filter(({ kind }) => kind === 'purchase');
      return items(({ kind }) => kind === 'purchase').map((id) => ({
        id,
        times: all.filter(({ item }) => item === id).map(({ at }) => at),
      }));
    },
    disliked: history.notInterested,
    viewed: () => items(({ kind }) => kind === 'view'),
    record(given) {
      live();
      const now = Date.now();
      const { kind = 'view', at = now } = given;
      // Leaves out what is not known.
      const event = JSON.parse(JSON.stringify({ ...given, kind, at }));
      return controller.change((state) => {
        if (insert(state, event)) attribute(state, event, now);
      });
    },
    notInterested(id) {
      live();
      const now = Date.now();
      return controller.change((state) => dislike(state, id, now));
    },
    undoNotInterested(id) {
      live();
      return controller.change((state) => void state.disliked.delete(id), true);
    },
    recordImpression(ids, { rail = '', variant = '' } = {}) {
      live();
      const now = Date.now();
      const own = [...ids];
      controller.changeLater((state) => {
        show(state, own, now);
        count(state, now, rail, variant, IMPRESSION, own.length);
      });
    },
    recordClick(id, { rail = '', variant = '' } = {}) {
      live();
      const now = Date.now();
      controller.changeLater((state) => click(state, id, now, rail, variant));
    },
    report() {
      const state = live();
      const num = (kind: EventKind) => state.events.filter((event) => event.kind === kind).length;
      const times = [...state.disliked.values(), ...state.shown.values(), ...state.counts.values()];
      const since = Math.min(...state.events.map(({ at }) => at), ...times.map(([at]) => at));
      const { storage, options } = controller;
      const place = { indexeddb: ['IndexedDB'], localstorage: ['localStorage'], memory: [] }[
        storage
      ];
      return {
        consent: controller.consent,
        globalPrivacyControl: controller.gpc,
        storage,
        encrypted: storage === 'indexeddb' && !!controller.store?.isEncrypted,
        problem: controller.problem,
        names: place.map((where) => `${where} ${options.historyName}`),
        bytes: history.bytes,
        since: Number.isFinite(since) ? since : undefined,
        events: { view: num('view'), cart: num('cart'), purchase: num('purchase') },
        notInterested: state.disliked.size,
        impressions: state.shown.size,
        metrics: state.counts.size,
      };
    },
    close() {
      isClosed = true;
      void controller.close();
    },
  };
}

/** A number from 0 up to 1 that an experiment and a seed give (FNV-1a, then the finalizer of MurmurHash3). */
function share(experiment: string, seed: number): number {
  let hash = seed;
  for (let at = 0; at < experiment.length; at++) {
    hash = Math.imul(hash ^ experiment.charCodeAt(at), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

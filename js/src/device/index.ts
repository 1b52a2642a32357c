// The data that a device holds about its shopper: recorded, ranked by, shown to the shopper and deleted.
import { abortable } from '../core/load.js';
import { createConsent } from './consent.js';
import { Controller } from './controller.js';
import { createHistory } from './history.js';
import { createMetrics } from './metrics.js';
import {
  type HistoryRow,
  historyRows,
  itemsWith,
  type Purchases,
  purchasesByItem,
} from './ranking-input.js';
import { deviceReport } from './report.js';
import { attribute, click, count, dislike, IMPRESSION, insert, settle, show } from './state.js';
import type {
  Consent,
  DeviceOptions,
  DeviceReport,
  EventKind,
  History,
  Metrics,
  Placement,
  RecordedEvent,
} from './types.js';

/** The shopper's side of a ranking. */
export interface Device {
  readonly history: History;
  readonly consent: Consent;
  readonly metrics: Metrics;
  /** A number that differs after every change of events, dislikes or impressions. */
  readonly stamp: number;
  /** Returns the events to rank by, newest first, then unwanted and ignored items. */
  ranking(now: number, window?: 'all' | 'session'): HistoryRow[];
  /** Returns distinct items with an event of this kind, newest first; `since` is a time in ms. */
  items(kind: EventKind, since?: number): string[];
  /** Returns the purchases of each item, newest first. */
  purchases(now: number): Purchases[];
  record(event: RecordedEvent): Promise<void>;
  notInterested(id: string): Promise<void>;
  undoNotInterested(id: string): Promise<void>;
  recordImpression(ids: readonly string[], where?: Placement): void;
  recordClick(id: string, where?: Placement): void;
  report(): DeviceReport;
  /** Lets go of the page: changes that are being stored still get stored, and any later call throws. */
  close(): void;
}

/**
 * Opens the data of a device; rejects only if the signal fires, and falls back to memory if nothing can be stored.
 *
 * `onChange` is called after every change of events, those of another tab included; `countUnknown` returns how many of
 * these ids the model does not know.
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
  const history = createHistory(controller, countUnknown);
  const { requireState } = controller;
  return {
    history,
    consent: createConsent(controller),
    metrics: createMetrics(controller),
    get stamp() {
      return controller.stamp;
    },
    ranking: (now, window = 'all') =>
      historyRows(requireState(), now, window, options.halfLifeDays),
    items: (kind, since) => itemsWith(requireState(), kind, since),
    purchases: (now) => purchasesByItem(requireState(), now),
    record(given) {
      requireState();
      const now = Date.now();
      const { kind = 'view', at = now } = given;
      // By way of JSON, which leaves out values that are undefined. A time from the future is now.
      const event = JSON.parse(JSON.stringify({ ...given, kind, at: Math.min(at, now) }));
      return controller.change((state) => {
        Object.assign(state, settle(state, now));
        if (insert(state, event)) attribute(state, event, now);
      });
    },
    notInterested(id) {
      requireState();
      const now = Date.now();
      return controller.change((state) => dislike(state, id, now));
    },
    undoNotInterested(id) {
      requireState();
      return controller.change((state) => void state.disliked.delete(id), true);
    },
    recordImpression(ids, { rail = '', variant = '' } = {}) {
      requireState();
      const now = Date.now();
      const own = [...ids];
      controller.changeLater((state) => {
        show(state, own, now);
        count(state, now, rail, variant, IMPRESSION, own.length);
      });
    },
    recordClick(id, { rail = '', variant = '' } = {}) {
      requireState();
      const now = Date.now();
      controller.changeLater((state) => click(state, id, now, rail, variant));
    },
    report: () => deviceReport(controller, history.bytes),
    close: () => void controller.close(),
  };
}

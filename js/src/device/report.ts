import type { Controller } from './controller.js';
import type { DeviceReport, EventKind } from './types.js';

/** Reports the data that the device holds; `bytes` is the size of the history. */
export function deviceReport(controller: Controller, bytes: number): DeviceReport {
  const { events, disliked, shown, counts } = controller.requireState();
  const { storage, name, store } = controller;
  const isDatabase = storage === 'indexeddb';
  const num = (kind: EventKind) => events.filter((event) => event.kind === kind).length;
  const times = [...disliked.values(), ...shown.values(), ...counts.values()];
  const since = Math.min(...events.map(({ at }) => at), ...times.map(([at]) => at));
  return {
    consent: controller.consent,
    globalPrivacyControl: controller.gpc,
    storage,
    encrypted: isDatabase && !!store?.isEncrypted,
    problem: controller.problem,
    names: storage === 'memory' ? [] : [`${isDatabase ? 'IndexedDB' : 'localStorage'} ${name}`],
    bytes,
    since: Number.isFinite(since) ? since : undefined,
    events: { view: num('view'), cart: num('cart'), purchase: num('purchase') },
    notInterested: disliked.size,
    impressions: shown.size,
    metrics: counts.size,
  };
}

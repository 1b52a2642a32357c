import { checkValue, isId } from '../core/check.js';
import { missingScript } from '../core/errors.js';
import type { Controller } from './controller.js';
import { distinctItems, removeItem, sessions, toJson, wipe } from './state.js';
import type { History } from './types.js';

/** Makes the history of a device; `countUnknown` returns how many of these ids the model does not know. */
export function createHistory(
  controller: Controller,
  countUnknown: (ids: string[]) => number,
): History {
  const { requireState } = controller;
  const history: History = {
    get storage() {
      requireState();
      return controller.storage;
    },
    get problem() {
      requireState();
      return controller.problem;
    },
    get bytes() {
      return new TextEncoder().encode(history.export()).length;
    },
    get unknownIds() {
      return countUnknown(distinctItems(requireState().events));
    },
    list: () => requireState().events.map((event) => ({ ...event })),
    sessions: () => sessions(history.list()),
    notInterested: () => [...requireState().disliked.keys()],
    async remove(item) {
      checkValue('remove', item, isId);
      await controller.remove((state) => removeItem(state, item, false));
    },
    async clear() {
      await controller.remove((state) => {
        const { seed, clicked, counts } = state;
        wipe(state);
        Object.assign(state, { seed, clicked, counts });
      });
    },
    async forget(item) {
      if (item !== undefined) {
        checkValue('forget', item, isId);
        return controller.remove((state) => removeItem(state, item, true));
      }
      controller.pageSeed = undefined;
      return controller.remove(wipe, true);
    },
    export: () => toJson(requireState()),
    async import(json) {
      requireState();
      const { merge, readExport } = await import('../storage/store.js').catch(missingScript);
      const read = readExport(json, controller.options);
      let added: number | undefined;
      await controller.change((state) => {
        const num = merge(state, read);
        added ??= num;
      });
      return added ?? 0;
    },
    subscribe(listener) {
      requireState();
      return controller.changed.add(listener);
    },
  };
  return history;
}

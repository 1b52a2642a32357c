import { checkValue, isId } from '../core/check.js';
import { VicinoError } from '../core/errors.js';
import type { Controller } from './controller.js';
import { distinctItems, empty, merge, removeItem, sessions, toJson, wipe } from './state.js';
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
      requireState();
      await controller.change((state) => removeItem(state, item, false), true);
    },
    async clear() {
      requireState();
      await controller.change((state) => {
        const { seed, clicked, counts } = state;
        wipe(state);
        Object.assign(state, { seed, clicked, counts });
      }, true);
    },
    async forget(item) {
      requireState();
      if (item !== undefined) checkValue('forget', item, isId);
      else controller.pageSeed = undefined;
      await controller.change(
        item === undefined ? wipe : (state) => removeItem(state, item, true),
        true,
      );
    },
    export: () => toJson(requireState()),
    async import(json) {
      requireState();
      const { readExport } = await import('./import.js');
      const read = readExport(json, (why) => new VicinoError('history-invalid', `import: ${why}`));
      let added: number | undefined;
      await controller.change((state) => {
        const num = merge(state, { ...empty(), ...read });
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

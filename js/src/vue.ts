/**
 * Rails as Vue composables, on servers too.
 *
 * @packageDocumentation
 */
import {
  type InjectionKey,
  inject,
  type MaybeRefOrGetter,
  onMounted,
  onScopeDispose,
  type Plugin,
  type ShallowRef,
  shallowRef,
  toValue,
  watchEffect,
} from 'vue';
import type { Recommender } from './index.js';
import {
  arrive,
  initialPage,
  type Origin,
  type PageOptions,
  type RailOptions,
  type Ranks,
  railRequest,
  watch,
  watchSeen,
} from './live.js';
import type { ListName, Rail, RailRequest, Recommendation } from './types.js';

export type { Origin, PageOptions, RailOptions, Ranks } from './live.js';

const KEY: InjectionKey<ShallowRef<Ranks | undefined>> = Symbol('vicino');

/** A plugin for `app.use`; `source` is loaded in the browser and freed with the app. */
export function createVicino(origin: Origin): Plugin {
  return {
    install(app) {
      const ranks = shallowRef<Ranks>();
      app.provide(KEY, ranks);
      if (typeof window === 'undefined') return;
      const stop = arrive(origin, (arrived) => {
        ranks.value = arrived;
      });
      app.onUnmount?.(stop);
    },
  };
}

/** The recommender, as soon as it is there. */
export function useVicino<R extends Ranks = Recommender>(): Readonly<ShallowRef<R | undefined>> {
  return inject(KEY, () => shallowRef(), true) as ShallowRef<R | undefined>;
}

/** The items of one rail, ranked again when the history or the options change; `initialItems` until then. */
export function useRail(
  list: MaybeRefOrGetter<ListName>,
  options: MaybeRefOrGetter<RailOptions> = {},
): Readonly<ShallowRef<readonly Recommendation[]>> {
  const items = shallowRef(toValue(options).initialItems ?? []);
  useFollowed(
    () => [[railRequest(toValue(list), toValue(options))], {}],
    initialPage(toValue(list), toValue(options)),
    (rails) => {
      items.value = rails[0]?.items ?? [];
    },
  );
  return items;
}

/** Several rails that share no item, ranked again when the history or the options change. */
export function usePage(
  requests: MaybeRefOrGetter<readonly RailRequest[]>,
  options: MaybeRefOrGetter<PageOptions> = {},
): Readonly<ShallowRef<readonly Rail[]>> {
  const { initialRails = [] } = toValue(options);
  const rails = shallowRef(initialRails);
  useFollowed(
    () => {
      const { initialRails: _, ...shared } = toValue(options);
      return [toValue(requests), shared];
    },
    initialRails,
    (next) => {
      rails.value = next;
    },
  );
  return rails;
}

/** The function `ref` of an element whose children carry `data-vicino-id`: those in view for a second count as shown. */
export function useImpressions(rail: string, variant?: string): (element: unknown) => void {
  const ranks = useVicino();
  const root = shallowRef<unknown>();
  const where = variant === undefined ? { rail } : { rail, variant };
  watchEffect((cleanUp) => {
    const now = ranks.value;
    if (!now || !(root.value instanceof Element)) return;
    cleanUp(watchSeen(root.value, (ids) => now.recordImpression(ids, where)));
  });
  return (element) => {
    root.value = element;
  };
}

/** Starts once the component is mounted, so that what a server rendered hydrates as it is. */
function useFollowed(
  request: () => [readonly RailRequest[], PageOptions],
  initial: readonly Rail[],
  set: (rails: readonly Rail[]) => void,
): void {
  const ranks = useVicino<Ranks>();
  let known = initial;
  let stop = () => {};
  onMounted(() => {
    stop = watchEffect((cleanUp) => {
      const [rails, shared] = request();
      if (!ranks.value) return;
      cleanUp(
        watch(ranks.value, rails, shared, known, (next) => {
          known = next;
          set(next);
        }),
      );
    });
  });
  onScopeDispose(() => stop());
}

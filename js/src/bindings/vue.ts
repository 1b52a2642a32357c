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
import type { Recommender } from '../core/index.js';
import type { ListName, Rail, RailRequest, Recommendation } from '../core/types.js';
import {
  arrive,
  initialPage,
  type Origin,
  type PageOptions,
  type RailOptions,
  type Ranks,
  railRequest,
  type Waiting,
  waiting,
  watch,
  watchRail,
} from './binding-core.js';

export type { Origin, PageOptions, RailOptions, Ranks } from './binding-core.js';

const KEY: InjectionKey<ShallowRef<Ranks | undefined>> = Symbol('vicino');
const WAIT: InjectionKey<Waiting> = Symbol('vicino-wait');

/** A plugin for `app.use`; `source` is loaded in the browser and freed with the app. */
export function createVicino(origin: Origin): Plugin {
  return {
    install(app) {
      const ranks = shallowRef<Ranks>();
      const wait = waiting();
      app.provide(KEY, ranks);
      app.provide(WAIT, wait);
      if (typeof window === 'undefined') return;
      const set = (arrived?: Ranks) => {
        ranks.value = arrived;
      };
      app.onUnmount?.(arrive(origin, set, wait));
    },
  };
}

/** The recommender, as soon as it is there; where it is for a `rail` only, it can wait as that does. */
export function useVicino<R extends Ranks = Recommender>(
  rail?: string,
): Readonly<ShallowRef<R | undefined>> {
  const [ranks, wait] = injected();
  // Where a rail is is known once it is mounted.
  if (rail) onMounted(() => wait?.want(rail));
  else wait?.want();
  return ranks as ShallowRef<R | undefined>;
}

const injected = () => [inject(KEY, () => shallowRef(), true), inject(WAIT, undefined)] as const;

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
  const [ranks, wait] = injected();
  let now: Ranks | undefined;
  let root: unknown;
  let stop = () => {};
  const follow = () => {
    stop();
    const isThere = root && root instanceof Element;
    stop = isThere ? watchRail(root as Element, rail, variant, now, wait) : () => {};
  };
  watchEffect(() => {
    now = ranks.value;
    follow();
  });
  onScopeDispose(() => stop());
  return (element) => {
    root = element;
    // At once: its rail asks for the recommender when it is mounted, which comes next.
    follow();
  };
}

/** Starts once the component is mounted, so that what a server rendered hydrates as it is. */
function useFollowed(
  request: () => [readonly RailRequest[], PageOptions],
  initial: readonly Rail[],
  set: (rails: readonly Rail[]) => void,
): void {
  const [ranks, wait] = injected();
  let known = initial;
  let stop = () => {};
  onMounted(() => {
    stop = watchEffect((cleanUp) => {
      const [rails, shared] = request();
      for (const { name } of rails) wait?.want(name);
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

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
  type AnyRecommender,
  initialPage,
  type Origin,
  observeRails,
  observeShown,
  type PageOptions,
  type RailOptions,
  railRequest,
  resolveRecommender,
  type Waiting,
  waiting,
} from './binding-core.js';

export type { AnyRecommender, Origin, PageOptions, RailOptions } from './binding-core.js';

// Of two copies of the package in one app, each finds what the other provides.
const KEY: InjectionKey<ShallowRef<AnyRecommender | undefined>> = Symbol.for('vicino');
const WAIT: InjectionKey<Waiting> = Symbol.for('vicino-wait');

/** Makes a plugin for `app.use`; `source` is loaded in the browser and freed with the app. */
export function createVicino(origin: Origin): Plugin {
  return {
    install(app) {
      const recommender = shallowRef<AnyRecommender>();
      const wait = waiting();
      app.provide(KEY, recommender);
      app.provide(WAIT, wait);
      if (typeof window === 'undefined') return;
      const set = (arrived?: AnyRecommender) => {
        recommender.value = arrived;
      };
      app.onUnmount?.(resolveRecommender(origin, set, wait));
    },
  };
}

/**
 * Returns the recommender, `undefined` until it is loaded. With `rail`, loading can wait until that rail is near the
 * view; else it starts at once.
 */
export function useVicino<R extends AnyRecommender = Recommender>(
  rail?: string,
): Readonly<ShallowRef<R | undefined>> {
  const [recommender, wait] = injected();
  // The place of a rail is known once it is mounted.
  if (rail) onMounted(() => wait?.want(rail));
  else wait?.want();
  return recommender as ShallowRef<R | undefined>;
}

const injected = () => [inject(KEY, () => shallowRef(), true), inject(WAIT, undefined)] as const;

/**
 * Returns the items of one rail, ranked again when history, catalogue, model or options change; `initialItems` before
 * the first ranking.
 */
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

/** Returns several rails, no item in two of them, ranked again as those of {@link useRail}. */
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

/**
 * Returns the function `ref` for the element of a rail: children with `data-vicino-id` in view for a second count as
 * shown.
 */
export function useImpressions(rail: string, variant?: string): (element: unknown) => void {
  const [recommender, wait] = injected();
  let now: AnyRecommender | undefined;
  let root: unknown;
  let stop = () => {};
  const follow = () => {
    stop();
    const isThere = root && root instanceof Element;
    stop = isThere ? observeShown(root as Element, rail, variant, now, wait) : () => {};
  };
  watchEffect(() => {
    now = recommender.value;
    follow();
  });
  onScopeDispose(() => stop());
  return (element) => {
    root = element;
    // Not later: the rail asks for the recommender when it is mounted, which comes next.
    follow();
  };
}

/** Ranks once the component is mounted, so that a server's output hydrates as it is. */
function useFollowed(
  request: () => [readonly RailRequest[], PageOptions],
  initial: readonly Rail[],
  set: (rails: readonly Rail[]) => void,
): void {
  const [recommender, wait] = injected();
  let known = initial;
  let stop = () => {};
  onMounted(() => {
    stop = watchEffect((cleanUp) => {
      const [rails, shared] = request();
      for (const { name } of rails) wait?.want(name);
      if (!recommender.value) return;
      cleanUp(
        observeRails(recommender.value, rails, shared, known, (next) => {
          known = next;
          set(next);
        }),
      );
    });
  });
  onScopeDispose(() => stop());
}

/**
 * Rails as React hooks, for React 18 and newer, on servers too.
 *
 * @packageDocumentation
 */
import {
  createContext,
  createElement,
  type ReactNode,
  type RefCallback,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react';
import type { Recommender } from '../core/index.js';
import type { ListName, Rail, RailRequest, Recommendation } from '../core/types.js';
import {
  type AnyRecommender,
  initialPage,
  keyOf,
  type Origin,
  observeRails,
  observeShown,
  type PageOptions,
  type RailOptions,
  railRequest,
  rankNow,
  resolveRecommender,
  type Waiting,
  waiting,
} from './binding-core.js';

export type { AnyRecommender, Origin, PageOptions, RailOptions } from './binding-core.js';

const NO_RAILS: readonly Rail[] = [];
const NO_ITEMS: readonly Recommendation[] = [];

const Context = createContext<AnyRecommender | undefined>(undefined);
const Wait = createContext<Waiting | undefined>(undefined);

/** Provides a recommender to everything below; `source` loads one in the browser and frees it at the end. */
export function VicinoProvider({ children, ...origin }: Origin & { children?: ReactNode }) {
  const { recommender, source } = origin;
  // An address is the same in a new object.
  const from = source instanceof URL ? source.href : source;
  const [current, setCurrent] = useState<AnyRecommender | undefined>(() =>
    recommender && !('then' in recommender) ? recommender : undefined,
  );
  const [wait] = useState(waiting);
  const latest = useRef(origin);
  latest.current = origin;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new object of options is no reason to load again
  useEffect(() => resolveRecommender(latest.current, setCurrent, wait), [recommender, from]);
  const below = createElement(Context.Provider, { value: current }, children);
  return createElement(Wait.Provider, { value: wait }, below);
}

/**
 * Returns the recommender, `undefined` until it is loaded. With `rail`, loading can wait until that rail is near the
 * view; else it starts at once.
 */
export function useVicino<R extends AnyRecommender = Recommender>(rail?: string): R | undefined {
  const wait = useContext(Wait);
  useEffect(() => wait?.want(rail), [wait, rail]);
  return useContext(Context) as R | undefined;
}

/**
 * Returns the items of one rail, ranked again when history, catalogue or model change; `initialItems` on a server and
 * while hydrating.
 */
export function useRail(list: ListName, options: RailOptions = {}): readonly Recommendation[] {
  const rails = useRails([railRequest(list, options)], {}, initialPage(list, options));
  return rails[0]?.items ?? NO_ITEMS;
}

/** Returns several rails, no item in two of them; `initialRails` on a server and while hydrating. */
export function usePage(
  rails: readonly RailRequest[],
  { initialRails = NO_RAILS, ...shared }: PageOptions = {},
): readonly Rail[] {
  return useRails(rails, shared, initialRails);
}

/** Returns the `ref` for the element of a rail: children with `data-vicino-id` in view for a second count as shown. */
export function useImpressions(rail: string, variant?: string): RefCallback<Element> {
  const recommender = useContext(Context);
  const wait = useContext(Wait);
  const stop = useRef<() => void>(undefined);
  return useCallback(
    (element: Element | null) => {
      stop.current?.();
      stop.current = element ? observeShown(element, rail, variant, recommender, wait) : undefined;
    },
    [recommender, wait, rail, variant],
  );
}

function useRails(
  rails: readonly RailRequest[],
  shared: PageOptions,
  initial: readonly Rail[],
): readonly Rail[] {
  const recommender = useContext(Context);
  const wait = useContext(Wait);
  const key = keyOf([rails, shared]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key differs if the request does
  const store = useMemo(() => {
    let now: readonly Rail[] | undefined;
    const get = () => {
      now ??= rankNow(recommender, rails, shared, initial);
      return now;
    };
    return {
      get,
      initial: () => initial,
      subscribe: (changed: () => void) => {
        for (const { name } of rails) wait?.want(name);
        return recommender
          ? observeRails(recommender, rails, shared, get(), (next) => {
              now = next;
              changed();
            })
          : () => {};
      },
    };
  }, [recommender, wait, key]);
  return useSyncExternalStore(store.subscribe, store.get, store.initial);
}

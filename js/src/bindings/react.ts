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
  arrive,
  initialPage,
  keyOf,
  type Origin,
  type PageOptions,
  peek,
  type RailOptions,
  type Ranks,
  railRequest,
  type Waiting,
  waiting,
  watch,
  watchRail,
} from './binding-core.js';

export type { Origin, PageOptions, RailOptions, Ranks } from './binding-core.js';

const NO_RAILS: readonly Rail[] = [];
const NO_ITEMS: readonly Recommendation[] = [];

const Context = createContext<Ranks | undefined>(undefined);
const Wait = createContext<Waiting | undefined>(undefined);

/** Gives a recommender to everything below; `source` loads one in the browser and frees it in the end. */
export function VicinoProvider({ children, ...origin }: Origin & { children?: ReactNode }) {
  const { recommender, source } = origin;
  const [ranks, setRanks] = useState<Ranks | undefined>(() =>
    recommender && !('then' in recommender) ? recommender : undefined,
  );
  const [wait] = useState(waiting);
  const latest = useRef(origin);
  latest.current = origin;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new object of options is no reason to load again
  useEffect(() => arrive(latest.current, setRanks, wait), [recommender, source]);
  const below = createElement(Context.Provider, { value: ranks }, children);
  return createElement(Wait.Provider, { value: wait }, below);
}

/** The recommender, as soon as it is there; where it is for a `rail` only, it can wait as that does. */
export function useVicino<R extends Ranks = Recommender>(rail?: string): R | undefined {
  const wait = useContext(Wait);
  useEffect(() => wait?.want(rail), [wait, rail]);
  return useContext(Context) as R | undefined;
}

/** The items of one rail, ranked again when the history changes; `initialItems` on a server and while hydrating. */
export function useRail(list: ListName, options: RailOptions = {}): readonly Recommendation[] {
  const rails = useRails([railRequest(list, options)], {}, initialPage(list, options));
  return rails[0]?.items ?? NO_ITEMS;
}

/** Several rails that share no item; `initialRails` on a server and while hydrating. */
export function usePage(
  rails: readonly RailRequest[],
  { initialRails = NO_RAILS, ...shared }: PageOptions = {},
): readonly Rail[] {
  return useRails(rails, shared, initialRails);
}

/** The `ref` of an element whose children carry `data-vicino-id`: those that are in view for a second count as shown. */
export function useImpressions(rail: string, variant?: string): RefCallback<Element> {
  const ranks = useContext(Context);
  const wait = useContext(Wait);
  const stop = useRef<() => void>(undefined);
  return useCallback(
    (element: Element | null) => {
      stop.current?.();
      stop.current = element ? watchRail(element, rail, variant, ranks, wait) : undefined;
    },
    [ranks, wait, rail, variant],
  );
}

function useRails(
  rails: readonly RailRequest[],
  shared: PageOptions,
  initial: readonly Rail[],
): readonly Rail[] {
  const ranks = useContext(Context);
  const wait = useContext(Wait);
  const key = keyOf([rails, shared]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says whether the request is another
  const store = useMemo(() => {
    let now: readonly Rail[] | undefined;
    const get = () => {
      now ??= peek(ranks, rails, shared, initial);
      return now;
    };
    return {
      get,
      initial: () => initial,
      subscribe: (changed: () => void) => {
        for (const { name } of rails) wait?.want(name);
        return ranks
          ? watch(ranks, rails, shared, get(), (next) => {
              now = next;
              changed();
            })
          : () => {};
      },
    };
  }, [ranks, wait, key]);
  return useSyncExternalStore(store.subscribe, store.get, store.initial);
}

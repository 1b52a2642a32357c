// Settings of the drawer: options of lists and of the history. They are stored on the device like the theme, and hold
// no data about the shopper.
import { read, write } from './local-storage';

export interface Settings {
  /** Number of products in a row. */
  k: number;
  /** 0 ranks by score alone, 1 by variety alone. */
  diversity: number;
  /** Number of products of one category before the others; 0 for any number. */
  maxPerCategory: number;
  /** Weight of chance, 0 to 1. */
  explore: number;
  /** Seed of chance. */
  seed: number;
  /** Strength with which ignored products sink, 0 to 1. */
  fatigue: number;
  /** Leaves out products that were bought: never, within 30 days, or always. */
  excludePurchased: 'no' | '30' | 'ever';
  /** Events that *For you* is made from. */
  window: 'all' | 'session';
  /** Days that *Trending* counts; 0 counts all time. */
  trendDays: number;
  explain: boolean;
  inStock: boolean;
  /** Price limits in dollars; 0 for no limit. */
  minPrice: number;
  maxPrice: number;
  /** Id of the only department, or ''. */
  only: string;
  brand: '' | 'store' | 'others';
  tag: string;
  /** Id of the department whose scores are multiplied, or ''. */
  boost: string;
  boostFactor: number;
  /** Id of the department to rank after all others, or ''. */
  bury: string;
  /** Ids of products for the first positions. */
  pins: string[];
  /** Days to keep the history; 0 keeps it until it is full. */
  historyDays: number;
  encrypt: boolean;
}

export const DEFAULTS: Readonly<Settings> = {
  k: 14,
  diversity: 0,
  maxPerCategory: 1,
  explore: 0,
  seed: 1,
  fatigue: 0.5,
  excludePurchased: 'no',
  window: 'all',
  trendDays: 30,
  explain: true,
  inStock: true,
  minPrice: 0,
  maxPrice: 0,
  only: '',
  brand: '',
  tag: '',
  boost: '',
  boostFactor: 2,
  bury: '',
  pins: [],
  historyDays: 180,
  encrypt: false,
};

export class SettingsStore {
  readonly #listeners = new Set<(changed: ReadonlySet<keyof Settings>) => void>();
  #now: Settings = { ...DEFAULTS, ...kept() };

  get now(): Readonly<Settings> {
    return this.#now;
  }

  /** Changes some settings; calls the listeners if a value differs. */
  set(change: Partial<Settings>): void {
    const before = this.#now;
    this.#now = { ...before, ...change };
    const keys = Object.keys(change) as (keyof Settings)[];
    const changed = new Set(keys.filter((key) => String(before[key]) !== String(this.#now[key])));
    if (changed.size === 0) return;
    write('settings', JSON.stringify(this.#now));
    for (const listener of this.#listeners) listener(changed);
  }

  /** Sets all to their defaults, except those of the history. */
  reset(): void {
    const { historyDays, encrypt } = this.#now;
    this.set({ ...DEFAULTS, historyDays, encrypt });
  }

  subscribe(listener: (changed: ReadonlySet<keyof Settings>) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** Reads the settings of earlier visits, those that are still valid. */
function kept(): Partial<Settings> {
  try {
    const found: unknown = JSON.parse(read('settings') ?? '{}');
    const fits = ([name, value]: [string, unknown]): boolean => {
      const usual: unknown = DEFAULTS[name as keyof Settings];
      return typeof value === typeof usual && Array.isArray(value) === Array.isArray(usual);
    };
    return Object.fromEntries(Object.entries(found ?? {}).filter(fits));
  } catch {
    return {};
  }
}

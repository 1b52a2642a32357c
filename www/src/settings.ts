// The switches of the drawer: what rankings are asked for, and how the history is
// kept. Remembered on the device like the theme; says nothing about the shopper.
import { read, write } from './local-storage';

export interface Settings {
  /** Places in a row. */
  k: number;
  /** 0 by score alone, 1 by unlikeness alone. */
  diversity: number;
  /** So many of one department before the others; 0 any number. */
  maxPerCategory: number;
  /** 0 no chance, 1 all chance. */
  explore: number;
  /** What the chance comes from. */
  seed: number;
  /** How far what was shown and ignored sinks, 0 to 1. */
  fatigue: number;
  /** Leave out what was bought: never, within so many days, or ever. */
  excludePurchased: 'no' | '30' | 'ever';
  /** Which events *For you* comes from. */
  window: 'all' | 'session';
  /** Days of *Trending*; 0 all the time the model knows. */
  trendDays: number;
  explain: boolean;
  inStock: boolean;
  /** In currency units; 0 for no bound. */
  minPrice: number;
  maxPrice: number;
  /** Id of the only department, or ''. */
  only: string;
  brand: '' | 'store' | 'others';
  tag: string;
  /** Id of the department whose scores are multiplied, or ''. */
  boost: string;
  boostFactor: number;
  /** Id of the department behind all others, or ''. */
  bury: string;
  /** Ids of products for the first places. */
  pins: string[];
  /** Days that the history is kept; 0 until it is full. */
  historyDays: number;
  encrypt: boolean;
}

export const DEFAULTS: Readonly<Settings> = {
  k: 14,
  diversity: 0,
  maxPerCategory: 0,
  explore: 0,
  seed: 1,
  fatigue: 0.5,
  excludePurchased: 'no',
  window: 'all',
  trendDays: 0,
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

  /** Changes some; calls the listeners if that makes a difference. */
  set(change: Partial<Settings>): void {
    const before = this.#now;
    this.#now = { ...before, ...change };
    const keys = Object.keys(change) as (keyof Settings)[];
    const changed = new Set(keys.filter((key) => String(before[key]) !== String(this.#now[key])));
    if (changed.size === 0) return;
    write('settings', JSON.stringify(this.#now));
    for (const listener of this.#listeners) listener(changed);
  }

  /** All as they were at first, but for how the history is kept. */
  reset(): void {
    const { historyDays, encrypt } = this.#now;
    this.set({ ...DEFAULTS, historyDays, encrypt });
  }

  subscribe(listener: (changed: ReadonlySet<keyof Settings>) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** What was chosen before, as far as it still fits. */
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

// What every page of the shop can reach.
import type { Cart } from './cart';
import type { Catalogue } from './catalogue';
import type { CodeOnScreen } from './code';
import type { Engine } from './engine';
import type { NetworkCount } from './network';
import type { Offline } from './offline';
import type { Search } from './search';
import type { SettingsStore } from './settings';

export interface Shop {
  catalogue: Catalogue;
  engine: Engine;
  settings: SettingsStore;
  /** The call behind the page that is open. */
  code: CodeOnScreen;
  cart: Cart;
  search: Search;
  network: NetworkCount;
  offline: Offline;
}

/** A page: what it shows, and what to do when it is left. */
export interface Page {
  /** For the browser's tab and for the announcement. */
  title: string;
  content: Node[];
  leave?: () => void;
}

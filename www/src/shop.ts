// The parts that every page of the shop uses.
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
  /** Call behind the open page. */
  code: CodeOnScreen;
  cart: Cart;
  search: Search;
  network: NetworkCount;
  offline: Offline;
}

/** A page: its element, and a function to call when it is left. */
export interface Page {
  /** Title for the browser's tab and the announcement. */
  title: string;
  content: Node[];
  leave?: () => void;
}

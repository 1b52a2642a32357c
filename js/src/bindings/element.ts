/**
 * A rail as a custom element, `<vicino-rail>`; importing this registers it.
 *
 * @packageDocumentation
 */

import type { ListName, LoadOptions, RailRequest } from '../core/types.js';
import type { AnyRecommender } from './binding-core.js';
import type { ItemData } from './card.js';
import type { RailErrorDetail, RailEventDetail } from './element-types.js';
import { startRail } from './rail.js';

export type { ItemData } from './card.js';
export type { RailAttributes, RailErrorDetail, RailEventDetail } from './element-types.js';
export { setRecommender } from './shared.js';

declare global {
  interface HTMLElementTagNameMap {
    'vicino-rail': VicinoRail;
  }
  interface HTMLElementEventMap {
    'vicino-click': CustomEvent<RailEventDetail>;
    'vicino-impression': CustomEvent<RailEventDetail>;
    'vicino-error': CustomEvent<RailErrorDetail>;
  }
}

/** Attributes that are also properties of the same name. */
const TEXTS = [
  'list',
  'item',
  'k',
  'name',
  'variant',
  'category',
  'src',
  'loading',
  'label',
] as const;
/** Values of missing attributes, if not the empty text. */
const DEFAULTS: Record<string, string> = { list: 'forYou', loading: 'lazy' };
const STYLE =
  ':host{display:block}:host([hidden]){display:none}[part]{display:flex;gap:1rem;overflow-x:auto}';

// A server that only renders the tag may import this module, too.
const Base = (globalThis.HTMLElement ?? class {}) as typeof HTMLElement;

/**
 * An element that shows one list. Its children stay until the model is loaded, or for good if loading fails; then each
 * item is a copy of the `<template>` among them, with `{{id}}` and other names filled in.
 */
export class VicinoRail extends Base {
  static readonly observedAttributes: readonly string[] = TEXTS;

  // No fields: they would overwrite properties that the page has set before this class was defined.
  declare list: ListName;
  declare item: string;
  declare k: string | number;
  declare name: string;
  declare variant: string;
  declare category: string;
  declare src: string;
  /**
   * Time of loading `src`: `eager` at once, `lazy` when the rail is within a screen of the view, or the page is idle.
   * Default: `lazy`.
   */
  declare loading: 'eager' | 'lazy';
  declare label: string;

  /**
   * Options without an attribute, such as `where`; they replace those of attributes, and `item` or `items` all ids of
   * the attribute `item`. Call `update` after changing it.
   */
  declare options?: Partial<RailRequest>;
  /**
   * Rails of the whole page, such as those of `vicino/pages`; this element shows the one with its `name`, by default
   * the name of the list. Elements with the same page list no item twice. Other attributes of the list do not count.
   */
  declare page?: readonly RailRequest[];
  /** Options of loading `src`; of several rails with one address, those of the first count. */
  declare loadOptions?: LoadOptions;
  /**
   * Returns the values for `{{name}}` in the template, such as title, price and picture, for an item's id. If it fails,
   * that item is left out.
   */
  declare data?: (id: string) => ItemData | PromiseLike<ItemData>;
  /** Recommender of this rail alone, in place of `src` and of {@link setRecommender}. */
  declare recommender?: AnyRecommender | PromiseLike<AnyRecommender>;

  #stop: (() => void) | undefined;
  #queued = false;

  static {
    for (const name of TEXTS) {
      Object.defineProperty(VicinoRail.prototype, name, {
        get(this: VicinoRail) {
          return this.getAttribute(name) ?? DEFAULTS[name] ?? '';
        },
        set(this: VicinoRail, value: unknown) {
          this.setAttribute(name, String(value));
        },
      });
    }
  }

  connectedCallback(): void {
    this.update();
  }

  disconnectedCallback(): void {
    this.update();
  }

  attributeChangedCallback(): void {
    this.update();
  }

  /** Draws the list again, once the page has finished its present work. */
  update(): void {
    if (!this.#queued)
      queueMicrotask(() => {
        this.#queued = false;
        this.#stop?.();
        this.#stop = undefined;
        if (!this.isConnected) return;
        frame(this);
        this.#stop = startRail(this, () => this.update());
      });
    this.#queued = true;
  }
}

/** Makes the shadow root; items stay outside of it, so that the page's style reaches them. */
function frame(element: VicinoRail): void {
  let list = element.shadowRoot?.querySelector('div');
  if (!list) {
    const root = element.attachShadow({ mode: 'open' });
    const sheet = new CSSStyleSheet();
    // Not a `<style>`, which a strict content security policy forbids.
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    const heading = document.createElement('slot');
    heading.name = 'heading';
    list = document.createElement('div');
    list.setAttribute('part', 'list');
    list.role = 'list';
    list.append(document.createElement('slot'));
    root.append(heading, list);
  }
  list.ariaLabel = element.label || null;
}

if (globalThis.customElements && !customElements.get('vicino-rail')) {
  customElements.define('vicino-rail', VicinoRail);
}

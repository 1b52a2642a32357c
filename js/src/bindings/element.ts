/**
 * A rail as a custom element, `<vicino-rail>`; importing this registers it.
 *
 * @packageDocumentation
 */

import type { ListName, LoadOptions, RailRequest, Recommendation } from '../core/types.js';
import {
  type AnyRecommender,
  ID,
  loadOnce,
  observeImpressions,
  observeRails,
  waiting,
} from './binding-core.js';

/** Values for `{{name}}` in a template, by name; `id`, `category`, `score` and `text` are always there. */
export type ItemData = Readonly<Record<string, unknown>>;

/** Detail of the events `vicino-click` and `vicino-impression`. */
export interface RailEventDetail {
  /** Name of the rail. */
  rail: string;
  /** Ids of the items; one id for a click. */
  ids: string[];
  /** Position of the clicked item, from 0. */
  position?: number;
}

declare global {
  interface HTMLElementTagNameMap {
    'vicino-rail': VicinoRail;
  }
  interface HTMLElementEventMap {
    'vicino-click': CustomEvent<RailEventDetail>;
    'vicino-impression': CustomEvent<RailEventDetail>;
    'vicino-error': CustomEvent<unknown>;
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
/** Selector of elements that can have the focus. */
const INNER = 'a[href],button,[tabindex]';
const STYLE =
  ':host{display:block}:host([hidden]){display:none}[part]{display:flex;gap:1rem;overflow-x:auto}';

type Given = AnyRecommender | PromiseLike<AnyRecommender> | undefined;

let give: (recommender: Given) => void;
let shared: Given = new Promise((resolve) => {
  give = resolve as typeof give;
});

/** Sets the recommender, or the promise of one, for rails without `src`; rails that already have one keep it. */
export function setRecommender(recommender: AnyRecommender | PromiseLike<AnyRecommender>): void {
  shared = recommender;
  give(recommender);
}

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

  /** Options without an attribute, such as `where`; call `update` after changing a value inside. */
  declare options?: Partial<RailRequest>;
  /** Options of loading `src`; of several rails with one address, those of the first count. */
  declare loadOptions?: LoadOptions;
  /** Returns the values for `{{name}}` in the template, such as title, price and picture, for an item's id. */
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
        this.#stop = this.isConnected ? start(this) : undefined;
      });
    this.#queued = true;
  }
}

/** Starts a rail with its present attributes; returns the function that ends it. */
function start(element: VicinoRail): () => void {
  const { list, name, item, k, category, variant, src, loading } = element;
  const rail = name || list;
  const where = { rail, ...(variant && { variant }) };
  const ids = item.split(/[\s,]+/).filter(Boolean);
  const request: RailRequest = {
    ...{ name: rail, list },
    ...(ids[1] ? { items: ids } : ids[0] && { item: ids[0] }),
    ...(k && { k: +k }),
    ...(category && { category }),
    ...element.options,
  };
  const end = new AbortController();
  const { signal } = end;
  let recommender: AnyRecommender | undefined;
  let shows = 0;

  const state = (state: string) => element.setAttribute('state', state);
  const emit = (type: string, detail: unknown) =>
    element.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  const items = () => [...element.querySelectorAll(`:scope > [${ID}]`)];
  const on = (
    type: 'click' | 'keydown',
    hear: (event: Event, at: number, all: Element[]) => void,
  ) =>
    element.addEventListener(
      type,
      (event) => {
        const all = items();
        const at = all.findIndex((one) => one.contains(event.target as Node));
        if (at >= 0) hear(event, at, all);
      },
      { signal },
    );

  const show = async (recommendations: readonly Recommendation[]) => {
    const turn = ++shows;
    state('ready');
    const template = element.querySelector('template');
    if (!template) return;
    const known = new Map(items().map((one) => [one.getAttribute(ID), one]));
    const shown: unknown[] = await Promise.all(
      recommendations.map(
        async ({ id, category, score, sentence }) =>
          // An element that a server wrote for an item stays, and keeps its focus.
          known.get(id) ??
          fill(template, {
            ...{ id, category, score, text: sentence?.text },
            ...(await element.data?.(id)),
          }),
      ),
    );
    if (turn !== shows || signal.aborted) return;
    for (const child of [...element.children]) {
      if (child !== template && !child.slot && !shown.includes(child)) child.remove();
    }
    (shown as Element[]).forEach((one, position) => {
      // With the role of an item of the list, a link would no longer be announced as a link.
      if (!one.role && !one.matches(INNER)) one.role = 'listitem';
      // An element that is in place must not move, which would take its focus.
      const place = items()[position] ?? null;
      if (place !== one) element.insertBefore(one, place);
    });
  };

  on('click', (_, position, all) => {
    const id = all[position]?.getAttribute(ID) as string;
    recommender?.recordClick(id, where);
    emit('vicino-click', { rail, ids: [id], position });
  });
  // Arrow keys, Home and End move from item to item, as in any list.
  on('keydown', (event, at, { length, ...all }) => {
    const { key, target } = event as KeyboardEvent;
    const step = getComputedStyle(element).direction === 'rtl' ? -1 : 1;
    const to = { ArrowLeft: at - step, ArrowRight: at + step, Home: 0, End: length - 1 }[key];
    const next = all[to ?? -1]?.querySelector<HTMLElement>(INNER);
    if (!next || (target as Element).matches('input,select,textarea')) return;
    event.preventDefault();
    next.focus();
  });

  frame(element);
  const open = () => {
    Promise.resolve(
      element.recommender ?? (src ? loadOnce(src, element.loadOptions) : shared),
    ).then(
      (arrived) => {
        if (signal.aborted || !arrived) return;
        recommender = arrived;
        stops.push(
          observeRails(arrived, [request], {}, [], ([first]) => void show(first?.items ?? [])),
          observeImpressions(element, (ids) => {
            arrived.recordImpression(ids, where);
            emit('vicino-impression', { rail, ids });
          }),
        );
      },
      (error) => {
        state(error.code === 'unsupported' ? error.code : 'error');
        emit('vicino-error', error);
      },
    );
    return () => end.abort();
  };
  const wait = waiting();
  const isLazy = src && !element.recommender && loading !== 'eager';
  const stops = [wait.open(open, isLazy), wait.near(element)];
  return () => {
    for (const stop of stops) stop();
  };
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

/** Copies the template's first element and fills in `{{name}}`; values inside a longer address are escaped. */
function fill(template: HTMLTemplateElement, values: ItemData): Element {
  let element = template.content.firstElementChild?.cloneNode(true) as Element;
  const put = (text: string, encode: (value: string) => string = String) =>
    text.replace(/{{(\w+)}}/g, (_, name) => encode(String(values[name] ?? '')));
  const nodes = document.createTreeWalker(element, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  for (let node: Node | null = element; node; node = nodes.nextNode()) {
    if (node instanceof Text) node.data = put(node.data);
    for (const attribute of (node as Element).attributes ?? []) {
      const { name, value } = attribute;
      const part = /^(href|src)/.test(name) && !value.startsWith('{{');
      attribute.value = put(value, part ? encodeURIComponent : String);
    }
  }
  if (element.matches(INNER)) {
    const around = document.createElement('div');
    around.append(element);
    element = around;
  }
  element.setAttribute(ID, String(values.id));
  return element;
}

if (globalThis.customElements && !customElements.get('vicino-rail')) {
  customElements.define('vicino-rail', VicinoRail);
}

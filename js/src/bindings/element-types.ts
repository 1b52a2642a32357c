// Types of `<vicino-rail>` in templates: JSX of React, Preact and Solid, templates of Vue and Svelte. Nobody has all of
// them, so a framework that is not there must be no error, which `@ts-expect-error` says in published types, too.
// biome-ignore-all lint/suspicious/noTsIgnore: an expected error would be one where the framework is there
import type { ListName, LoadOptions, RailRequest } from '../core/types.js';
import type { AnyRecommender } from './binding-core.js';
import type { ItemData } from './card.js';

/** Detail of the events `vicino-click` and `vicino-impression`. */
export interface RailEventDetail {
  /** Name of the rail. */
  rail: string;
  /** Ids of the items; one id for a click. */
  ids: string[];
  /** Position of the clicked item, from 0. */
  position?: number;
}

/** Detail of the event `vicino-error`. */
export interface RailErrorDetail {
  /** Name of the rail. */
  rail: string;
  /** The error: a `VicinoError`, or what `data` has thrown. */
  error: unknown;
  /** Id of the item, if its card alone is missing. */
  id?: string;
}

/** Attributes and properties of `<vicino-rail>` in a template of a framework. */
export interface RailAttributes {
  list?: ListName | undefined;
  item?: string | undefined;
  k?: number | string | undefined;
  name?: string | undefined;
  variant?: string | undefined;
  category?: string | undefined;
  src?: string | undefined;
  loading?: 'eager' | 'lazy' | undefined;
  label?: string | undefined;
  options?: Partial<RailRequest> | undefined;
  page?: readonly RailRequest[] | undefined;
  loadOptions?: LoadOptions | undefined;
  data?: ((id: string) => ItemData | PromiseLike<ItemData>) | undefined;
  recommender?: AnyRecommender | PromiseLike<AnyRecommender> | undefined;
}

type On<Prefix extends string> = {
  [Event in 'vicino-click' | 'vicino-impression' as `${Prefix}${Event}`]?:
    | ((event: CustomEvent<RailEventDetail>) => void)
    | undefined;
} & {
  [Event in 'vicino-error' as `${Prefix}${Event}`]?:
    | ((event: CustomEvent<RailErrorDetail>) => void)
    | undefined;
};

type Rail = HTMLElementTagNameMap['vicino-rail'];
/** Attributes of any element, without those that a rail has of its own. */
type Tag<Any, Prefix extends string> = Omit<Any, keyof RailAttributes> &
  RailAttributes &
  On<Prefix>;

/** @ts-ignore: may not be there */
type ReactHtml = import('react').DetailedHTMLProps<import('react').HTMLAttributes<Rail>, Rail>;
/** @ts-ignore: may not be there */
type PreactHtml = import('preact').HTMLAttributes<Rail>;
/** @ts-ignore: may not be there */
type SolidHtml = import('solid-js').JSX.HTMLAttributes<Rail>;
/** @ts-ignore: may not be there */
type SvelteHtml = import('svelte/elements').HTMLAttributes<Rail>;

/** @ts-ignore: may not be there */
declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'vicino-rail': Tag<ReactHtml, 'on'>;
    }
  }
}

/** @ts-ignore: may not be there */
declare module 'preact' {
  namespace JSX {
    interface IntrinsicElements {
      'vicino-rail': Tag<PreactHtml, 'on'>;
    }
  }
}

/** @ts-ignore: may not be there */
declare module 'solid-js' {
  namespace JSX {
    interface IntrinsicElements {
      'vicino-rail': Tag<SolidHtml, 'on:'>;
    }
  }
}

/** @ts-ignore: may not be there */
declare module 'svelte/elements' {
  interface SvelteHTMLElements {
    'vicino-rail': Tag<SvelteHtml, 'on'>;
  }
}

/** @ts-ignore: may not be there */
declare module 'vue' {
  interface GlobalComponents {
    'vicino-rail': new () => { $props: RailAttributes & On<'on'> };
  }
}

// Makes elements. Text is always set as text; markup comes only from the shop's own drawings, by `html`.

type Child = Node | string | number | false | null | undefined;

/** Attributes, `html` for trusted markup, and `on...` listeners. */
export type Props = Record<string, unknown>;

/** Makes an element: `h('button', { type: 'button', onclick }, 'Add')`. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props?: Props | null,
  ...children: (Child | Child[])[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) setProp(element, name, value);
  for (const child of children.flat()) {
    if (child !== false && child !== null && child !== undefined) {
      element.append(child instanceof Node ? child : String(child));
    }
  }
  return element;
}

function setProp(element: HTMLElement, name: string, value: unknown): void {
  if (value === undefined || value === null || value === false) return;
  if (name === 'html') element.innerHTML = String(value);
  else if (name.startsWith('on') && typeof value === 'function') {
    element.addEventListener(name.slice(2), value as EventListener);
  } else element.setAttribute(name, value === true ? '' : String(value));
}

/** Lets the browser draw and answer before the rest is done. */
export const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** Finds an element of the page by its id; throws if it is missing. */
export function byId(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no #${id}`);
  return element;
}

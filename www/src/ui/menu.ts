// A small menu beside a button: arrow keys move, Escape closes, the focus returns.
import { byId, h } from '../dom';

export interface Entry {
  name: string;
  run: () => void;
}

/** Distance in pixels that the button may move from an open menu. */
const NEAR = 24;

/** Opens the menu of a button. */
export function openMenu(button: HTMLElement, label: string, entries: Entry[]): void {
  const { right, bottom, top } = button.getBoundingClientRect();
  const items = entries.map(({ name, run }) =>
    h(
      'button',
      {
        type: 'button',
        role: 'menuitem',
        tabindex: '-1',
        onclick: () => {
          close(true);
          run();
        },
      },
      name,
    ),
  );
  const menu = h('div', { class: 'menu', role: 'menu', 'aria-label': label }, items);
  const close = (returns: boolean): void => {
    removeEventListener('scroll', onScroll, true);
    document.removeEventListener('pointerdown', onPointer, true);
    button.setAttribute('aria-expanded', 'false');
    if (returns) button.focus();
    menu.remove();
  };
  // A scroll that began before the menu opened may still go on.
  const onScroll = (): void => {
    if (Math.abs(button.getBoundingClientRect().top - top) > NEAR) close(false);
  };
  const onPointer = (event: Event): void => {
    if (!menu.contains(event.target as Node)) close(false);
  };
  menu.addEventListener('keydown', (event) => {
    const at = items.indexOf(document.activeElement as HTMLButtonElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (next !== undefined) items.at(next % items.length)?.focus();
    else if (event.key === 'Escape' || event.key === 'Tab') close(true);
    else return;
    event.preventDefault();
  });
  byId('main').append(menu);
  button.setAttribute('aria-expanded', 'true');
  const fitsBelow = bottom + menu.offsetHeight < innerHeight;
  menu.style.left = `${Math.max(8, right - menu.offsetWidth)}px`;
  menu.style.top = `${fitsBelow ? bottom : top - menu.offsetHeight}px`;
  items[0]?.focus({ preventScroll: true });
  addEventListener('scroll', onScroll, true);
  document.addEventListener('pointerdown', onPointer, true);
}

// The drawer: every setting of the recommendations with the code for the open page, the history, and the counts. A
// dialog from the side, a sheet on a phone; everything in it is updated live.
import { h } from '../../dom';
import { icons } from '../../icons';
import type { Shop } from '../../shop';
import { codePane } from './code';
import { countsPane } from './counts';
import { listsPane } from './lists';
import type { Pane } from './pane';
import { privacyPane } from './privacy';

export type Tab = 'lists' | 'privacy' | 'counts';
export type OpenDrawer = (tab: Tab) => void;

const TABS: Record<Tab, string> = { lists: 'Rules', privacy: 'Privacy', counts: 'Counts' };

/** Returns the function that opens the drawer in `dialog`; it is built the first time. */
export function drawer(shop: Shop, dialog: HTMLDialogElement): OpenDrawer {
  let open: OpenDrawer | undefined;
  return (tab) => {
    open ??= build(shop, dialog);
    open(tab);
  };
}

function build(shop: Shop, dialog: HTMLDialogElement): OpenDrawer {
  const panes: Record<Tab, Pane> = {
    lists: listsPane(shop),
    privacy: privacyPane(shop),
    counts: countsPane(shop),
  };
  const names = Object.keys(TABS) as Tab[];
  let open: Tab = 'lists';
  const code = codePane(shop);
  const tabs = names.map((name) =>
    h(
      'button',
      {
        type: 'button',
        role: 'tab',
        id: `tab-${name}`,
        'aria-controls': `pane-${name}`,
        onclick: () => choose(name),
      },
      TABS[name],
    ),
  );
  const bodies = names.map((name) =>
    h(
      'div',
      {
        class: 'pane',
        role: 'tabpanel',
        id: `pane-${name}`,
        'aria-labelledby': `tab-${name}`,
        tabindex: '0',
      },
      panes[name].element,
    ),
  );
  const close = h('button', {
    type: 'button',
    class: 'icon-button',
    'aria-label': 'Close',
    html: icons.close,
    onclick: () => dialog.close(),
  });
  const list = h('div', { class: 'tabs', role: 'tablist', 'aria-label': 'The rows' }, tabs);
  const title = h('h2', { id: 'settings-title', tabindex: '-1' }, 'The rows');
  dialog.replaceChildren(
    h(
      'div',
      { class: 'panel' },
      h('div', { class: 'panel-head' }, title, list, close),
      ...bodies,
      code.element,
    ),
  );

  const update = (): void => {
    if (dialog.open) panes[open].update();
  };
  const choose = (name: Tab): void => {
    open = name;
    names.forEach((one, at) => {
      const isOpen = one === name;
      tabs[at]?.setAttribute('aria-selected', String(isOpen));
      tabs[at]?.setAttribute('tabindex', isOpen ? '0' : '-1');
      if (bodies[at]) bodies[at].hidden = !isOpen;
    });
    code.element.hidden = name !== 'lists';
    update();
  };
  list.addEventListener('keydown', (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const at = (names.indexOf(open) + step + names.length) % names.length;
    choose(names[at] ?? open);
    tabs[at]?.focus();
  });
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });
  shop.network.subscribe(update);
  shop.engine.subscribe(update);
  shop.settings.subscribe(update);
  shop.cart.subscribe(update);
  choose(open);
  return (name) => {
    if (dialog.open) return;
    dialog.showModal();
    choose(name);
    title.focus();
  };
}

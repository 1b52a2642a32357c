// The history, item by item, with buttons that delete it.

import { h } from '../../dom';
import { ago, plural } from '../../format';
import { icons } from '../../icons';
import { picture } from '../../illustrations';
import type { Shop } from '../../shop';
import { toast } from '../toast';

export function showHistory(shop: Shop, element: HTMLElement): void {
  const history = shop.engine.recommender?.history;
  if (!history) {
    element.replaceChildren();
    return;
  }
  const focused = document.activeElement?.closest('[data-forget]')?.getAttribute('data-forget');
  const groups = grouped(history.list());
  const disliked = history.notInterested();
  const rows = groups.map(({ item, at, did }, place) => {
    const product = shop.catalogue.get(item);
    const title = product?.title ?? `Product ${item}`;
    return h(
      'li',
      { 'data-item': item },
      h('span', {
        class: 'thumb',
        'data-aisle': product?.shelf.aisle.id,
        html: product ? picture(product) : '',
      }),
      h('span', { class: 'what' }, h('b', null, title), h('span', null, `${did}, ${ago(at)}`)),
      h('button', {
        type: 'button',
        class: 'icon-button',
        'data-forget': String(place),
        'aria-label': `Forget ${title}`,
        title: 'Forget',
        html: icons.trash,
        onclick: () => void history.forget(item).then(() => toast(`${title} is forgotten`)),
      }),
    );
  });
  element.replaceChildren(
    h('h3', null, 'What you looked at'),
    historyButtons(shop, groups.length + disliked.length > 0),
    groups.length > 0
      ? h('ul', { class: 'history', id: 'history' }, rows)
      : h(
          'p',
          { class: 'empty', id: 'history' },
          'Empty. Open a product, and it appears here, and only here.',
        ),
    disliked.length > 0 ? dislikes(shop, disliked) : '',
  );
  // The list was drawn again: keep the focus where it was.
  if (focused !== null && focused !== undefined) {
    const at = Math.min(Number(focused), groups.length - 1);
    const next =
      element.querySelector<HTMLElement>(`[data-forget="${at}"]`) ??
      element.querySelector('button');
    next?.focus();
  }
}

function dislikes({ engine, catalogue }: Shop, ids: string[]): HTMLElement {
  return h(
    'div',
    { class: 'pins' },
    h('h3', null, 'Not interested'),
    h(
      'ul',
      { id: 'not-interested' },
      ids.map((id) => {
        const title = catalogue.get(id)?.title ?? `Product ${id}`;
        return h(
          'li',
          { 'data-item': id },
          h('span', null, title),
          h(
            'button',
            {
              type: 'button',
              class: 'link',
              'aria-label': `Undo “not interested” in ${title}`,
              onclick: () => void engine.recommender?.undoNotInterested(id),
            },
            'Undo',
          ),
        );
      }),
    ),
  );
}

function historyButtons(shop: Shop, any: boolean): HTMLElement {
  const history = shop.engine.recommender?.history;
  const file = h('input', {
    type: 'file',
    id: 'import-file',
    accept: 'application/json,.json',
    class: 'visually-hidden',
    'aria-label': 'Import a history file',
    onchange: async () => {
      const chosen = file.files?.[0];
      if (!chosen || !history) return;
      try {
        const added = await history.import(await chosen.text());
        toast(`${plural(added, 'event')} imported`);
      } catch (error) {
        toast(`Not imported: ${error instanceof Error ? error.message : String(error)}`);
      }
      file.value = '';
    },
  });
  const remove = h(
    'button',
    { type: 'button', class: 'button danger', id: 'delete-all', disabled: !any },
    'Delete all',
  );
  remove.addEventListener('click', () => {
    if (!remove.classList.contains('sure')) {
      remove.classList.add('sure');
      remove.textContent = 'Really delete all?';
      return;
    }
    void history?.forget().then(() => toast('Your history is empty'));
  });
  remove.addEventListener('blur', () => {
    remove.classList.remove('sure');
    remove.textContent = 'Delete all';
  });
  return h(
    'div',
    { class: 'buttons' },
    h(
      'button',
      {
        type: 'button',
        class: 'button quiet',
        id: 'export',
        disabled: !any,
        onclick: () => history && download('vicino-history.json', history.export()),
      },
      'Export',
    ),
    h('label', { class: 'button quiet', for: 'import-file' }, 'Import'),
    file,
    remove,
  );
}

/** Groups events by item: the kinds of event and the time of the last. Newest first. */
function grouped(
  events: { item: string; kind: string; at: number }[],
): { item: string; at: number; did: string }[] {
  const words: Record<string, string> = {
    view: 'viewed',
    cart: 'added to the cart',
    purchase: 'bought',
  };
  const groups = new Map<string, { at: number; kinds: Map<string, number> }>();
  for (const { item, kind, at } of events) {
    const group = groups.get(item) ?? { at, kinds: new Map<string, number>() };
    group.kinds.set(kind, (group.kinds.get(kind) ?? 0) + 1);
    groups.set(item, group);
  }
  return [...groups].map(([item, { at, kinds }]) => {
    const did = [...kinds].map(
      ([kind, times]) => `${words[kind] ?? kind}${times > 1 ? ` ${times} times` : ''}`,
    );
    const text = did.join(', ');
    return { item, at, did: text.charAt(0).toUpperCase() + text.slice(1) };
  });
}

function download(name: string, json: string): void {
  const url = URL.createObjectURL(new Blob([json], { type: 'application/json' }));
  h('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

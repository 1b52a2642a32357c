// The privacy panel: what this device remembers, where, and proof that it asks
// nobody. A dialog from the side; everything in it is live.
import { picture } from '../art/draw';
import { h } from '../dom';
import { ago, bytes, count, plural } from '../format';
import { icons } from '../icons';
import type { Shop } from '../shop';
import { toast } from './toast';

const PLACES = {
  indexeddb: 'IndexedDB',
  localstorage: 'localStorage',
  memory: 'Memory',
} as const;

/** Builds the panel into `dialog`; the returned function opens it. */
export function privacyPanel(shop: Shop, dialog: HTMLDialogElement): () => void {
  const network = h('section', { class: 'panel-network', 'aria-label': 'Network' });
  const storage = h('section', { 'aria-label': 'Storage' });
  const history = h('section', { 'aria-label': 'History' });
  const close = h('button', {
    type: 'button',
    class: 'icon-button',
    'aria-label': 'Close',
    html: icons.close,
    onclick: () => dialog.close(),
  });
  dialog.replaceChildren(
    h(
      'div',
      { class: 'panel' },
      h(
        'div',
        { class: 'panel-head' },
        h('h2', { id: 'privacy-title', tabindex: '-1' }, 'Your privacy'),
        close,
      ),
      h('div', { class: 'panel-body' }, network, storage, history),
    ),
  );
  // A click beside the panel closes it.
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });

  const update = (): void => {
    if (!dialog.open) return;
    showNetwork(shop, network);
    showStorage(shop, storage);
    showHistory(shop, history);
  };
  shop.network.subscribe(() => dialog.open && showNetwork(shop, network));
  shop.engine.subscribe(update);
  shop.cart.subscribe(update);
  return () => {
    if (dialog.open) return;
    dialog.showModal();
    update();
    dialog.querySelector<HTMLElement>('h2')?.focus();
  };
}

function showNetwork({ network, offline }: Shop, element: HTMLElement): void {
  const { page, worker, total } = network.requests;
  element.classList.toggle('alarm', total > 0);
  element.replaceChildren(
    h('p', { class: 'big', id: 'network-count' }, network.started ? total : '…'),
    h(
      'div',
      null,
      h('h3', null, 'network requests since the model loaded'),
      h(
        'p',
        null,
        `Counted live by this browser: ${page.length} by the page itself, ${worker.length} by its service worker, which every request passes. Searching, browsing and every recommendation happen on this device.`,
      ),
      total > 0
        ? h(
            'ul',
            { class: 'names' },
            [...page, ...worker].slice(-5).map((name) => h('li', null, name)),
          )
        : null,
      h('p', null, offlineText(offline)),
    ),
  );
}

function offlineText(offline: Shop['offline']): string {
  switch (offline) {
    case 'ready':
      return 'The shop is kept on this device and opens without a network.';
    case 'waiting':
      return 'The offline copy is still being made.';
    case 'failed':
      return 'The offline copy could not be made; the shop needs the network to open.';
    case 'unsupported':
      return 'No offline copy: browsers keep one only for https and localhost.';
  }
}

function showStorage(shop: Shop, element: HTMLElement): void {
  const history = shop.engine.recommender?.history;
  const model = shop.engine.model;
  if (!history || !model) {
    element.replaceChildren(h('p', null, 'The model has not loaded, so nothing is remembered.'));
    return;
  }
  const { storage, problem } = history;
  const fact = (name: string, value: string, id?: string): HTMLElement =>
    h('div', null, h('dt', null, name), h('dd', { id }, value));
  element.replaceChildren(
    h('h3', null, 'Kept on this device'),
    h(
      'dl',
      { class: 'facts' },
      fact('Storage in use', PLACES[storage], 'storage-used'),
      fact(
        'History',
        `${plural(history.list().length, 'event')}, ${bytes(history.bytes)}`,
        'history-size',
      ),
      fact('Cart', plural(shop.cart.numUnits, 'item')),
      fact('Model', `${bytes(model.bytes)}, ${count(model.numItems)} items`),
      fact(
        'Model reveals',
        `no pair of products that fewer than ${count(model.privacy.minShoppers)} ${model.privacy.byShopper ? 'shoppers' : 'sessions'} made`,
      ),
    ),
    storage === 'memory'
      ? h(
          'p',
          { class: 'warn' },
          `Memory only: your history is gone when this page closes.${problem ? ` ${problem}` : ''}`,
        )
      : problem
        ? h('p', { class: 'warn' }, problem)
        : '',
  );
}

function showHistory(shop: Shop, element: HTMLElement): void {
  const history = shop.engine.recommender?.history;
  if (!history) {
    element.replaceChildren();
    return;
  }
  const focused = document.activeElement?.closest('[data-forget]')?.getAttribute('data-forget');
  const groups = grouped(history.list());
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
        onclick: () => void history.remove(item).then(() => toast(`${title} is forgotten`)),
      }),
    );
  });
  element.replaceChildren(
    h('h3', null, 'Your history'),
    historyButtons(shop, groups.length > 0),
    groups.length > 0
      ? h('ul', { class: 'history', id: 'history' }, rows)
      : h(
          'p',
          { class: 'empty', id: 'history' },
          'Nothing. Open a product and it appears here, and only here.',
        ),
  );
  // The list was drawn anew: keep the keyboard where it was.
  if (focused !== null && focused !== undefined) {
    const at = Math.min(Number(focused), groups.length - 1);
    const next =
      element.querySelector<HTMLElement>(`[data-forget="${at}"]`) ??
      element.querySelector('button');
    next?.focus();
  }
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
    void history?.clear().then(() => toast('Your history is empty'));
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

/** One line an item: what was done with it, and when last. Newest first. */
function grouped(
  events: { item: string; kind: string; at: number }[],
): { item: string; at: number; did: string }[] {
  const words: Record<string, string> = {
    view: 'viewed',
    cart: 'put in the cart',
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

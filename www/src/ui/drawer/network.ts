// The number of requests to the network since the model loaded, counted live.
import { h } from '../../dom';
import type { Shop } from '../../shop';

export function showNetwork({ network, offline }: Shop, element: HTMLElement): void {
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
      return 'The shop is stored on this device and opens without a network.';
    case 'waiting':
      return 'The offline copy is still being made.';
    case 'failed':
      return 'The offline copy could not be made; the shop needs the network to open.';
    case 'unsupported':
      return 'No offline copy: browsers keep one only for https and localhost.';
  }
}

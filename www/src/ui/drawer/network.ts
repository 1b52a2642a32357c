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
      h('h3', null, 'requests since this page loaded'),
      h(
        'p',
        null,
        `Counted by your browser as you go: ${page.length} by the page, ${worker.length} by the part of it that keeps it working offline. Searching, browsing and every recommendation happen on this device.`,
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
      return 'It is being stored on this device, to open without a network.';
    case 'failed':
      return 'It could not be stored on this device, so the shop needs the network to open.';
    case 'unsupported':
      return 'It is not stored on this device: browsers do so only for https and localhost.';
  }
}

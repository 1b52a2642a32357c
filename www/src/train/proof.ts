// The box that says that nothing leaves the page, and lets the visitor see it.
import { h } from '../dom';
import { icons } from '../icons';
import type { Offline } from '../offline';
import { trySending } from './policy';

export interface Proof {
  element: HTMLElement;
  /** The page has refused itself connections. */
  refused(): void;
  /** The copy for use without a network is made, or is not. */
  kept(how: Offline): void;
  fail(text: string): void;
}

const KEPT: Record<Offline, string> = {
  ready: 'It also works without a network now, and the next time.',
  unsupported: 'This browser keeps no copy for use without a network.',
  failed: 'No copy for use without a network could be kept.',
  waiting: 'A copy for use without a network is still being made.',
};

export function proof(): Proof {
  const state = h('p', { id: 'proof-state', role: 'status' }, 'Loading the trainer, some 3 MB…');
  const offline = h('p', { class: 'detail', id: 'offline-state' });
  const attempt = h(
    'button',
    { type: 'button', class: 'save', id: 'try-sending', disabled: true },
    'Let the page try to send something',
  );
  const answer = h('p', { role: 'status', id: 'try-answer' });
  attempt.addEventListener('click', async () => {
    answer.textContent = (await trySending()).text;
  });
  const element = h(
    'section',
    { class: 'proof', 'aria-label': 'Nothing leaves this page' },
    h('span', { class: 'proof-icon', html: icons.shield }),
    h(
      'div',
      null,
      h('p', null, h('b', null, 'Nothing leaves this page.')),
      state,
      offline,
      h(
        'details',
        null,
        h('summary', null, 'How to check that'),
        h(
          'ul',
          { class: 'plain' },
          h('li', null, 'Switch the network off now. Everything below goes on working.'),
          h(
            'li',
            null,
            'Open the developer tools of the browser (F12), tab “Network”: while the page reads and trains, nothing is asked.',
          ),
          h(
            'li',
            null,
            'Look into the head of the page: it has a policy ',
            h('code', null, "connect-src 'none'"),
            ', which the page can set and never take back. Let it try:',
          ),
        ),
        h('p', null, attempt),
        answer,
      ),
    ),
  );
  return {
    element,
    refused() {
      element.classList.add('holds');
      state.replaceChildren(
        'This page can no longer send anything: its policy is now ',
        h('code', null, "connect-src 'none'"),
        '.',
      );
      attempt.disabled = false;
    },
    kept(how) {
      offline.textContent = KEPT[how];
      offline.dataset.state = how;
    },
    fail(text) {
      state.textContent = text;
    },
  };
}

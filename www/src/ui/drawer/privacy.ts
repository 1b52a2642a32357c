// Consent, options of the history, the history itself, and proof that no server is asked.
import type { Consent, ConsentState, PrivacyReport, Recommender } from 'vicino';
import { h } from '../../dom';
import { bytes, count, plural } from '../../format';
import type { Shop } from '../../shop';
import { toast } from '../toast';
import { choice, toggle } from './controls';
import { showHistory } from './history';
import { showNetwork } from './network';
import type { Pane } from './pane';

const PLACES = {
  indexeddb: 'IndexedDB',
  localstorage: 'localStorage',
  memory: 'Memory',
} as const;

const STATES: Record<ConsentState, string> = {
  'memory-only': 'What you look at is remembered for this visit only.',
  granted: 'What you look at is remembered on this device.',
  denied: 'Nothing is remembered.',
};

export function privacyPane(shop: Shop): Pane {
  const network = h('section', { class: 'panel-network', 'aria-label': 'Network' });
  const consent = consentSection(shop);
  const kept = [
    choice(shop.settings, 'historyDays', 'Forget after', [
      [1, 'a day'],
      [30, '30 days'],
      [180, '180 days'],
      [0, '200 newer events'],
    ]),
    toggle(shop.settings, 'encrypt', 'Encrypt', 'With a key that never leaves this browser.'),
  ];
  const storage = h('div');
  const report = h('pre', { id: 'report', tabindex: '0', role: 'region', 'aria-label': 'Report' });
  const history = h('section', { 'aria-label': 'History' });
  const element = h(
    'div',
    { class: 'privacy' },
    network,
    consent.element,
    h(
      'section',
      { 'aria-labelledby': 'kept-title' },
      h('h3', { id: 'kept-title' }, 'Kept on this device'),
      storage,
      kept.map((control) => control.element),
      h(
        'details',
        null,
        h('summary', null, 'All of it, as privacyReport() tells a developer'),
        report,
      ),
    ),
    history,
  );
  const update = (): void => {
    const { recommender } = shop.engine;
    showNetwork(shop, network);
    consent.update();
    for (const control of kept) control.update();
    showStorage(shop, storage, recommender);
    report.textContent = recommender ? JSON.stringify(recommender.privacyReport(), null, 2) : '';
    showHistory(shop, history);
  };
  return { element, update };
}

/** Shows the decision of the shopper, with buttons to change it. */
function consentSection(shop: Shop): Pane {
  const state = h('p', { id: 'consent-state', role: 'status' });
  const control = h('p', { class: 'hint', id: 'gpc' });
  const decide = (id: string, text: string, decided: (consent: Consent) => Promise<void>) =>
    h(
      'button',
      {
        type: 'button',
        class: 'button quiet small',
        id,
        onclick: () => {
          const consent = shop.engine.recommender?.consent;
          if (consent) void decided(consent).then(() => toast(STATES[consent.state]));
        },
      },
      text,
    );
  const grant = decide('grant', 'Remember on this device', (consent) => consent.grant());
  const deny = decide('deny', 'Remember nothing', (consent) => consent.deny());
  const element = h(
    'section',
    { 'aria-labelledby': 'consent-title' },
    h('h3', { id: 'consent-title' }, 'Your choice'),
    state,
    h('div', { class: 'buttons' }, grant, deny),
    control,
  );
  const update = (): void => {
    const consent = shop.engine.recommender?.consent;
    const isSent = consent?.globalPrivacyControl ?? false;
    state.textContent = consent ? STATES[consent.state] : 'The recommender has not loaded.';
    state.dataset.state = consent?.state ?? '';
    grant.disabled = !consent || consent.state === 'granted' || isSent;
    deny.disabled = !consent || consent.state === 'denied';
    control.textContent = isSent
      ? 'This browser sends Global Privacy Control, so nothing is kept beyond this visit.'
      : 'This browser does not send Global Privacy Control, the setting that tells sites not to track; the shop would follow it.';
  };
  return { element, update };
}

function showStorage(shop: Shop, element: HTMLElement, recommender: Recommender | undefined): void {
  if (!recommender) {
    element.replaceChildren(
      h('p', null, 'The recommender has not loaded, so nothing is remembered.'),
    );
    return;
  }
  const { history, model } = recommender;
  const report: PrivacyReport = recommender.privacyReport();
  const { privacy } = model;
  const fact = (name: string, value: string, id?: string): HTMLElement =>
    h('div', null, h('dt', null, name), h('dd', { id }, value));
  const { storage, problem } = history;
  const isLost = storage === 'memory' && report.consent === 'granted';
  element.replaceChildren(
    h(
      'dl',
      { class: 'facts' },
      fact('Where', PLACES[storage], 'storage-used'),
      fact(
        'History',
        `${plural(history.list().length, 'event')}, ${bytes(history.bytes)}`,
        'history-size',
      ),
      fact('Encrypted', report.encrypted && storage !== 'memory' ? 'yes' : 'no', 'encrypted'),
      fact('Cart', plural(shop.cart.numUnits, 'item')),
      fact('The file that ranks', `${bytes(model.bytes)}, ${count(model.numItems)} products`),
      fact(
        'It reveals',
        `only what at least ${count(privacy.minShoppers)} ${privacy.byShopper ? 'shoppers' : 'visits'} bought together`,
      ),
    ),
    isLost || problem
      ? h(
          'p',
          { class: 'warn' },
          `${isLost ? 'Memory only: your history is lost when this page closes. ' : ''}${problem ?? ''}`,
        )
      : '',
  );
}

// Asks once for consent, at the bottom of the page, without covering it.
import { h } from '../dom';
import type { Shop } from '../shop';
import { toast } from './toast';

/** Shows the question until the shopper has decided. */
export function consentBar(shop: Shop, element: HTMLElement): void {
  let isPutOff = false;
  const decide = (text: string, id: string, decided: () => unknown, quiet = true): HTMLElement =>
    h(
      'button',
      {
        type: 'button',
        class: quiet ? 'button quiet' : 'button',
        id,
        onclick: async () => {
          await decided();
          show();
        },
      },
      text,
    );
  element.replaceChildren(
    h(
      'p',
      null,
      h('b', null, 'Remember on this device? '),
      'Then these rows are personal next time, too. Either way, your history stays on this device.',
    ),
    h(
      'div',
      { class: 'consent-buttons' },
      decide(
        'Yes, remember',
        'consent-yes',
        async () => {
          await shop.engine.recommender?.consent.grant();
          toast('Remembered on this device only');
        },
        false,
      ),
      decide('Only this visit', 'consent-later', () => {
        isPutOff = true;
      }),
      decide('No', 'consent-no', async () => {
        await shop.engine.recommender?.consent.deny();
        toast('Nothing is remembered');
      }),
    ),
  );
  const show = (): void => {
    const consent = shop.engine.recommender?.consent;
    element.hidden = isPutOff || consent?.state !== 'memory-only' || consent.globalPrivacyControl;
  };
  shop.engine.subscribe(show);
  show();
}

// Asks once for consent, above the page and in its flow: the question covers nothing, and nothing moves when the model
// has loaded.
import type { Consent } from 'vicino';
import { h } from '../dom';
import { read, readVisit, write, writeVisit } from '../local-storage';
import type { Shop } from '../shop';
import { toast } from './toast';

/** Name of the note that the question is answered, so that it is not drawn before the recommender knows. */
const ANSWERED = 'consent-answered';
/** Name of the note that it is put off for this visit. */
const PUT_OFF = 'consent-put-off';

type Answer = (consent: Consent) => Promise<void>;

/** Shows the question until the shopper has decided. */
export function consentBar({ engine }: Shop, element: HTMLElement): void {
  /** An answer that waits for the model, which knows the history. */
  let given: { answer: Answer; done: string } | undefined;

  const show = (): void => {
    const consent = engine.recommender?.consent;
    if (!consent) return;
    if (given) void settle(consent);
    const isOpen = consent.state === 'memory-only';
    if (!isOpen) write(ANSWERED, 'yes');
    element.hidden =
      !isOpen || given !== undefined || consent.globalPrivacyControl || Boolean(readVisit(PUT_OFF));
  };
  const settle = async (consent: Consent): Promise<void> => {
    if (!given) return;
    const { answer, done } = given;
    try {
      await answer(consent);
      toast(done);
    } catch (error) {
      toast(`That did not work: ${error instanceof Error ? error.message : String(error)}`);
    }
    given = undefined;
    show();
  };
  const button = (text: string, id: string, onclick: () => void): HTMLElement =>
    h('button', { type: 'button', class: 'button quiet', id, onclick }, text);
  const decide = (answer: Answer, done: string): void => {
    // At once: what one does not see go moves the page for no reason.
    element.hidden = true;
    given = { answer, done };
    const consent = engine.recommender?.consent;
    if (consent) void settle(consent);
  };
  element.replaceChildren(
    h(
      'p',
      null,
      h('b', null, 'Remember on this device what you look at? '),
      'Then the rows suit you next time, too. Whatever you choose, it is sent nowhere.',
    ),
    h(
      'div',
      { class: 'consent-buttons' },
      button('Yes', 'consent-yes', () =>
        decide((consent) => consent.grant(), 'Remembered, on this device only'),
      ),
      button('This visit', 'consent-later', () => {
        element.hidden = true;
        writeVisit(PUT_OFF, 'yes');
      }),
      button('No', 'consent-no', () =>
        decide((consent) => consent.deny(), 'Nothing is remembered'),
      ),
    ),
  );
  const { globalPrivacyControl } = navigator as { globalPrivacyControl?: boolean };
  element.hidden = Boolean(globalPrivacyControl || read(ANSWERED) || readVisit(PUT_OFF));
  engine.subscribe(show);
  show();
}

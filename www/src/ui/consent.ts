// Asks once for consent, above the page and in its flow: the question covers nothing. It stands in the page itself,
// whose first script shows it unless it was answered, so that nothing moves when the model has loaded.
import type { Consent } from 'vicino';
import { byId } from '../dom';
import { readVisit, write, writeVisit } from '../local-storage';
import type { Shop } from '../shop';
import { toast } from './toast';

/** Name of the note that the question is answered, which the page's first script reads. */
const ANSWERED = 'consent-answered';
/** Name of the note that it is put off for this visit. */
const PUT_OFF = 'consent-put-off';

type Answer = (consent: Consent) => Promise<void>;

/** Makes the question answer, and shows it until the shopper has decided. */
export function consentBar({ engine }: Shop): void {
  /** An answer that waits for the model, which knows the history. */
  let given: { answer: Answer; done: string } | undefined;
  let isSettling = false;

  const setShown = (asks: boolean): void => {
    document.documentElement.toggleAttribute('data-asks', asks);
  };
  const show = (): void => {
    const consent = engine.recommender?.consent;
    if (!consent) return;
    if (given) void settle(consent);
    const isOpen = consent.state === 'memory-only';
    if (!isOpen) write(ANSWERED, 'yes');
    setShown(isOpen && !given && !consent.globalPrivacyControl && !readVisit(PUT_OFF));
  };
  const settle = async (consent: Consent): Promise<void> => {
    if (!given || isSettling) return;
    const { answer, done } = given;
    isSettling = true;
    try {
      await answer(consent);
      toast(done);
    } catch (error) {
      toast(`That did not work: ${error instanceof Error ? error.message : String(error)}`);
    }
    given = undefined;
    isSettling = false;
    show();
  };
  const decide = (answer: Answer, done: string): void => {
    // At once: what one does not see go moves the page for no reason.
    setShown(false);
    given = { answer, done };
    const consent = engine.recommender?.consent;
    if (consent) void settle(consent);
  };
  const on = (id: string, answered: () => void): void =>
    byId(id).addEventListener('click', answered);
  on('consent-yes', () => decide((consent) => consent.grant(), 'Remembered, on this device only'));
  on('consent-no', () => decide((consent) => consent.deny(), 'Nothing is remembered'));
  on('consent-later', () => {
    setShown(false);
    writeVisit(PUT_OFF, 'yes');
  });
  engine.subscribe(show);
  show();
}

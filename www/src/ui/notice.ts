// Notices above the page: problems with the model or with storage, and their remedy. The shop stays open.
import { type Recommender, VicinoError } from 'vicino';
import { h } from '../dom';
import { icons } from '../icons';
import type { Shop } from '../shop';

/** Shows a failed model, and a history that only lasts until the page closes. */
export function notices(shop: Shop, element: HTMLElement, retry: () => void): void {
  const show = (): void => {
    const { state } = shop.engine;
    if (state.status === 'failed') {
      const { what, todo } = explain(state.error);
      element.replaceChildren(
        h(
          'div',
          { class: 'notice bad', role: 'alert' },
          h('span', { html: icons.alert }),
          h(
            'div',
            null,
            h('p', null, h('b', null, what)),
            h('p', null, todo, ' Departments, search and cart still work; recommendations do not.'),
          ),
          h('button', { type: 'button', class: 'button quiet', onclick: retry }, 'Try again'),
        ),
      );
    } else if (state.status === 'ready' && keepsNothing(state.recommender)) {
      if (element.querySelector('.memory')) return;
      element.replaceChildren(
        h(
          'div',
          { class: 'notice memory', role: 'status' },
          h('span', { html: icons.alert }),
          h(
            'p',
            null,
            'This browser does not let the shop store anything, so your history is in memory only and is lost when this page closes.',
          ),
        ),
      );
    } else element.replaceChildren();
  };
  shop.engine.subscribe(show);
  show();
}

/** Returns true if the shopper agreed, but the browser stores nothing. */
const keepsNothing = ({ consent, history }: Recommender): boolean =>
  consent.state === 'granted' && history.storage === 'memory';

/** Explains an error of loading, and its remedy. */
function explain(error: unknown): { what: string; todo: string } {
  const detail = error instanceof Error ? error.message : String(error);
  const train = 'Run `npm start`, which trains it and serves this shop, then try again.';
  switch (error instanceof VicinoError ? error.code : undefined) {
    case 'http':
      return { what: 'The model file is missing.', todo: `${sentence(detail)} ${train}` };
    case 'not-a-model':
      return {
        what: 'The server sent a web page instead of the model.',
        todo: `${sentence(detail)} ${train}`,
      };
    case 'network':
      return {
        what: 'The model could not be fetched.',
        todo: `${sentence(detail)} Check the connection, then try again.`,
      };
    case 'model-newer':
      return {
        what: 'The model is newer than this shop.',
        todo: `${sentence(detail)} Reload the page.`,
      };
    case 'model-truncated':
    case 'model-corrupt':
    case 'model-foreign':
    case 'model-empty':
      return { what: 'The model file is damaged.', todo: `${sentence(detail)} ${train}` };
    default:
      return {
        what: 'The recommender did not start.',
        todo: `${sentence(detail)} Reload the page.`,
      };
  }
}

/** Makes a text end with one full stop. */
const sentence = (text: string): string => `${text.replace(/[.\s]+$/, '')}.`;

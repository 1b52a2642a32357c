// Helpers of the tests of `<vicino-rail>`, on an empty page.
import { Recommender } from './node_modules/vicino/dist/index.js';
import { until } from './wait.js';

const errors = [];
document.addEventListener('vicino-error', ({ detail: { rail, error, id } }) =>
  errors.push({ rail, id, code: error.code, message: error.message, name: error.name }),
);

Object.assign(globalThis, {
  Recommender,
  until,
  errors,
  /** Puts HTML on the page; resolves with the rail in it. */
  put(html) {
    errors.length = 0;
    document.body.innerHTML = html;
    return document.querySelector('vicino-rail');
  },
  /** Resolves once the rail has the state. */
  reached: (state, rail = document.querySelector('vicino-rail')) =>
    until(() => rail.getAttribute('state') === state),
  ids: (rail = document.querySelector('vicino-rail')) =>
    [...rail.querySelectorAll(':scope > [data-vicino-id]')].map((one) => one.dataset.vicinoId),
});
globalThis.probe = true;

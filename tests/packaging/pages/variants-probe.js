// After a rail of a model with variants is on the page.
import { say, until } from './wait.js';

const rail = document.querySelector('vicino-rail');
const ids = () => [...rail.querySelectorAll('[data-vicino-id]')].map((one) => one.dataset.vicinoId);

say(async () => {
  await until(() => rail.getAttribute('state') === 'ready' && ids().length > 4);
  return { ids: ids() };
});

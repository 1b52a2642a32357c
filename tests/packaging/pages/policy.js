// The page and a worker rank under the policy of the page, and an element shows what it can.
import { Recommender } from 'vicino';
import 'vicino/element';
import { Recommender as InWorker } from 'vicino/worker';
import { say, until } from './wait.js';

const violations = [];
document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
  if (!blockedURI.includes('favicon')) violations.push(`${violatedDirective} ${blockedURI}`);
});

const tried = async (load) => {
  try {
    const shop = await load('./shop.vicino');
    return { items: (await shop.trending({ k: 3 })).length };
  } catch ({ code, message }) {
    return { code, message };
  }
};

say(async () => {
  const rail = document.querySelector('vicino-rail');
  await until(() => rail.getAttribute('state'));
  await until(
    () => rail.getAttribute('state') !== 'ready' || rail.querySelectorAll('a').length > 1,
  );
  return {
    page: await tried(Recommender.load),
    worker: await tried(InWorker.load),
    state: rail.getAttribute('state'),
    shown: [...rail.querySelectorAll('[data-vicino-id]')].map((one) => one.dataset.vicinoId),
    visible: rail.querySelector('a').checkVisibility(),
    violations,
  };
});

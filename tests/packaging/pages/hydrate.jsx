// Hydrates what a server has rendered, with the items that it had; then the model arrives, then the shopper acts.
import { hydrateRoot } from 'react-dom/client';
import { Recommender } from 'vicino';
import Hydrated from './Hydrated.jsx';
import initialItems from './related.json';
import { say, texts, until } from './wait.js';

const mistakes = [];
const shifts = [];
new PerformanceObserver((list) => shifts.push(...list.getEntries())).observe({
  type: 'layout-shift',
  buffered: true,
});
const before = [...document.querySelectorAll('li')];
const loading = Recommender.load('./shop.vicino', { consent: 'granted' });
hydrateRoot(
  document.querySelector('#app'),
  <Hydrated recommender={loading} initialItems={initialItems} />,
  { onRecoverableError: (error) => mistakes.push(String(error)) },
);

say(async () => {
  const shop = await loading;
  const shown = await until(async () => {
    const [row] = await shop.metrics.counts();
    return row?.impressions === 4 && row;
  });
  const after = [...document.querySelectorAll('li')];
  const kept = after.length === 4 && after.every((element, at) => element === before[at]);
  const hydrated = texts('li');
  const calm = shifts.length;
  // What the shopper does not want goes, without the page asking for it.
  await shop.notInterested(hydrated[0]);
  await until(() => !texts('li').includes(hydrated[0]));
  return { mistakes, shifts: calm, kept, hydrated, later: texts('li'), shown };
});

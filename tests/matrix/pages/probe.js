// Uses each entry on the page as the documentation shows, and reports which of them work.
import { Recommender } from 'vicino';
import { loadManifest } from 'vicino/delivery';
import 'vicino/element';
import { VicinoError } from 'vicino/errors';
import { Recommender as InWorker } from 'vicino/worker';

const MODEL = '/shop.vicino';

async function rail() {
  const element = document.createElement('vicino-rail');
  for (const [name, value] of [
    ['list', 'trending'],
    ['k', '3'],
    ['src', MODEL],
    ['loading', 'eager'],
  ]) {
    element.setAttribute(name, value);
  }
  // Not as HTML text, which Trusted Types would refuse.
  const template = document.createElement('template');
  const link = document.createElement('a');
  link.setAttribute('href', '/p/{{id}}');
  link.textContent = '{{id}}';
  template.content.append(link);
  element.append(template);
  let error;
  element.addEventListener('vicino-error', ({ detail }) => {
    error = detail;
  });
  document.body.append(element);
  while (
    !element.getAttribute('state') ||
    (element.getAttribute('state') === 'ready' && !element.querySelector('a'))
  ) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  if (element.getAttribute('state') !== 'ready')
    throw error ?? new Error(element.getAttribute('state'));
  return [...element.querySelectorAll('a')];
}

async function ranked(shop) {
  await shop.record({ item: 'sku-1' });
  return shop.forYou({ k: 3 });
}

const tried = async (list) => {
  try {
    const { length } = await list();
    return length === 3 ? 'passes' : `${length} items instead of 3`;
  } catch (error) {
    return `${error.code ?? error.name}: ${error.message}`;
  }
};

async function report() {
  const refused = await Recommender.load('/nothing.vicino').catch((error) => error);
  globalThis.probe = {
    main: await tried(async () => {
      if (!(refused instanceof VicinoError)) throw refused;
      return ranked(await Recommender.load(MODEL));
    }),
    worker: await tried(async () => ranked(await InWorker.load(MODEL))),
    element: await tried(rail),
    delivery: await tried(async () => ranked(await loadManifest('/models/manifest.json'))),
  };
}
report();

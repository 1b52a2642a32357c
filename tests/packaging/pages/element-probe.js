// After the documentation's rail is on the page, with a prerendered child that has the focus.
import { say, until } from './wait.js';

const rail = document.querySelector('vicino-rail');
const events = [];
for (const type of ['vicino-click', 'vicino-impression', 'vicino-error']) {
  document.addEventListener(type, ({ detail }) => events.push([type, detail]));
}
const links = () => [...rail.querySelectorAll('a')];
const press = (key) =>
  document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));

say(async () => {
  const prerendered = rail.querySelector('[data-vicino-id]');
  await until(() => rail.hasAttribute('state') && links().length === 4);
  const ids = () =>
    [...rail.querySelectorAll('[data-vicino-id]')].map((one) => one.dataset.vicinoId);
  const first = ids();
  links()[0].focus();
  press('End');
  const last = document.activeElement === links()[3];
  press('ArrowLeft');
  const third = document.activeElement === links()[2];
  const href = document.activeElement.getAttribute('href');
  links()[1].addEventListener('click', (event) => event.preventDefault());
  links()[1].click();
  await until(() => events.some(([type]) => type === 'vicino-impression'));
  rail.k = 2;
  await until(() => links().length === 2);
  return {
    state: rail.getAttribute('state'),
    reflected: rail.getAttribute('k'),
    list: rail.list,
    heading: rail.querySelector('h2')?.textContent,
    keptPrerendered: !first.includes(prerendered.dataset.vicinoId) || prerendered.isConnected,
    roles: [...new Set([...rail.querySelectorAll('[data-vicino-id]')].map((one) => one.role))],
    label: rail.shadowRoot.querySelector('[role=list]').ariaLabel,
    first,
    two: ids(),
    last,
    third,
    href,
    events,
  };
});

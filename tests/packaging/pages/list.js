// Reports the items that the rail of the documentation shows, once a framework has rendered it.
import { say, texts, until } from './wait.js';

say(async () => {
  await until(() => document.querySelectorAll('li').length === 4);
  return { ids: texts('li'), href: document.querySelector('li a').getAttribute('href') };
});

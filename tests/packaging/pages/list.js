// After a page of a framework has rendered the rail of the documentation: what it shows.
import { say, texts, until } from './wait.js';

say(async () => {
  await until(() => document.querySelectorAll('li').length === 4);
  return { ids: texts('li'), href: document.querySelector('li a').getAttribute('href') };
});

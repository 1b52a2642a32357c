// Light or dark colours: the device's setting, unless the shopper has chosen.
import { h } from './dom';
import { icons } from './icons';
import { read, write } from './local-storage';

const systemDark = matchMedia('(prefers-color-scheme: dark)');

function isDark(): boolean {
  const chosen = read('theme');
  return chosen === 'dark' || (chosen !== 'light' && systemDark.matches);
}

/** Makes the button that switches colours and stores the choice. */
export function themeButton(): HTMLButtonElement {
  const button = h('button', { type: 'button', class: 'icon-button', id: 'theme' });
  const show = (): void => {
    const dark = isDark();
    button.innerHTML = dark ? icons.sun : icons.moon;
    button.setAttribute('aria-label', dark ? 'Switch to light colours' : 'Switch to dark colours');
    button.title = dark ? 'Light colours' : 'Dark colours';
  };
  button.addEventListener('click', () => {
    const next = isDark() ? 'light' : 'dark';
    write('theme', next);
    document.documentElement.dataset.theme = next;
    show();
  });
  systemDark.addEventListener('change', show);
  show();
  return button;
}

// The code of the open page, with a button that copies it.
import { h } from '../../dom';
import type { Shop } from '../../shop';
import { toast } from '../toast';

export function codePane(shop: Shop): { element: HTMLElement } {
  const text = h('code', { id: 'code' });
  const copy = h(
    'button',
    {
      type: 'button',
      class: 'button quiet small',
      id: 'copy-code',
      onclick: () =>
        navigator.clipboard.writeText(shop.code.text).then(
          () => toast('Copied'),
          () => toast('This browser does not let the page copy; select the code'),
        ),
    },
    'Copy',
  );
  const pre = h('pre', { tabindex: '0', role: 'region', 'aria-label': 'Code' }, text);
  const element = h(
    'section',
    { class: 'code', 'aria-labelledby': 'code-title' },
    h('div', { class: 'code-head' }, h('h3', { id: 'code-title' }, 'The code for this page'), copy),
    pre,
  );
  const show = (): void => {
    copy.disabled = shop.code.text === '';
    text.textContent = shop.code.text || '// This page has no rows.';
  };
  shop.code.subscribe(show);
  show();
  return { element };
}

// All settings of the lists.
import { h } from '../../dom';
import { plural } from '../../format';
import { icons } from '../../icons';
import type { Shop } from '../../shop';
import { type Control, choice, number, slider, toggle } from './controls';
import type { Pane } from './pane';

export function listsPane(shop: Shop): Pane {
  const { settings, catalogue } = shop;
  const departments = catalogue.aisles.map(({ id, name }): [string, string] => [id, name]);
  const percent = (value: number): string => `${Math.round(value * 100)} %`;
  const tags = catalogue.tags.map((tag): [string, string] => [tag, tag.replace('-', ' ')]);

  const groups: [string, Control[]][] = [
    [
      'Rows',
      [
        slider(settings, 'k', 'Products in a row', { min: 4, max: 30, step: 1 }),
        toggle(settings, 'explain', 'Explain', 'Shows under each card what it is based on.'),
        choice(settings, 'window', '“For you” comes from', [
          ['all', 'the whole history'],
          ['session', 'this session'],
        ]),
        choice(settings, 'trendDays', '“Trending” counts', [
          [0, 'all time'],
          [7, 'the last 7 days'],
          [30, 'the last 30 days'],
          [90, 'the last 90 days'],
        ]),
      ],
    ],
    [
      'Filters',
      [
        toggle(settings, 'inStock', 'In stock only'),
        number(settings, 'minPrice', 'Price from $', { placeholder: 'any' }),
        number(settings, 'maxPrice', 'Price up to $', { placeholder: 'any' }),
        choice(settings, 'only', 'Department', [['', 'all'], ...departments]),
        choice(settings, 'brand', 'Brand', [
          ['', 'all'],
          ['store', 'store brand'],
          ['others', 'all but the store brand'],
        ]),
        choice(settings, 'tag', 'Tag', [['', 'any or none'], ...tags]),
        choice(settings, 'excludePurchased', 'Products you bought', [
          ['no', 'are listed'],
          ['30', 'are hidden for 30 days'],
          ['ever', 'are hidden'],
        ]),
      ],
    ],
    [
      'Order',
      [
        slider(settings, 'diversity', 'Diversity', {
          text: percent,
          hint: '0 % ranks by score alone, 100 % by variety alone.',
        }),
        slider(settings, 'maxPerCategory', 'Limit per department', {
          max: 6,
          step: 1,
          text: (value) => (value ? String(value) : 'any'),
          hint: 'Further products come later in the list.',
        }),
        slider(settings, 'fatigue', 'Fatigue', {
          text: percent,
          hint: 'How far products sink that were shown and ignored.',
        }),
        slider(settings, 'explore', 'Explore', {
          text: percent,
          hint: 'Weight of chance in the score.',
        }),
        number(settings, 'seed', 'Seed of chance', { max: 4_294_967_295, step: '1' }),
      ],
    ],
    [
      'Merchandising',
      [
        choice(settings, 'boost', 'Boost a department', [['', 'none'], ...departments]),
        slider(settings, 'boostFactor', 'Boost factor', {
          min: 0.5,
          max: 5,
          step: 0.5,
          text: (value) => `× ${value}`,
        }),
        choice(settings, 'bury', 'Bury a department', [['', 'none'], ...departments]),
      ],
    ],
  ];
  const pins = h('div', { class: 'pins' });
  const element = h(
    'form',
    { class: 'switches', onsubmit: (event: Event) => event.preventDefault() },
    groups.map(([name, controls]) =>
      h(
        'fieldset',
        null,
        h('legend', null, name),
        controls.map((control) => control.element),
        name === 'Merchandising' ? pins : null,
      ),
    ),
    h(
      'button',
      { type: 'button', class: 'button quiet', id: 'reset', onclick: () => settings.reset() },
      'Reset',
    ),
  );
  const update = (): void => {
    for (const [, controls] of groups) for (const control of controls) control.update();
    showPins(shop, pins);
  };
  return { element, update };
}

function showPins({ settings, catalogue }: Shop, element: HTMLElement): void {
  const { pins } = settings.now;
  element.replaceChildren(
    h(
      'p',
      { class: 'hint' },
      pins.length > 0
        ? `${plural(pins.length, 'product')} pinned to the front:`
        : 'Pin a product to the front with the menu of its card.',
    ),
    h(
      'ul',
      null,
      pins.map((id) => {
        const title = catalogue.get(id)?.title ?? id;
        return h(
          'li',
          null,
          h('span', null, title),
          h('button', {
            type: 'button',
            class: 'icon-button',
            'aria-label': `Unpin ${title}`,
            html: icons.close,
            onclick: () => settings.set({ pins: pins.filter((pin) => pin !== id) }),
          }),
        );
      }),
    ),
  );
}

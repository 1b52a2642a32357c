// All settings of the lists.
import { h } from '../../dom';
import { plural } from '../../format';
import { icons } from '../../icons';
import type { Shop } from '../../shop';
import { type Control, choice, number, slider, toggle } from './controls';
import type { Pane } from './pane';

/** Name of the group that has the pinned products, too. */
const PROMOTING = 'What the shop promotes';

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
        toggle(settings, 'explain', 'Say why', 'Shows on a card what it is based on.'),
        choice(settings, 'window', '“For you” comes from', [
          ['all', 'all you looked at'],
          ['session', 'this visit'],
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
        slider(settings, 'diversity', 'Variety', {
          text: percent,
          hint: '0 %: the best first, however alike. 100 %: as different from one another as can be.',
        }),
        slider(settings, 'maxPerCategory', 'Of one category', {
          max: 6,
          step: 1,
          text: (value) => (value ? String(value) : 'any'),
          hint: 'So many, then products of other categories come first.',
        }),
        slider(settings, 'fatigue', 'Tire of what is ignored', {
          text: percent,
          hint: 'How far products sink that were shown and not looked at.',
        }),
        slider(settings, 'explore', 'Chance', {
          text: percent,
          hint: 'Lets products come up now and then that would not otherwise.',
        }),
        number(settings, 'seed', 'Throw of the dice', { max: 4_294_967_295, step: '1' }),
      ],
    ],
    [
      PROMOTING,
      [
        choice(settings, 'boost', 'Favour a department', [['', 'none'], ...departments]),
        slider(settings, 'boostFactor', 'How much', {
          min: 0.5,
          max: 5,
          step: 0.5,
          text: (value) => `× ${value}`,
        }),
        choice(settings, 'bury', 'Department to show last', [['', 'none'], ...departments]),
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
        name === PROMOTING ? pins : null,
      ),
    ),
    h(
      'button',
      { type: 'button', class: 'button quiet', id: 'reset', onclick: () => settings.reset() },
      'As it was at first',
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
        ? `${plural(pins.length, 'product')} put first:`
        : 'To put a product first, open the menu on its card.',
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
            'aria-label': `No longer first: ${title}`,
            html: icons.close,
            onclick: () => settings.set({ pins: pins.filter((pin) => pin !== id) }),
          }),
        );
      }),
    ),
  );
}

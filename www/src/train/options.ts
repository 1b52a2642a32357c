// Options of reading and of the preview.
import { h } from '../dom';
import { assignments } from '../eda/assignments';

export interface Options {
  element: HTMLElement;
  /** Shows what concerns a feed only if there is one. */
  showFeed(hasFeed: boolean): void;
  /** Reads what was set; throws if it cannot be read. */
  read(): { columns: Record<string, string>; showsPictures: boolean };
}

export function options(): Options {
  const columns = h('input', {
    type: 'text',
    id: 'columns',
    autocomplete: 'off',
    spellcheck: 'false',
    placeholder: 'item=sku, session=visit',
  });
  const pictures = h('input', { type: 'checkbox', id: 'pictures' });
  const ofFeed = h(
    'p',
    { class: 'tick', hidden: true },
    pictures,
    h(
      'label',
      { for: 'pictures' },
      'Show the pictures of the feed: the preview then asks the servers that the feed names for them, and nobody for anything else.',
    ),
  );
  const element = h(
    'div',
    { class: 'options' },
    ofFeed,
    h(
      'details',
      null,
      h('summary', null, 'Options'),
      h(
        'p',
        { class: 'field' },
        h('label', { for: 'columns' }, 'Columns with unusual names, as FIELD=NAME'),
        columns,
      ),
    ),
  );
  return {
    element,
    showFeed: (hasFeed) => {
      ofFeed.hidden = !hasFeed;
    },
    read: () => ({
      columns: assignments(columns.value),
      showsPictures: !ofFeed.hidden && pictures.checked,
    }),
  };
}

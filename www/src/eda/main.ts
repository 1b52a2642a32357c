// What the model learnt from: the trained data in numbers and two figures, all
// read from the report that training wrote.
import { byId, h } from '../dom';
import { bytes, count } from '../format';
import { icons } from '../icons';
import { themeButton } from '../theme';
import { cut, halfWay, lengthsPlot, percent, popularityPlot } from './plots';
import { loadReport, type Report } from './report';

const SHOP = '../';

byId('header').replaceChildren(
  h(
    'div',
    { class: 'bar' },
    h(
      'a',
      { class: 'logo', href: SHOP, 'aria-label': 'Vicino Market, home' },
      h('span', { html: icons.logo }),
      h('span', null, 'Vicino ', h('b', null, 'Market')),
    ),
    h('a', { class: 'back', href: SHOP }, 'Back to the shop'),
    themeButton(),
  ),
);
byId('footer').replaceChildren(
  h(
    'div',
    { class: 'foot' },
    h(
      'p',
      { class: 'caveat' },
      h('b', null, 'Complete Journey: simulated data, per its package. '),
      'Nothing about quality follows from it. Everything on this page was measured while the model was trained.',
    ),
  ),
);

loadReport('../report.json').then(show, (error: unknown) => {
  byId('main').replaceChildren(
    h(
      'div',
      { class: 'notice bad', role: 'alert' },
      h(
        'div',
        null,
        h('p', null, h('b', null, 'There is no report to draw.')),
        h(
          'p',
          null,
          `${error instanceof Error ? error.message : String(error)} Run \`npm start\`, which trains the model and writes it, then reload this page.`,
        ),
      ),
    ),
  );
});

function show(report: Report): void {
  const { data, popularity_curve: curve, session_lengths: lengths, cleaning } = report;
  const half = halfWay(curve);
  const median = lengths[cut(lengths, 0.5)]?.length ?? 0;
  const single = lengths.find(({ length }) => length === 1)?.sessions ?? 0;
  byId('main').replaceChildren(
    h('h1', { tabindex: '-1' }, 'What the model learnt from'),
    h(
      'p',
      { class: 'lead intro' },
      `${count(data.num_events)} events of ${count(data.num_items)} products${newest(data.newest_event_ms)}. This is the data behind every row in the shop.`,
    ),
    h(
      'dl',
      { class: 'numbers' },
      ...[
        ['events', data.num_events],
        ['sessions', data.num_sessions],
        ['shoppers', data.num_shoppers],
        ['products', data.num_items],
      ].flatMap(([name, value]) =>
        value ? [h('div', null, h('dd', null, count(Number(value))), h('dt', null, name))] : [],
      ),
    ),
    figure({
      id: 'popularity',
      title: 'A few products are most of the trade',
      text: half
        ? `Every product by how often it was bought, most bought first, both axes logarithmic. The first ${count(half.rank)} of ${count(data.num_items)} products (${percent(half.rank / data.num_items)}) make half of all events. A list of bestsellers alone looks good on such data; what counts is the rest.`
        : 'Every product by how often it was bought, most bought first, both axes logarithmic.',
      draw: (width) => popularityPlot(curve, width),
      table: {
        head: ['Rank', 'Events', 'Share so far'],
        rows: thin(curve, 24).map(({ rank, events, share }) => [
          count(rank),
          count(events),
          percent(share),
        ]),
      },
    }),
    figure({
      id: 'lengths',
      title: 'How much one session tells',
      text: `Sessions by their number of events; the longest 2 % are not drawn. The middle session has ${count(median)}, and ${percent(single / Math.max(1, data.num_sessions))} have a single one, from which nothing about pairs can be learnt.`,
      draw: (width) => lengthsPlot(lengths, width),
      table: {
        head: ['Events', 'Sessions'],
        rows: thin(lengths, 24).map(({ length, sessions }) => [count(length), count(sessions)]),
      },
    }),
    tables(report, cleaning),
  );
}

/** ` up to 31 December 2017`, or nothing where the data has no real times. */
function newest(ms: number): string {
  if (!(ms > 0)) return '';
  const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(ms);
  return `, up to ${day}`;
}

interface Figure {
  id: string;
  title: string;
  text: string;
  draw: (width: number) => Element;
  table: { head: string[]; rows: string[][] };
}

/** A figure that is drawn as wide as its place, with its numbers as a table below. */
function figure({ id, title, text, draw, table }: Figure): HTMLElement {
  const place = h('div', {
    class: 'plot',
    id: `plot-${id}`,
    role: 'img',
    'aria-labelledby': `title-${id} text-${id}`,
  });
  let drawn = 0;
  new ResizeObserver(() => {
    const width = Math.floor(place.clientWidth);
    if (width === drawn || width === 0) return;
    drawn = width;
    const drawing = draw(width);
    // The place itself is the image, named and described; its strokes say nothing.
    drawing.setAttribute('aria-hidden', 'true');
    place.replaceChildren(drawing);
  }).observe(place);
  return h(
    'section',
    { class: 'figure', 'aria-labelledby': `title-${id}` },
    h('h2', { id: `title-${id}` }, title),
    h('p', { id: `text-${id}` }, text),
    place,
    folded('The numbers as a table', tableOf(table.head, table.rows)),
  );
}

function tables(
  { columns, hyperparameters, measurements, model }: Report,
  cleaning: Report['cleaning'],
): HTMLElement {
  const part = (title: string, text: string, table: HTMLElement): HTMLElement =>
    h('section', { class: 'figure' }, h('h2', null, title), h('p', null, text), table);
  const named = (record: Record<string, unknown>): string[][] =>
    Object.entries(record)
      .filter(([, value]) => typeof value === 'number' || typeof value === 'string')
      .map(([name, value]) => [words(name), number(name, value)]);
  const removed = cleaning.reduce((sum, { rows }) => sum + rows, 0);
  return h(
    'div',
    { class: 'tables' },
    part(
      'Cleaning',
      removed > 0
        ? `${count(removed)} rows were left out, each for a reason.`
        : 'No row was left out.',
      tableOf(
        ['Why a row was left out', 'Rows'],
        cleaning.map(({ reason, rows }) => [words(reason), count(rows)]),
      ),
    ),
    columns.length > 0
      ? part(
          'Columns',
          'Where each field was found.',
          tableOf(
            ['Field', 'Column'],
            columns.map(({ field, column }) => [words(field), column]),
          ),
        )
      : '',
    Object.keys(measurements).length > 0
      ? part(
          'Measured',
          'On the last part of the sessions, the same that chose the settings. Later data would say more.',
          tableOf(['Measure', 'Value'], named(measurements)),
        )
      : '',
    Object.keys(hyperparameters).length > 0
      ? part(
          'Settings',
          'What the counts were weighed with.',
          folded('All settings', tableOf(['Setting', 'Value'], named(hyperparameters))),
        )
      : '',
    Object.keys(model).length > 0
      ? part(
          'Model',
          'The file that this shop ranks with.',
          tableOf(['What', 'Value'], named(model)),
        )
      : '',
  );
}

const words = (name: string): string => {
  const text = name.replace(/^num_/, '').replaceAll('_', ' ').replace('.', ': ');
  return text.charAt(0).toUpperCase() + text.slice(1);
};

function number(name: string, value: unknown): string {
  if (typeof value !== 'number') return String(value);
  if (/(^|_)bytes$/.test(name)) return bytes(value);
  return Number.isInteger(value) ? count(value) : String(Number(value.toPrecision(4)));
}

/** Shown when one asks for it. */
const folded = (name: string, content: HTMLElement): HTMLElement =>
  h('details', null, h('summary', null, name), content);

/** A table whose last column holds numbers. */
function tableOf(head: string[], rows: string[][]): HTMLElement {
  return h(
    'div',
    { class: 'scroller' },
    h(
      'table',
      null,
      h(
        'thead',
        null,
        h(
          'tr',
          null,
          head.map((name) => h('th', { scope: 'col' }, name)),
        ),
      ),
      h(
        'tbody',
        null,
        rows.map((cells) =>
          h(
            'tr',
            null,
            cells.map((cell, at) =>
              at === 0 ? h('th', { scope: 'row' }, cell) : h('td', null, cell),
            ),
          ),
        ),
      ),
    ),
  );
}

/** At most `most` of the rows, evenly, the last one always. */
function thin<T>(rows: T[], most: number): T[] {
  const step = Math.max(1, Math.ceil(rows.length / most));
  return rows.filter((_, at) => at % step === 0 || at === rows.length - 1);
}

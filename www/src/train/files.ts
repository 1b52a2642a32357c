// The choice of files: logs of events and, if there is one, a product feed. Files are dropped or chosen; a first look
// guesses which of the two each is, and the visitor can say otherwise.
import { h } from '../dom';
import { bytes, plural } from '../format';

const ACCEPT =
  '.csv,.tsv,.txt,.json,.jsonl,.ndjson,.parquet,.pq,.xml,.rss,.atom,.xlsx,.ods,.zip,.gz,.zst';
/** Bytes that the guess looks at. */
const HEAD_BYTES = 4096;

export interface Chosen {
  logs: File[];
  feed: File | undefined;
}

export interface Choice {
  element: HTMLElement;
  chosen(): Chosen;
  /** Replaces all files. */
  set(chosen: Chosen): void;
}

interface Row {
  file: File;
  isFeed: boolean;
}

/** Makes the choice; `onChange` is called after each change. */
export function fileList(onChange: (chosen: Chosen) => void): Choice {
  let rows: Row[] = [];
  const input = h('input', { type: 'file', id: 'files', multiple: true, accept: ACCEPT });
  const list = h('ul', { class: 'files', 'aria-label': 'Chosen files' });
  const said = h('p', { class: 'visually-hidden', role: 'status' });
  const element = h(
    'div',
    { class: 'file-choice' },
    h('label', { for: 'files' }, 'Choose files, or drop them anywhere on this page'),
    input,
    list,
    said,
  );
  const chosen = (): Chosen => ({
    logs: rows.filter(({ isFeed }) => !isFeed).map(({ file }) => file),
    feed: rows.find(({ isFeed }) => isFeed)?.file,
  });

  const draw = (): void => {
    list.replaceChildren(...rows.map(drawn));
    onChange(chosen());
  };

  function drawn(row: Row, at: number): HTMLElement {
    const { name, size } = row.file;
    const role = h(
      'select',
      { 'aria-label': `What ${name} is` },
      h('option', { value: 'log', selected: !row.isFeed }, 'Log of events'),
      h('option', { value: 'feed', selected: row.isFeed }, 'Product feed'),
    );
    role.addEventListener('change', () => {
      const isFeed = role.value === 'feed';
      // There is one feed at most.
      if (isFeed) for (const other of rows) other.isFeed = false;
      row.isFeed = isFeed;
      draw();
      list.querySelectorAll('select')[at]?.focus();
    });
    const remove = h(
      'button',
      { type: 'button', class: 'save', 'aria-label': `Remove ${name}` },
      'Remove',
    );
    remove.addEventListener('click', () => {
      rows = rows.filter((other) => other !== row);
      draw();
      said.textContent = `${name} was removed`;
      const next = list.querySelectorAll<HTMLElement>('button')[Math.min(at, rows.length - 1)];
      (next ?? input).focus();
    });
    return h(
      'li',
      null,
      h('span', { class: 'file-name' }, h('b', null, name), ` ${bytes(size)}`),
      role,
      remove,
    );
  }

  async function add(files: File[]): Promise<void> {
    for (const file of files) {
      const isFeed = await looksLikeFeed(file);
      // The same file again: it may have changed.
      rows = rows.filter((row) => row.file.name !== file.name);
      rows.push({ file, isFeed: isFeed && !rows.some((row) => row.isFeed) });
    }
    draw();
    said.textContent = `${plural(files.length, 'file')} added`;
  }

  input.addEventListener('change', () => {
    const files = [...(input.files ?? [])];
    input.value = '';
    void add(files);
  });
  dropped((files) => void add(files));
  return {
    element,
    chosen,
    set({ logs, feed }) {
      rows = [...logs.map((file) => ({ file, isFeed: false }))];
      if (feed) rows.push({ file: feed, isFeed: true });
      draw();
    },
  };
}

/** Guesses from the name and the first line whether a file lists products rather than events. */
async function looksLikeFeed(file: File): Promise<boolean> {
  const name = file.name.toLowerCase();
  if (/\.(xml|rss|atom)(\.gz|\.zst)?$/.test(name)) return true;
  if (/event|order|click|view|session|purchase|transaction|invoice/.test(name)) return false;
  if (/product|catalog|feed|item|merchant|article/.test(name)) return true;
  if (!/\.(csv|tsv|txt|json|jsonl|ndjson)$/.test(name)) return false;
  const head = (await file.slice(0, HEAD_BYTES).text()).toLowerCase();
  const line = head.split('\n', 1)[0] ?? '';
  return (
    /title|product.?name/.test(line) &&
    /price|image|link|categor|brand/.test(line) &&
    !/time|date|user|customer|visitor|session|order|event/.test(line)
  );
}

/** Takes files that are dropped anywhere, and shows while they are dragged that they can be dropped. */
function dropped(take: (files: File[]) => void): void {
  const isFile = (event: DragEvent): boolean =>
    event.dataTransfer?.types.includes('Files') ?? false;
  const mark = (isOver: boolean): void => {
    document.body.classList.toggle('dropping', isOver);
  };
  addEventListener('dragover', (event) => {
    if (!isFile(event)) return;
    event.preventDefault();
    mark(true);
  });
  addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null) mark(false);
  });
  addEventListener('drop', (event) => {
    if (!isFile(event)) return;
    event.preventDefault();
    mark(false);
    take([...(event.dataTransfer?.files ?? [])]);
  });
}

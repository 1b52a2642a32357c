// Choosing a file: by a button, or by dropping it anywhere on the page. Shows how far reading is, and what went wrong.
import { h } from '../dom';
import { bytes, count } from '../format';
import type { Progress } from './reader';
import { failure } from './view';

export interface Picker {
  element: HTMLElement;
  /** Shows how far the reading of a file is. */
  progress(name: string, progress: Progress): void;
  /** Reading is over: the choice is there again. */
  done(): void;
  /** Says what went wrong. */
  fail(title: string, text: string): void;
}

/**
 * A place to choose a file.
 * `extra` stands below the choice; `onFile` gets what is chosen or dropped, `onCancel` ends the reading.
 */
export function picker(options: {
  title: string;
  text: (Node | string)[];
  accept: string;
  extra: (Node | string)[];
  onFile: (file: File) => void;
  onCancel: () => void;
}): Picker {
  const input = h('input', { type: 'file', id: 'file', accept: options.accept });
  const bar = h('progress', { id: 'progress', 'aria-label': 'Reading the file', max: '1' });
  const words = h('p', { id: 'progress-words' });
  const cancel = h('button', { type: 'button', class: 'button quiet', id: 'cancel' }, 'Cancel');
  const running = h('div', { class: 'running', hidden: true }, words, bar, cancel);
  const choice = h(
    'div',
    { class: 'choice' },
    h(
      'p',
      null,
      h('label', { for: 'file' }, 'Choose a file, or drop one anywhere on this page'),
      input,
    ),
    ...options.extra,
  );
  const message = h('div', { class: 'message' });
  const started = h('p', { class: 'visually-hidden', role: 'status' });
  const element = h(
    'section',
    { class: 'figure pick', 'aria-labelledby': 'pick-title' },
    h('h2', { id: 'pick-title' }, options.title),
    h('p', null, ...options.text),
    choice,
    running,
    started,
    message,
  );

  const take = (file: File | null | undefined): void => {
    if (!file || !running.hidden) return;
    message.replaceChildren();
    options.onFile(file);
  };
  input.addEventListener('change', () => {
    take(input.files?.[0]);
    // The same file again is a choice, too: it may have changed.
    input.value = '';
  });
  cancel.addEventListener('click', options.onCancel);
  dropped(element, take);

  return {
    element,
    progress(name, { step, done, total, rows }) {
      if (running.hidden) {
        running.hidden = false;
        choice.hidden = true;
        started.textContent = `Reading ${name}`;
        cancel.focus();
      }
      if (total > 0) bar.value = Math.min(1, done / total);
      else bar.removeAttribute('value');
      const parts = [step];
      if (total > 0) parts.push(`${bytes(Math.min(done, total))} of ${bytes(total)}`);
      if (rows > 0) parts.push(`${count(rows)} rows`);
      words.textContent = `${name}: ${parts.join(', ')}`;
    },
    done() {
      const hadFocus = running.contains(document.activeElement);
      running.hidden = true;
      choice.hidden = false;
      started.textContent = '';
      if (hadFocus) input.focus();
    },
    fail(title, text) {
      message.replaceChildren(failure(title, text));
    },
  };
}

/** Takes a file that is dropped anywhere, and shows that it would be. */
function dropped(element: HTMLElement, take: (file: File | undefined) => void): void {
  const isFile = (event: DragEvent): boolean =>
    event.dataTransfer?.types.includes('Files') ?? false;
  addEventListener('dragover', (event) => {
    if (!isFile(event)) return;
    event.preventDefault();
    element.classList.add('dropping');
  });
  addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null) element.classList.remove('dropping');
  });
  addEventListener('drop', (event) => {
    if (!isFile(event)) return;
    event.preventDefault();
    element.classList.remove('dropping');
    take(event.dataTransfer?.files[0]);
  });
}

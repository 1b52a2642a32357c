// The choice of a file: by a button, or by dropping it anywhere on the page. Shows progress and errors.
import { h } from '../dom';
import { bytes, count } from '../format';
import { failure } from './parts';
import type { Progress } from './reader';

export interface Picker {
  element: HTMLElement;
  /** Shows the progress of reading. */
  progress(name: string, progress: Progress): void;
  /** Ends the progress and shows the choice again. */
  done(): void;
  /** Shows an error. */
  fail(title: string, text: string): void;
}

/**
 * Makes a choice of a file.
 * `extra` is shown below the choice; `onFile` is called with the chosen or dropped file, `onCancel` ends the reading.
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
    // The same file can be chosen again: it may have changed.
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

/** Accepts a file dropped anywhere, and shows while it is dragged that it can be dropped. */
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

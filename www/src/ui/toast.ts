// A line of text that appears, is announced, and disappears.
import { byId } from '../dom';

let timer: ReturnType<typeof setTimeout> | undefined;

export function toast(text: string): void {
  const element = byId('toast');
  element.textContent = text;
  element.classList.add('shown');
  clearTimeout(timer);
  timer = setTimeout(() => element.classList.remove('shown'), 2600);
}

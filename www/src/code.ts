// The call behind the page that is open, for whoever wants to read it.
import { type Call, codeOf } from './ranking-call';

export class CodeOnScreen {
  readonly #listeners = new Set<() => void>();
  #code = '';

  /** As one would write it; '' if the page ranks nothing. */
  get text(): string {
    return this.#code;
  }

  show(call: Call): void {
    this.#set(codeOf(call));
  }

  clear(): void {
    this.#set('');
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #set(code: string): void {
    if (code === this.#code) return;
    this.#code = code;
    for (const listener of this.#listeners) listener();
  }
}

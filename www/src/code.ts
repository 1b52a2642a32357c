// The call behind the open page, for developers to read.
import { type Call, codeOf } from './ranking-call';

export class CodeOnScreen {
  readonly #listeners = new Set<() => void>();
  #code = '';

  /** The call as code; '' if the page ranks nothing. */
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

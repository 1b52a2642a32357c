// The cart, stored on the device and shared between tabs.
import type { Catalogue, Product } from './catalogue';
import { onOtherTab, read, write } from './local-storage';

export class Cart {
  readonly #catalogue: Catalogue;
  readonly #listeners = new Set<() => void>();
  #quantities = new Map<string, number>();

  constructor(catalogue: Catalogue) {
    this.#catalogue = catalogue;
    this.#read();
    onOtherTab('cart', () => {
      this.#read();
      this.#tell();
    });
  }

  /** Lines in the order in which products were first added. */
  get lines(): { product: Product; quantity: number }[] {
    return [...this.#quantities].flatMap(([id, quantity]) => {
      const product = this.#catalogue.get(id);
      return product ? [{ product, quantity }] : [];
    });
  }

  get ids(): string[] {
    return this.lines.map(({ product }) => product.id);
  }

  get numUnits(): number {
    return this.lines.reduce((sum, { quantity }) => sum + quantity, 0);
  }

  get cents(): number {
    return this.lines.reduce((sum, { product, quantity }) => sum + product.cents * quantity, 0);
  }

  /** Sets the quantity of a product; 0 removes it. */
  set(id: string, quantity: number): void {
    if (quantity > 0) this.#quantities.set(id, Math.min(99, Math.round(quantity)));
    else this.#quantities.delete(id);
    this.#write();
  }

  add(id: string): void {
    this.set(id, (this.#quantities.get(id) ?? 0) + 1);
  }

  clear(): void {
    this.#quantities.clear();
    this.#write();
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #read(): void {
    this.#quantities = new Map();
    try {
      const kept: unknown = JSON.parse(read('cart') ?? '[]');
      if (!Array.isArray(kept)) return;
      for (const line of kept as unknown[]) {
        if (!Array.isArray(line)) continue;
        const [id, quantity] = line as unknown[];
        if (typeof id === 'string' && typeof quantity === 'number' && quantity > 0) {
          this.#quantities.set(id, quantity);
        }
      }
    } catch {
      // Not written by this page: start with an empty cart.
    }
  }

  #write(): void {
    write('cart', JSON.stringify([...this.#quantities]));
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

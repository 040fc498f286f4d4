/** @file What several explanations of one input have in common, so that it is computed once. */

/**
 * Results of costly steps by what they depend on. One for one prepared input: keys need not say which input it is.
 * Failures are not kept.
 */
export class SharedWork {
  readonly #results = new Map<string, Promise<unknown>>();
  readonly #numbers = new WeakMap<object, number>();
  #numbered = 0;

  /** The result of `compute`, or what an earlier call with this key and the same type computed. */
  once<T>(key: string, compute: () => Promise<T>): Promise<T> {
    const known = this.#results.get(key) as Promise<T> | undefined;
    if (known !== undefined) return known;
    const fresh = compute();
    this.#results.set(key, fresh);
    fresh.catch(() => this.#results.delete(key));
    return fresh;
  }

  /** What stands for an object in keys: the same number for the same object. */
  numberOf(object: object): number {
    const known = this.#numbers.get(object);
    if (known !== undefined) return known;
    this.#numbers.set(object, this.#numbered);
    return this.#numbered++;
  }
}

/** @file What several explanations of one input have in common, so that it is computed once. */

interface Done {
  readonly parts: readonly number[];
  readonly result: Promise<unknown>;
}

/**
 * Results of costly steps by what they depend on. One for one input, and within it one for each of its parts and each
 * change of it: keys need not say which of them it is. Failures are not kept.
 */
export class SharedWork {
  readonly #done = new Map<string, Done[]>();
  readonly #numbers = new WeakMap<object, number>();
  readonly #within = new Map<string, SharedWork>();
  #numbered = 0;

  /** What explanations of one part of the input, or of one change of it, have in common. */
  within(name: string): SharedWork {
    const known = this.#within.get(name) ?? new SharedWork();
    this.#within.set(name, known);
    return known;
  }

  /**
   * The result of `compute` for these parts of the work, or what an earlier call with this key and the same type computed
   * for them and perhaps for more: which ones is in `parts`.
   */
  async onceFor<T>(
    key: string,
    parts: readonly number[],
    compute: () => Promise<T>,
  ): Promise<{ readonly parts: readonly number[]; readonly result: T }> {
    const all = this.#done.get(key) ?? [];
    this.#done.set(key, all);
    const known = all.find((done) => parts.every((part) => done.parts.includes(part)));
    const done = known ?? { parts, result: compute() };
    if (known === undefined) {
      all.push(done);
      done.result.catch(() => all.splice(all.indexOf(done), 1));
    }
    return { parts: done.parts, result: (await done.result) as T };
  }

  /** What stands for an object in keys: the same number for the same object. */
  numberOf(object: object): number {
    const known = this.#numbers.get(object);
    if (known !== undefined) return known;
    this.#numbers.set(object, this.#numbered);
    return this.#numbered++;
  }
}

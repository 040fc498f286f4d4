/** @file How much may still be run before the time is used. */

/**
 * Learns from what ran how long the next points will take. A class, because it learns.
 *
 * The first run compiles the program and says nothing about the next ones.
 */
export class Pacer {
  readonly #deadline: number;
  readonly #now: () => number;
  #runs = 0;
  #firstCount = 0;
  /** Milliseconds per unit of work, of the last run. */
  #rate: number | undefined;

  /** @param deadline - Where `now` should stop, milliseconds; Infinity for no limit. */
  constructor(deadline: number, now: () => number) {
    this.#deadline = deadline;
    this.#now = now;
  }

  /** Of pieces of work, in their order, how many may run next: `most` at most; 0 when the time is used. */
  admit(work: readonly number[], most: number): number {
    const available = Math.min(most, work.length);
    if (this.#deadline === Number.POSITIVE_INFINITY) return available;
    const left = this.#deadline - this.#now();
    if (left <= 0) return 0;
    if (this.#rate === undefined) return this.#runs === 0 ? available : Math.min(available, this.#firstCount);
    let count = 0;
    let cost = 0;
    while (count < available) {
      cost += (work[count] as number) * this.#rate;
      if (cost > left) break;
      count++;
    }
    return count;
  }

  /** Learns from a run. */
  record(work: readonly number[], milliseconds: number): void {
    if (this.#runs++ === 0) this.#firstCount = work.length;
    else this.#rate = milliseconds / work.reduce((sum, units) => sum + units, 0);
  }
}

/** @file Hidden states that are kept between the way up and the way down: in memory while there is room, else outside. */

import { InternalError } from "../errors.ts";

/** Where numbers go that memory has no room for. */
export interface Spill {
  /** Stores numbers; returns what `read` finds them by. */
  write(numbers: Float32Array): Promise<number>;
  read(place: number, length: number): Promise<Float32Array>;
  /** Forgets everything that was written. */
  clear(): Promise<void>;
  dispose(): Promise<void>;
}

type Entry = { readonly numbers: Float32Array } | { readonly place: number; readonly length: number };

/**
 * Numbers by key. What was put first is spilled first, because it is read last: states are put on the way up and read on
 * the way down. A class, because it owns what it holds.
 */
export class StateStore {
  readonly #memoryBytes: number;
  readonly #spill: Spill | undefined;
  readonly #entries = new Map<string, Entry>();
  #heldBytes = 0;

  /** @param memoryBytes - Kept in memory at most, where there is a spill; else everything is. */
  constructor(memoryBytes: number, spill: Spill | undefined) {
    this.#memoryBytes = memoryBytes;
    this.#spill = spill;
  }

  async put(key: string, numbers: Float32Array): Promise<void> {
    this.delete(key);
    this.#entries.set(key, { numbers });
    this.#heldBytes += numbers.byteLength;
    if (this.#spill === undefined) return;
    for (const [held, entry] of this.#entries) {
      if (this.#heldBytes <= this.#memoryBytes) return;
      if (!("numbers" in entry)) continue;
      const place = await this.#spill.write(entry.numbers);
      this.#entries.set(held, { place, length: entry.numbers.length });
      this.#heldBytes -= entry.numbers.byteLength;
    }
  }

  async get(key: string): Promise<Float32Array> {
    const entry = this.#entries.get(key);
    if (entry === undefined) throw new InternalError(`no state "${key}" was put`);
    if ("numbers" in entry) return entry.numbers;
    return (this.#spill as Spill).read(entry.place, entry.length);
  }

  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry !== undefined && "numbers" in entry) this.#heldBytes -= entry.numbers.byteLength;
    this.#entries.delete(key);
  }

  /** Forgets everything. */
  async clear(): Promise<void> {
    this.#entries.clear();
    this.#heldBytes = 0;
    await this.#spill?.clear();
  }
}

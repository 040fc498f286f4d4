/** @file What a test kit found: every promise that was checked, and an error that lists those that are not kept. */

import { ExtensionError } from "../../errors.ts";
import { type ExtensionKind, KIND_NAMES } from "../extension.ts";

/** One promise, checked. */
export interface KitCheck {
  /** What must hold: "gives equal maps for equal inputs". */
  readonly promise: string;
  readonly kept: boolean;
  /** What was found, with the numbers. */
  readonly found: string;
}

/** Gathers checks; what is thrown in one of them is what it found. */
export class KitReport {
  readonly #checks: KitCheck[] = [];

  /** @param check - Says what it found where the promise is not kept, else undefined. */
  async expect(promise: string, check: () => string | undefined | Promise<string | undefined>): Promise<void> {
    let found: string | undefined;
    try {
      found = await check();
    } catch (error) {
      found = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    }
    this.#checks.push({ promise, kept: found === undefined, found: found ?? "as promised" });
  }

  /** All checks. @throws {ExtensionError} When a promise is not kept; lists each with what was found. */
  finish(kind: ExtensionKind, name: string): readonly KitCheck[] {
    const broken = this.#checks.filter(({ kept }) => !kept);
    if (broken.length === 0) return this.#checks;
    const list = broken.map(({ promise, found }) => `\n  - ${promise}: ${found}`).join("");
    throw new ExtensionError(
      `The ${KIND_NAMES[kind]} "${name}" does not keep ${broken.length} of the ${this.#checks.length} promises that were checked:${list}`,
      kind,
    );
  }
}

/** "2 apart, the largest by 0.1" for lists of numbers that differ; undefined where none does by more than `most`. */
export function apart(actual: ArrayLike<number>, wanted: ArrayLike<number>, most = 0): string | undefined {
  if (actual.length !== wanted.length) return `${actual.length} numbers, wanted ${wanted.length}`;
  let largest = 0;
  let count = 0;
  for (let i = 0; i < actual.length; i++) {
    const distance = Math.abs((actual[i] as number) - (wanted[i] as number));
    if (distance <= most || Object.is(actual[i], wanted[i])) continue;
    count++;
    // A number that is none must count as the largest difference.
    largest = distance > largest || Number.isNaN(distance) ? distance : largest;
  }
  return count === 0 ? undefined : `${count} of ${actual.length} numbers differ, the largest by ${largest}`;
}

/** @file Damaged copies of a file, seeded, and what reading them ends in. */

import { InternalError, isCaligError } from "@calig/core/internal/errors";
import { mutateBytes } from "../../bench/fuzz/mutate-bytes.ts";
import { Chance } from "../../bench/fuzz/random.ts";

/** A copy with one to four faults within its first `reach` bytes. */
function mutate(bytes: Uint8Array, chance: Chance, reach = bytes.length): Uint8Array {
  let result = bytes;
  for (let fault = 1 + chance.below(4); fault > 0 && result.length > 0; fault--) {
    result = mutateBytes(result, chance, Math.min(reach, result.length));
  }
  return result;
}

/** What reading a file may take: a small multiple of it, and what the test itself allocates. */
const MOST_PER_BYTE = 200;
const SLACK = 8 * 2 ** 20;

/** Bytes that a call leaves behind or allocates, as far as the process can tell; 0 when the collector ran meanwhile. */
function allocated(call: () => void): number {
  const before = process.memoryUsage();
  call();
  const after = process.memoryUsage();
  return Math.max(0, after.heapUsed - before.heapUsed) + Math.max(0, after.arrayBuffers - before.arrayBuffers);
}

/**
 * Reads `cases` damaged copies of a file. Returns how many were refused.
 *
 * @throws {Error} With the damaged file, when one ends in anything else than one of our errors, or takes much memory.
 */
export function countRefused(
  read: (bytes: Uint8Array) => void,
  file: Uint8Array,
  { cases, seed, reach }: { readonly cases: number; readonly seed: number; readonly reach?: number },
): number {
  read(file);
  const chance = new Chance(seed);
  let refused = 0;
  for (let index = 0; index < cases; index++) {
    const damaged = mutate(file, chance, reach);
    const fail = (what: string, cause?: unknown) => {
      throw new Error(`Case ${index} ${what}: ${Buffer.from(damaged).toString("base64")}`, { cause });
    };
    const bytes = allocated(() => {
      try {
        read(damaged);
      } catch (error) {
        if (!isCaligError(error) || error instanceof InternalError) fail(`ends in ${String(error)}`, error);
        refused++;
      }
    });
    if (bytes > SLACK + MOST_PER_BYTE * damaged.length) fail(`allocates ${bytes} bytes`);
  }
  return refused;
}

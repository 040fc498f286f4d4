/** @file Damaged copies of a file, seeded, and what reading them ends in. */

import { InternalError, isCaligError } from "@calig/core/internal/errors";

/** Numbers in 0..1 from a seed (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Bytes that make lengths and sizes extreme: the longest varint, all ones, zeros. */
const EXTREMES = [
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
  [0xff, 0xff, 0xff, 0xff, 0x0f],
  [0xff, 0xff, 0xff, 0x7f],
  [0, 0, 0, 0],
  [0x80],
] as const;

/** A copy with one to four faults within its first `reach` bytes: bits turned, bytes replaced, cut, repeated or moved. */
function mutate(bytes: Uint8Array, random: () => number, reach = bytes.length): Uint8Array {
  let result = Array.from(bytes);
  const below = (limit: number) => Math.floor(random() * limit);
  for (let fault = 1 + below(4); fault > 0; fault--) {
    const at = below(Math.min(reach, result.length));
    switch (below(6)) {
      case 0:
        result[at] = (result[at] ?? 0) ^ (1 << below(8));
        break;
      case 1:
        result[at] = below(256);
        break;
      case 2:
        result.splice(at, 0, ...(EXTREMES[below(EXTREMES.length)] as readonly number[]));
        break;
      case 3:
        result.splice(at, 1 + below(16));
        break;
      case 4:
        result.splice(at, 0, ...result.slice(at, at + 1 + below(64)));
        break;
      default:
        if (below(8) === 0) result = result.slice(0, at);
        else result.splice(below(result.length), 0, ...result.splice(at, 1 + below(16)));
    }
  }
  return Uint8Array.from(result);
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
  const random = randomNumbers(seed);
  let refused = 0;
  for (let index = 0; index < cases; index++) {
    const damaged = mutate(file, random, reach);
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

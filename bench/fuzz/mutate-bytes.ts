/** @file One fault in a file of which nothing is known: bits turned, bytes replaced, cut, repeated, moved. */

import type { Chance } from "./random.ts";

/** Bytes that make lengths and sizes extreme: the longest varint, all ones, zeros. */
const EXTREMES = [
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
  [0xff, 0xff, 0xff, 0xff, 0x0f],
  [0xff, 0xff, 0xff, 0x7f],
  [0xff, 0xff],
  [0, 0, 0, 0],
  [0x80],
  [0x7f],
] as const;

/**
 * A copy with one fault within its first `reach` bytes. Extreme bytes are set in as often as they take the place of others,
 * so that the sizes around them stay right.
 */
export function mutateBytes(bytes: Uint8Array, chance: Chance, reach = bytes.length): Uint8Array {
  const at = chance.below(Math.min(reach, bytes.length));
  const replaced = (start: number, end: number, ...parts: readonly ArrayLike<number>[]): Uint8Array => {
    const inside = parts.flatMap((part) => Array.from(part));
    const result = new Uint8Array(start + inside.length + Math.max(0, bytes.length - end));
    result.set(bytes.subarray(0, start));
    result.set(inside, start);
    result.set(bytes.subarray(end), start + inside.length);
    return result;
  };
  const length = 1 + chance.below(16);
  switch (chance.below(9)) {
    case 0:
    case 1:
      return replaced(at, at + 1, [(bytes[at] ?? 0) ^ (1 << chance.below(8))]);
    case 2:
      return replaced(at, at + 1, [chance.below(256)]);
    case 3:
      return replaced(at, at, chance.pick(EXTREMES));
    case 4: {
      const extreme = chance.pick(EXTREMES);
      return replaced(at, at + extreme.length, extreme);
    }
    case 5:
      return replaced(at, at + length);
    case 6:
      return replaced(at, at, bytes.subarray(at, at + 1 + chance.below(64)));
    case 7: {
      const from = chance.below(bytes.length);
      return replaced(at, at, bytes.subarray(from, from + length));
    }
    default:
      return chance.is(0.5)
        ? bytes.slice(0, at)
        : replaced(at, at + 4 * length, new Uint8Array(4 * length).fill(chance.pick([0, 0x20, 0x7f, 0xff])));
  }
}

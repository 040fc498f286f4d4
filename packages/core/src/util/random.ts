/** @file Random numbers that are the same for the same seed, on every machine. */

/** A stream of random numbers. */
export interface Random {
  /** Uniform in [0, 1), 32 bits. */
  next(): number;
  /** A whole number from 0 to `limit` - 1, each as likely. */
  below(limit: number): number;
  /** The items in a random order, each order as likely (Fisher-Yates). */
  shuffle<T>(items: readonly T[]): T[];
}

/**
 * A stream that depends on nothing but `seed`. Streams of different seeds are independent: to draw for several purposes,
 * give each its own, as in `createRandom("7 rows")`.
 *
 * The generator is sfc32 (Doty-Humphrey, PractRand), its state filled by FNV-1a hashes of the seed.
 */
export function createRandom(seed: number | string): Random {
  let [a, b, c, d] = [hash(`${seed}a`), hash(`${seed}b`), hash(`${seed}c`), 1];
  const next = () => {
    const sum = (a + b + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return (sum >>> 0) / 2 ** 32;
  };
  // The first numbers of similar seeds are similar.
  for (let i = 0; i < 15; i++) next();
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    next,
    below,
    shuffle(items) {
      const shuffled = [...items];
      for (let i = shuffled.length - 1; i > 0; i--) {
        const j = below(i + 1);
        [shuffled[i], shuffled[j]] = [
          shuffled[j] as (typeof shuffled)[number],
          shuffled[i] as (typeof shuffled)[number],
        ];
      }
      return shuffled;
    },
  };
}

function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value | 0;
}

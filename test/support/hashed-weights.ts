/** @file Weights that Python and TypeScript make alike: every element is a hash of its tensor's name and its place. Twin of tools/hashed_weights.py. */

function fnv1a(text: string): number {
  let value = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) value = Math.imul(value ^ byte, 0x01000193);
  return value >>> 0;
}

/** `count` numbers, uniform in [-1, 1), times `scale`, plus `offset`. */
export function uniform(name: string, count: number, scale = 1, offset = 0): Float32Array {
  const seed = fnv1a(name);
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    let x = (Math.imul(i, 0x9e3779b1) + seed) >>> 0;
    x ^= x >>> 16;
    x = Math.imul(x, 0x85ebca6b);
    x ^= x >>> 13;
    x = Math.imul(x, 0xc2b2ae35);
    x ^= x >>> 16;
    values[i] = offset + scale * ((x >>> 0) / 2 ** 31 - 1);
  }
  return values;
}

/** A parameter: normalisation weights around 1, biases small, matrices of width 768 at unit gain, times `gain`. */
export function hashedParameter(name: string, shape: readonly number[], gain = 1): Float32Array {
  const count = shape.reduce((product, size) => product * size, 1);
  const isNorm = name.toLowerCase().includes("norm") || name.includes(".ln_");
  if (isNorm && name.endsWith("weight")) return uniform(name, count, 0.1, 1);
  if (shape.length === 1) return uniform(name, count, 0.05);
  if (name.includes("embeddings") && !name.includes("projection")) return uniform(name, count, 0.5);
  return uniform(name, count, 0.07 * gain);
}

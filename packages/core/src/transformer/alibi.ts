/** @file Slopes of attention with linear biases (Press et al. 2022): what the scores of a head gain by each place of their key. */

/** 2^(-8 i / n) for n heads, n a power of two; the heads beyond that take every other one of twice as many. */
export function slopesOf(heads: number): number[] {
  const power = 2 ** Math.floor(Math.log2(heads));
  const all = (count: number) => Array.from({ length: count }, (_, i) => 2 ** ((-8 * (i + 1)) / count));
  const more = all(2 * power).filter((_, i) => i % 2 === 0);
  return [...all(power), ...more.slice(0, heads - power)];
}

/** The same of MPT, whose heads that are no power of two take the odd ones of the next power first. */
export function slopesOfMpt(heads: number, most: number): number[] {
  const power = 2 ** Math.ceil(Math.log2(heads));
  const all = Array.from({ length: power }, (_, i) => 2 ** -((i + 1) * (most / power)));
  if (power === heads) return all;
  const every = (rest: number) => all.filter((_, i) => i % 2 === rest);
  return [...every(1), ...every(0)].slice(0, heads);
}

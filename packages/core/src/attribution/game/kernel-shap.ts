/** @file KernelSHAP (Lundberg & Lee 2017): Shapley values as a weighted regression on subsets, the likeliest first. */

import type { Random } from "../../util/random.ts";
import type { Kept } from "../perturbable.ts";
import { complement, endsOf, type Game, nothing } from "./game.ts";
import { fitWithSum } from "./least-squares.ts";

/** Subsets with their weights in the regression. */
export interface WeightedSubsets {
  readonly subsets: readonly Kept[];
  readonly weights: readonly number[];
}

/**
 * KernelSHAP: the linear function of the features that is nearest to v, each subset S weighted by
 *
 *     (m - 1) / (binomial(m, |S|) |S| (m - |S|))        (Lundberg & Lee 2017, theorem 2),
 *
 * and whose coefficients sum to v(all) - v(none). With all subsets they are the Shapley values.
 *
 * @param evaluations - Most evaluations, at least 2, the empty subset included.
 */
export async function kernelShap(
  game: Game,
  { evaluations, random }: { readonly evaluations: number; readonly random: Random },
): Promise<readonly number[]> {
  const { whole, none } = await endsOf(game);
  const { subsets, weights } = kernelSubsets(game.count, evaluations - 1, random);
  const values = (await game.values(subsets)).map((value) => value - none);
  return fitWithSum({ subsets, values, weights }, game.count, whole - none);
}

/**
 * The subsets of KernelSHAP, as shap chooses them: sizes that the samples suffice for are taken whole, from the smallest and
 * largest inwards; of the other sizes subsets are drawn by their weight, each with its complement.
 *
 * @param samples - Number of subsets, without the empty and the whole one.
 */
export function kernelSubsets(count: number, samples: number, random: Random): WeightedSubsets {
  const subsets: Kept[] = [];
  const weights: number[] = [];
  const sizes = sizesOf(count);
  let left = samples;
  let whole = 0;
  for (const { size, number, weight } of sizes) {
    const shareLeft = sizes.slice(whole).reduce((sum, other) => sum + other.weight, 0);
    if ((left * weight) / shareLeft < number * (1 - 1e-8)) break;
    for (const subset of combinations(count, size)) {
      const both = 2 * size === count ? [subset] : [subset, complement(subset)];
      subsets.push(...both);
      weights.push(...both.map(() => weight / number));
    }
    left -= number;
    whole++;
  }
  const others = sizes.slice(whole);
  if (others.length === 0 || left < 1) return { subsets, weights };
  const drawn = drawSubsets(count, others, left, random);
  const weightLeft = others.reduce((sum, { weight }) => sum + weight, 0);
  const times = drawn.reduce((sum, one) => sum + one.times, 0);
  return {
    subsets: [...subsets, ...drawn.map(({ subset }) => subset)],
    weights: [...weights, ...drawn.map((one) => (weightLeft * one.times) / times)],
  };
}

/** Subsets of one size and of its complement's size. */
interface Size {
  readonly size: number;
  /** How many there are. */
  readonly number: number;
  /** Share of all of them in the weight of all subsets. */
  readonly weight: number;
}

/** Sizes from the smallest to the half, each with that of its complements. */
function sizesOf(count: number): readonly Size[] {
  const sizes: Size[] = [];
  let number = 1;
  for (let size = 1; 2 * size <= count; size++) {
    number = (number * (count - size + 1)) / size;
    const both = 2 * size === count ? 1 : 2;
    sizes.push({ size, number: both * number, weight: (both * (count - 1)) / (size * (count - size)) });
  }
  const all = sizes.reduce((sum, { weight }) => sum + weight, 0);
  return sizes.map((one) => ({ ...one, weight: one.weight / all }));
}

/** Different subsets of these sizes, as many as asked for if they come, and how often each was drawn. */
function drawSubsets(
  count: number,
  sizes: readonly Size[],
  wanted: number,
  random: Random,
): readonly { readonly subset: Kept; times: number }[] {
  const drawn = new Map<string, { readonly subset: Kept; times: number }>();
  // Each draw of a size below the half brings two subsets.
  const chances = sizes.map(({ size, weight }) => (2 * size === count ? weight : weight / 2));
  const upTo = chances.map((_, i) => chances.slice(0, i + 1).reduce((sum, chance) => sum + chance, 0));
  const all = upTo.at(-1) as number;
  for (let draw = 0; draw < 4 * wanted && drawn.size < wanted; draw++) {
    const place = random.next() * all;
    const { size } = (sizes[upTo.findIndex((end) => place < end)] ?? sizes.at(-1)) as Size;
    const subset = nothing(count);
    for (const feature of random.shuffle([...subset.keys()]).slice(0, size)) subset[feature] = 1;
    for (const one of 2 * size === count ? [subset] : [subset, complement(subset)]) {
      const key = one.join("");
      const known = drawn.get(key);
      if (known !== undefined) known.times++;
      else if (drawn.size < wanted) drawn.set(key, { subset: one, times: 1 });
    }
  }
  return [...drawn.values()];
}

/** All subsets of one size. */
function* combinations(count: number, size: number): Generator<Kept> {
  const chosen = Array.from({ length: size }, (_, i) => i);
  for (;;) {
    const subset = nothing(count);
    for (const feature of chosen) subset[feature] = 1;
    yield subset;
    let place = size - 1;
    while (place >= 0 && chosen[place] === count - size + place) place--;
    if (place < 0) return;
    (chosen[place] as number)++;
    for (let next = place + 1; next < size; next++) chosen[next] = (chosen[next - 1] as number) + 1;
  }
}

/** @file Copies of an input with noise in the vectors that enter the first block (SmoothGrad, Smilkov et al. 2017). */

import { InvalidOptionError } from "../errors.ts";
import { evaluateScore, logitsRow } from "../program/score.ts";
import { type FloatTensor, floatTensor } from "../tensor/tensor.ts";
import { createRandom, type Random } from "../util/random.ts";
import type { MethodContext } from "./method.ts";

/** How much noise, and how many copies. */
export interface NoiseOptions {
  /** Noisy copies, >= 1. Default 50. */
  readonly samples?: number;
  /** Standard deviation of the noise, as a share of the range of the values that it is added to, >= 0. Default 0.15. */
  readonly sigma?: number;
}

/** The options with their defaults. @throws {InvalidOptionError} For one out of range. */
export function checkedNoise({ samples = 50, sigma = 0.15 }: NoiseOptions): Required<NoiseOptions> {
  if (!Number.isSafeInteger(samples) || samples < 1) {
    throw new InvalidOptionError(
      `Cannot average over ${samples} samples: give a whole number of at least 1`,
      "samples",
      samples,
    );
  }
  if (!(sigma >= 0 && Number.isFinite(sigma))) {
    throw new InvalidOptionError(`Cannot use noise of sigma ${sigma}: give a number of at least 0`, "sigma", sigma);
  }
  return { samples, sigma };
}

/**
 * The contexts of noisy copies of an input, one after the other: what the model says of each, and a seed of its own. Noise
 * is Gaussian, added to the vectors that enter the first block (of texts to the embeddings, of pictures to the patches);
 * special features have none, masks stay those of the input. The same seed gives the same noise.
 *
 * Cost: one forward pass each.
 */
export async function* noisyContexts(context: MethodContext, options: NoiseOptions): AsyncGenerator<MethodContext> {
  const { samples, sigma } = checkedNoise(options);
  const { model, input, forward, score } = context;
  const seed = context.options.seed;
  const clean = forward.hiddenStates[0] as FloatTensor;
  const scale = sigma * rangeOf(clean, input.replaceable);
  for (let sample = 0; sample < samples; sample++) {
    context.options.signal?.throwIfAborted();
    const random = createRandom(`${seed} noise ${sample}`);
    const hiddenState = withNoise(clean, input.replaceable, scale, random);
    const noisy = await model.programs.forwardFrom({ hiddenState, feeds: input.feeds });
    const { shared, deadline: _deadline, ...rest } = context;
    const now = model.platform.now();
    yield {
      ...rest,
      forward: noisy,
      scoreAtInput: evaluateScore(score, logitsRow(noisy.logits, score.position)),
      options: { ...context.options, seed: random.below(2 ** 31) },
      onProgress: (done) => context.onProgress((sample + done) / samples),
      // What is left of the time is divided among the copies that are left.
      ...(context.deadline === undefined ? {} : { deadline: now + (context.deadline - now) / (samples - sample) }),
      ...(shared === undefined ? {} : { shared: shared.within(`noise ${sigma} ${sample}`) }),
    };
  }
}

/** Largest minus smallest value of the positions that are part of the input. */
function rangeOf({ data, shape }: FloatTensor, chosen: Float32Array): number {
  const width = shape[2] as number;
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const [t, isChosen] of chosen.entries()) {
    if (isChosen !== 1) continue;
    for (const value of data.subarray(t * width, (t + 1) * width)) {
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
  }
  return Math.max(0, most - least);
}

function withNoise({ data, shape }: FloatTensor, chosen: Float32Array, scale: number, random: Random): FloatTensor {
  const width = shape[2] as number;
  const noisy = data.slice();
  for (const [t, isChosen] of chosen.entries()) {
    if (isChosen !== 1) continue;
    for (let i = t * width; i < (t + 1) * width; i++) noisy[i] = (noisy[i] as number) + scale * normal(random);
  }
  return floatTensor(noisy, shape);
}

/** A number of the standard normal distribution (Box and Muller 1958). */
const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());

/** @file Methods made of methods: the mean of what one says of noisy copies of an input, or with several baselines. */

import { InvalidOptionError } from "../errors.ts";
import { withoutOptions } from "../options/option.ts";
import { contentOf, isComputed } from "./baseline/custom-baseline.ts";
import type { Warning } from "./explanation.ts";
import { joinParts } from "./join-parts.ts";
import { type AttributionMethod, type MethodContext, type MethodResult, methodTitle } from "./method.ts";
import { checkedNoise, type NoiseOptions, noisyContexts } from "./noise.ts";
import type { Baseline } from "./options.ts";
import { onlyPart } from "./prepared-input.ts";

/** Ending of the names of methods that are averaged over noisy copies of the input. */
export const OVER_NOISE = "-over-noise";

/**
 * The mean of a method's maps of noisy copies of the input (SmoothGrad is that of gradients; Smilkov et al. 2017). Blocks
 * are averaged one by one; completeness compares with the mean of the scores of the copies.
 *
 * Cost: `samples` times that of the method, and one forward pass each.
 *
 * @throws {InvalidOptionError} For an option out of range.
 */
export function averagedOverNoise(method: AttributionMethod, options: NoiseOptions = {}): AttributionMethod {
  const { samples, sigma } = checkedNoise(options);
  return {
    ...made(method, OVER_NOISE, "over noise", { samples, sigma }),
    async run(context) {
      const results: MethodResult[] = [];
      for await (const noisy of noisyContexts(context, { samples, sigma })) {
        results.push(await method.run(noisy));
      }
      const mean = meanOf(context, results);
      return { ...mean, modelEvaluations: mean.modelEvaluations + samples };
    },
  };
}

/**
 * The mean of a method's maps with each of several baselines (expected gradients are that of Integrated Gradients; Erion
 * et al. 2021).
 *
 * Cost: that of the method for each baseline.
 *
 * @throws {InvalidOptionError} When no baseline is given.
 */
export function averagedOverBaselines(
  method: AttributionMethod,
  baselines: readonly [Baseline, ...Baseline[]],
): AttributionMethod {
  if (baselines.length === 0) {
    throw new InvalidOptionError("Cannot average over an empty list of baselines: give at least one", "baselines", []);
  }
  return {
    ...made(method, "-over-baselines", "over baselines", { baselines: baselines.map(fingerprint) }),
    // It has its own.
    options: withoutOptions(method.options ?? {}, ["baseline"]),
    async run(context) {
      const results: MethodResult[] = [];
      for (const [b, baseline] of baselines.entries()) {
        context.options.signal?.throwIfAborted();
        const now = context.model.platform.now();
        results.push(
          await method.run({
            ...context,
            options: { ...context.options, baseline },
            onProgress: (done) => context.onProgress((b + done) / baselines.length),
            deadline:
              context.deadline === undefined ? undefined : now + (context.deadline - now) / (baselines.length - b),
          }),
        );
      }
      const mean = meanOf(context, results);
      const used = results.map(({ options }) => options.baseline);
      return { ...mean, options: { ...mean.options, ...(used.includes(undefined) ? {} : { baseline: used }) } };
    },
  };
}

/** What a method made of another one is called, and what it was made with. */
function made(
  method: AttributionMethod,
  ending: string,
  words: string,
  settings: Readonly<Record<string, unknown>>,
): Omit<AttributionMethod, "run"> {
  const { run: _run, title: _title, ...rest } = method;
  return {
    ...rest,
    name: `${method.name}${ending}`,
    title: `${methodTitle(method)} ${words}`,
    summary: `mean ${words} of: ${method.summary}`,
    settings: { ...settings, ...(method.settings === undefined ? {} : { of: method.settings }) },
  };
}

/** The mean of results for one input, block by block; every warning once. */
function meanOf({ input }: MethodContext, results: readonly MethodResult[]): MethodResult {
  const parts = results.map(() => ({ ...onlyPart(input), share: 1 / results.length }));
  const silent = results.map((result) => ({ ...result, warnings: [] }));
  const warnings = new Map<string, Warning>();
  for (const warning of results.flatMap((result) => result.warnings)) warnings.set(warning.message, warning);
  return { ...joinParts(parts, silent, input.features.length), warnings: [...warnings.values()] };
}

/** A baseline as small plain data that tells it from others. */
function fingerprint(baseline: Baseline): unknown {
  if (typeof baseline === "string") return baseline;
  if (isComputed(baseline)) {
    const { name, settings } = baseline;
    return settings === undefined ? name : { name, settings };
  }
  const content = contentOf(baseline);
  return content === undefined ? baseline : { size: content.size, hash: hash(content.bytes) };
}

/** Two FNV-1a hashes of the bytes, in hexadecimal. */
function hash(bytes: Uint8Array | Uint8ClampedArray): string {
  let [a, b] = [0x811c9dc5, 0x01000193];
  for (const byte of bytes) {
    a = Math.imul(a ^ byte, 0x01000193);
    b = Math.imul(b ^ byte, 0x5bd1e995);
  }
  return [a, b].map((half) => (half >>> 0).toString(16).padStart(8, "0")).join("");
}

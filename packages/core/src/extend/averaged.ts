/** @file Methods made of methods, marked so that plugins may export them. */

import { averagedOverBaselines as overBaselines, averagedOverNoise as overNoise } from "../attribution/averaged.ts";
import type { AttributionMethod } from "../attribution/method.ts";
import type { NoiseOptions } from "../attribution/noise.ts";
import type { Baseline } from "../attribution/options.ts";
import { marked } from "./extension.ts";

/**
 * The mean of a method's maps of noisy copies of the input (SmoothGrad is that of gradients; Smilkov et al. 2017).
 *
 * Cost: `samples` times that of the method, and one forward pass each.
 *
 * @throws {InvalidOptionError} For an option out of range.
 */
export const averagedOverNoise = (method: AttributionMethod, options: NoiseOptions = {}): AttributionMethod =>
  marked("method", overNoise(method, options));

/**
 * The mean of a method's maps with each of several baselines (expected gradients are that of Integrated Gradients; Erion
 * et al. 2021).
 *
 * Cost: that of the method for each baseline.
 *
 * @throws {InvalidOptionError} When no baseline is given.
 */
export const averagedOverBaselines = (
  method: AttributionMethod,
  baselines: readonly [Baseline, ...Baseline[]],
): AttributionMethod => marked("method", overBaselines(method, baselines));

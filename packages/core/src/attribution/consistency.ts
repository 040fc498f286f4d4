/** @file Whether two computations of one score agree, and the error where they do not. METHOD 10. */

import { ConsistencyError } from "../errors.ts";
import type { FloatTensor } from "../tensor/tensor.ts";

/**
 * Share of the scale by which two computations of one score may differ. Batches of another size are added up in another
 * order: 1e-6 to 1e-5 where measured; a row that got another row's mask or readout differs by 1e-2 and more.
 */
export const ROUNDING = 1e-3;

/** Whether two computations of one score agree up to rounding; `scale` is the largest |logit|. NaN agrees with nothing. */
export const agrees = (a: number, b: number, scale: number): boolean =>
  Math.abs(a - b) <= ROUNDING * Math.max(scale, Math.abs(b)) + Number.EPSILON;

/**
 * Checks a gradient at the input: its score is that of the forward pass, and it is finite.
 *
 * @throws {ConsistencyError} With the numbers that contradict each other.
 */
export function checkGradient(
  { score, gradient }: { readonly score: number | undefined; readonly gradient: FloatTensor },
  scoreAtInput: number,
  scale: number,
): void {
  if (score === undefined || !agrees(score, scoreAtInput, scale)) {
    throw contradiction(
      `the score of the gradient is ${score}, ${scoreAtInput} in the forward pass`,
      `the same within ${Number((ROUNDING * scale).toPrecision(2))}`,
    );
  }
  if (!gradient.data.every(Number.isFinite)) throw contradiction("the gradient is not finite", "finite numbers");
}

export const contradiction = (found: string, wanted: string): ConsistencyError =>
  new ConsistencyError(
    `Cannot explain the prediction: the run contradicts the model: ${found}, wanted ${wanted}. Its attributions would explain another function; "calig verify" says which part of the model is computed wrongly, and occlusion (method "occlusion") needs no gradients`,
  );

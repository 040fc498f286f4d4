/** @file Models through which no gradient passes. */

import { UnsupportedModelError } from "../errors.ts";

/** For a hidden state or attention map that the score does not depend on smoothly. */
export const noGradient = (value: string): UnsupportedModelError =>
  new UnsupportedModelError(
    `Cannot explain the model: no gradient of the score reaches "${value}": every way from there to the logits passes something without a gradient (rounding, a comparison, the choice of the largest), or there is none; "calig inspect --model MODEL" lists the operators`,
    [{ reason: `no gradient reaches "${value}"` }],
  );

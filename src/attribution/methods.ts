/** @file The attribution methods: one line each. */

import { keyword } from "../errors.ts";
import type { AttributionMethod } from "./method.ts";
import { attentionRollout } from "./methods/attention-rollout.ts";
import { caLig } from "./methods/ca-lig.ts";
import { gradCam } from "./methods/grad-cam.ts";
import { gradientRollout } from "./methods/gradient-rollout.ts";
import { gradientXInput } from "./methods/gradient-x-input.ts";
import { integratedGradients } from "./methods/integrated-gradients.ts";
import { occlusion } from "./methods/occlusion.ts";
import { random } from "./methods/random.ts";
import { rawAttention } from "./methods/raw-attention.ts";
import { saliency } from "./methods/saliency.ts";
import { shuffled } from "./methods/shuffled.ts";

export const METHODS: readonly AttributionMethod[] = [
  caLig,
  integratedGradients,
  gradientXInput,
  saliency,
  gradCam,
  gradientRollout,
  attentionRollout,
  rawAttention,
  occlusion,
  random,
  shuffled,
];

/** @throws {InvalidOptionError} For a name that no method has; lists the known ones. */
export function methodByName(name: string): AttributionMethod {
  const known = keyword(
    "method",
    name,
    METHODS.map((method) => method.name),
  );
  return METHODS.find((method) => method.name === known) as AttributionMethod;
}

/** @file The attribution methods: one line each. */

import { keyword } from "../errors.ts";
import type { AttributionMethod } from "./method.ts";
import { caLig } from "./methods/ca-lig.ts";
import { gradientXInput } from "./methods/gradient-x-input.ts";
import { integratedGradients } from "./methods/integrated-gradients.ts";
import { random } from "./methods/random.ts";
import { saliency } from "./methods/saliency.ts";

export const METHODS: readonly AttributionMethod[] = [caLig, integratedGradients, gradientXInput, saliency, random];

/** @throws {InvalidOptionError} For a name that no method has; lists the known ones. */
export function methodByName(name: string): AttributionMethod {
  const known = keyword(
    "method",
    name,
    METHODS.map((method) => method.name),
  );
  return METHODS.find((method) => method.name === known) as AttributionMethod;
}

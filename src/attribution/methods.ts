/** @file The attribution methods: one line each. */

import { keyword } from "../errors.ts";
import { caLig } from "./ca-lig.ts";
import { integratedGradients } from "./integrated-gradients.ts";
import type { AttributionMethod } from "./method.ts";

export const METHODS: readonly AttributionMethod[] = [caLig, integratedGradients];

/** @throws {InvalidOptionError} For a name that no method has; lists the known ones. */
export function methodByName(name: string): AttributionMethod {
  const known = keyword(
    "method",
    name,
    METHODS.map((method) => method.name),
  );
  return METHODS.find((method) => method.name === known) as AttributionMethod;
}

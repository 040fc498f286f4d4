/** @file Reading what a program returns. */

import { ShapeError } from "../errors.ts";
import type { Fetches } from "../runtime/runtime.ts";
import type { FloatTensor } from "../tensor/tensor.ts";

/** An output of numbers. @throws {ShapeError} When it is missing or of another type. */
export function floats(fetches: Fetches, name: string): FloatTensor {
  const tensor = fetches[name];
  if (tensor?.dtype !== "float32")
    throw new ShapeError(`Cannot read program output "${name}": it is ${tensor?.dtype ?? "missing"}`);
  return tensor as FloatTensor;
}

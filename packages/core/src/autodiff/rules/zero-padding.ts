/** @file Putting a gradient into a larger block of zeros: what slices and look-ups at a constant place need. */

import type { Dimension } from "../../onnx/model.ts";
import type { RuleContext } from "../rule.ts";

/**
 * `gradient`, of shape `from`, with zeros around it, in the shape of input 0. `places` are [axis, start] pairs: where
 * the gradient starts along the axes that differ.
 */
export function padTo(
  context: RuleContext,
  gradient: string,
  from: readonly Dimension[] | undefined,
  places: readonly (readonly [axis: number, start: number])[],
): string {
  const { builder: b } = context;
  const x = context.input(0);
  const rank = context.rank(x);
  const zeros = () => Array.from({ length: rank }, () => 0);
  const before = zeros();
  const after: (number | string)[] = zeros();
  for (const [axis, start] of places) {
    const [whole, part] = [context.shape(x)?.[axis], from?.[axis]];
    before[axis] = start;
    after[axis] =
      typeof whole === "number" && typeof part === "number"
        ? whole - part - start
        : b.sub(
            context.sizeOf(x, axis),
            typeof part === "number"
              ? b.integers([part + start])
              : b.add(b.sizeOf(gradient, axis), b.integers([start])),
          );
  }
  if ([...before, ...after].every((size) => size === 0)) return gradient;
  const pads = after.every((size) => typeof size === "number")
    ? b.integers([...before, ...(after as number[])])
    : b.concat([b.integers(before), ...after.map((size) => (typeof size === "number" ? b.integers([size]) : size))], 0);
  return b.emit("Pad", [gradient, pads]);
}

/** @file Gradient rule of Conv for its data; gradients of kernels are never built. */

import { int, ints } from "../../onnx/model.ts";
import type { GradientRule, RuleContext, RuleEntry } from "../rule.ts";

/** dx = g convolved the other way (ConvTranspose) with the same kernels, strides, dilations and pads. */
const conv: GradientRule = (context) => {
  const { builder: b, node } = context;
  if (context.needsGradient(1) || context.needsGradient(2)) {
    return context.refuse("gradients of kernels and biases are not built");
  }
  const { kernel, spatial, sizes, outputs } = convolutionShape(context);
  const filled = (name: string, value: number, count = spatial) =>
    context.ints(name) ?? Array.from({ length: count }, () => value);
  const strides = filled("strides", 1);
  const dilations = filled("dilations", 1);
  const pads =
    context.string("auto_pad", "NOTSET") === "VALID"
      ? Array.from({ length: 2 * spatial }, () => 0)
      : filled("pads", 0, 2 * spatial);
  // The last windows may leave rows of the padded input untouched: fewer rows are cut off at that end, or zeros added.
  const untouched = sizes.map((size, i) => {
    const span = ((outputs[i] as number) - 1) * (strides[i] as number);
    const covered = span + (dilations[i] as number) * ((kernel[i] as number) - 1) + 1;
    return size + (pads[i] as number) + (pads[i + spatial] as number) - covered;
  });
  const ends = untouched.map((rows, i) => (pads[i + spatial] as number) - rows);
  const dx = b.emit("ConvTranspose", [context.outputGradient(), context.input(1)], {
    attributes: {
      strides: ints(strides),
      dilations: ints(dilations),
      pads: ints([...pads.slice(0, spatial), ...ends.map((end) => Math.max(0, end))]),
      group: int(context.int("group", 1)),
      kernel_shape: ints(kernel),
    },
  });
  const added = [...Array.from({ length: spatial + 4 }, () => 0), ...ends.map((end) => Math.max(0, -end))];
  const whole = ends.every((end) => end >= 0) ? dx : b.emit("Pad", [dx, b.integers(added)]);
  return node.inputs.map((_, i) => (i === 0 ? whole : undefined));
};

/** Kernel and image sizes as numbers. */
function convolutionShape(context: RuleContext) {
  const whole = (value: string) => {
    const sizes = (context.shape(value) ?? []).slice(2);
    if (sizes.length === 0 || sizes.some((size) => typeof size !== "number")) {
      return context.refuse(`the height and width of "${value}" must be known`);
    }
    return sizes as number[];
  };
  const autoPad = context.string("auto_pad", "NOTSET");
  if (autoPad !== "NOTSET" && autoPad !== "VALID") return context.refuse(`auto_pad "${autoPad}" is not differentiated`);
  const kernel = whole(context.input(1));
  return { kernel, spatial: kernel.length, sizes: whole(context.input(0)), outputs: whole(context.output(0)) };
}

export const convolutionRules: readonly RuleEntry[] = [{ domain: "", opType: "Conv", since: 1, rule: conv }];

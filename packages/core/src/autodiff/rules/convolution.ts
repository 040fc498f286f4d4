/** @file Gradient rules of Conv and pooling for their data; gradients of kernels are never built. */

import { int, string } from "../../onnx/model.ts";
import { floatTensor } from "../../tensor/tensor.ts";
import type { GradientRule, RuleContext, RuleEntry } from "../rule.ts";
import { convolveBack, windowsOf } from "./windows.ts";

/** y = x * w + b: dx = g convolved the other way with w. */
const conv: GradientRule = (context) => {
  if (context.needsGradient(1) || context.needsGradient(2)) {
    return context.refuse("gradients of kernels and biases are not built");
  }
  const kernel = context.ints("kernel_shape") ?? context.shape(context.input(1))?.slice(2);
  if (!kernel?.every((size) => typeof size === "number")) return context.refuse("the size of its kernel is not known");
  const windows = windowsOf(context, kernel as readonly number[]);
  const dx = convolveBack(context, context.outputGradient(), context.input(1), windows, context.int("group", 1));
  return context.node.inputs.map((_, i) => (i === 0 ? dx : undefined));
};

/** y = mean of x over each window: dx = g / n spread over the window, every channel for itself. */
const averagePool: GradientRule = (context) => {
  if (context.int("ceil_mode", 0) !== 0) return context.refuse("ceil_mode is not differentiated");
  const { builder: b } = context;
  const x = context.input(0);
  const kernel = context.ints("kernel_shape") ?? [];
  const count = kernel.reduce((product, size) => product * size, 1);
  const share = b.constant(floatTensor(new Float32Array(count).fill(1 / count), [1, 1, ...kernel]), "average");
  const g = padsCount(context) ? context.outputGradient() : b.div(context.outputGradient(), filled(context));
  const sizes = (value: string) => b.slice(b.shapeOf(value), 0, 2, 2 + kernel.length);
  const apart = b.emit("Reshape", [g, b.concat([b.integers([-1, 1]), sizes(g)], 0)]); // [batch channels, 1, ...]
  const dx = convolveBack(context, apart, share, windowsOf(context, kernel), 1);
  return [b.emit("Reshape", [dx, b.shapeOf(x)])];
};

/** Whether every window counts as full: there are no pads, or they count as elements. */
function padsCount(context: RuleContext): boolean {
  const isPadded =
    context.string("auto_pad", "NOTSET").startsWith("SAME") || context.ints("pads")?.some((size) => size > 0) === true;
  return !isPadded || context.int("count_include_pad", 0) === 1;
}

/** How much of each window lies on the image, 0 to 1. */
function filled(context: RuleContext): string {
  const { builder: b, node } = context;
  const ones = b.emit("Expand", [b.scalar(1), b.shapeOf(context.input(0))]);
  return b.emit("AveragePool", [ones], { attributes: { ...node.attributes, count_include_pad: int(1) } });
}

/** y = max of x over each window: dx = g added where the maximum was. */
const maxPool: GradientRule = (context) => {
  if (context.int("storage_order", 0) !== 0) return context.refuse("storage_order is not differentiated");
  if (context.opset < 16) return context.refuse("the gradient needs operator set 16 or newer");
  const { builder: b } = context;
  const shape = b.shapeOf(context.input(0));
  const count = b.emit("ReduceProd", [shape], { attributes: { keepdims: int(1) } });
  const flat = (value: string) => b.reshape(value, [-1]);
  const inputs = [b.emit("Expand", [b.scalar(0), count]), flat(context.output(1)), flat(context.outputGradient())];
  const dx = b.emit("ScatterElements", inputs, { attributes: { reduction: string("add") } });
  return [b.emit("Reshape", [dx, shape])];
};

export const convolutionRules: readonly RuleEntry[] = [
  { domain: "", opType: "Conv", since: 1, rule: conv },
  { domain: "", opType: "AveragePool", since: 7, rule: averagePool },
  { domain: "", opType: "MaxPool", since: 8, rule: maxPool, outputs: [1] },
];

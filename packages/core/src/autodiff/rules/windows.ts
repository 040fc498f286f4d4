/** @file Going back from windows to the image they were taken from: what Conv and AveragePool share. */

import { type Attributes, int, ints } from "../../onnx/model.ts";
import type { RuleContext } from "../rule.ts";

/** How windows lie on an image, per spatial axis. */
export interface Windows {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
}

/** The windows of a Conv or pooling node with kernels of this size. */
export function windowsOf(context: RuleContext, kernel: readonly number[]): Windows {
  const ones = kernel.map(() => 1);
  return { kernel, strides: context.ints("strides") ?? ones, dilations: context.ints("dilations") ?? ones };
}

/**
 * `gradient` [n, outputs, ...] convolved the other way (ConvTranspose) with `weights`, less the pads: [n, inputs, ...],
 * with the spatial sizes of input 0 of the node. Where sizes are not known, they are taken at run time.
 */
export function convolveBack(
  context: RuleContext,
  gradient: string,
  weights: string,
  windows: Windows,
  group: number,
): string {
  const { builder: b } = context;
  const transposed = (pads: readonly number[]) => {
    const attributes: Attributes = {
      kernel_shape: ints(windows.kernel),
      strides: ints(windows.strides),
      dilations: ints(windows.dilations),
      pads: ints(pads),
      group: int(group),
    };
    return b.emit("ConvTranspose", [gradient, weights], { attributes });
  };
  const zeros = windows.kernel.map(() => 0);
  const crop = knownCrop(context, windows);
  if (crop === undefined) return b.emit("Pad", [transposed([...zeros, ...zeros]), cropAtRunTime(context, windows)]);
  // ConvTranspose cuts rows off itself, but adds none.
  const dx = transposed([...crop.begins, ...crop.ends.map((end) => Math.max(0, end))]);
  if (crop.ends.every((end) => end >= 0)) return dx;
  return b.emit("Pad", [dx, b.integers([0, 0, ...zeros, 0, 0, ...crop.ends.map((end) => Math.max(0, -end))])]);
}

/** Rows to cut off at both ends of each spatial axis; a negative end lacks rows that no window covered. */
interface Crop {
  readonly begins: readonly number[];
  readonly ends: readonly number[];
}

function knownCrop(context: RuleContext, { kernel, strides, dilations }: Windows): Crop | undefined {
  const sizes = knownSizes(context, context.input(0));
  const outputs = knownSizes(context, context.output(0));
  if (sizes === undefined || outputs === undefined) return undefined;
  const begins: number[] = [];
  const ends: number[] = [];
  for (const [i, size] of sizes.entries()) {
    const reach = (dilations[i] as number) * ((kernel[i] as number) - 1) + 1;
    const covered = ((outputs[i] as number) - 1) * (strides[i] as number) + reach;
    const begin = padsBefore(context, i, Math.max(0, covered - size));
    begins.push(begin);
    ends.push(covered - size - begin);
  }
  return { begins, ends };
}

function knownSizes(context: RuleContext, value: string): readonly number[] | undefined {
  const sizes = context.shape(value)?.slice(2);
  return sizes?.every((size) => typeof size === "number") ? (sizes as readonly number[]) : undefined;
}

/** Pads before axis i, where the windows need `missing` rows more than the image has. */
function padsBefore(context: RuleContext, i: number, missing: number): number {
  const mode = context.string("auto_pad", "NOTSET");
  if (mode === "SAME_UPPER") return Math.floor(missing / 2);
  if (mode === "SAME_LOWER") return Math.ceil(missing / 2);
  return mode === "VALID" ? 0 : (context.ints("pads")?.[i] ?? 0);
}

/** The same as pads of a Pad node, int64 [2 rank]: what is cut off is negative. */
function cropAtRunTime(context: RuleContext, { kernel, strides, dilations }: Windows): string {
  const { builder: b } = context;
  const sizes = (value: string) => b.slice(b.shapeOf(value), 0, 2, 2 + kernel.length);
  const reach = kernel.map((size, i) => (dilations[i] as number) * (size - 1) + 1);
  const steps = b.sub(sizes(context.output(0)), b.integers([1]));
  const covered = b.add(b.mul(steps, b.integers(strides)), b.integers(reach));
  const missing = b.sub(covered, sizes(context.input(0)));
  const mode = context.string("auto_pad", "NOTSET");
  const begins = mode.startsWith("SAME")
    ? halfOf(context, missing, mode === "SAME_LOWER")
    : b.integers(kernel.map((_, i) => padsBefore(context, i, 0)));
  const none = b.integers([0, 0]);
  return b.concat([none, b.neg(begins), none, b.sub(begins, missing)], 0);
}

/** max(0, n) / 2, rounded up or down. */
function halfOf({ builder: b }: RuleContext, n: string, up: boolean): string {
  const zero = b.integers([0]);
  const positive = b.emit("Where", [b.emit("Less", [n, zero]), zero, n]);
  return b.div(up ? b.add(positive, b.integers([1])) : positive, b.integers([2]));
}

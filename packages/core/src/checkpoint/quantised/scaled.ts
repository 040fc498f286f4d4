/**
 * @file Weights of 8 bits with scales beside them: compressed-tensors (int-quantized, float-quantized, naive-quantized),
 * fp8 with a scale for each block (DeepSeek's), quanto.
 *
 * W = (weight - zero point) x scale; scales of the whole tensor, of rows, of groups of a row, or of blocks.
 */

import type { StoredTensor } from "../../onnx/model.ts";
import { isFloat8 } from "../../tensor/dtype.ts";
import { roundedTo } from "../../tensor/half.ts";
import { elementCount, type Tensor } from "../../tensor/tensor.ts";
import {
  type Dequantised,
  floatsOf,
  partOf,
  type QuantisedContext,
  type QuantisedLayer,
  refuseLayer,
  type Scheme,
  valuesOf,
} from "./scheme.ts";

const COMPRESSED = "compressed-tensors, 8 bits";

export const compressedScaled: Scheme = {
  name: COMPRESSED,
  formula: "(weight - zero point) x weight_scale",
  methods: ["compressed-tensors", "fbgemm_fp8"],
  tells: false,
  needs: ["weight", "weight_scale"],
  weight: async (layer, context) =>
    scaled(layer, context, { scheme: COMPRESSED, weight: "weight", scale: "weight_scale", zero: "weight_zero_point" }),
};

const FP8 = "fp8, scales of blocks";

export const fp8: Scheme = {
  name: FP8,
  formula: "weight x weight_scale_inv of the block",
  methods: ["fp8"],
  tells: false,
  needs: ["weight", "weight_scale_inv"],
  weight: async (layer, context) =>
    scaled(layer, context, { scheme: FP8, weight: "weight", scale: "weight_scale_inv" }),
};

const QUANTO = "quanto, 8 bits";

export const quanto: Scheme = {
  name: QUANTO,
  formula: "data x scale",
  methods: ["quanto"],
  tells: true,
  needs: ["weight._data", "weight._scale"],
  weight: async (layer, context) =>
    scaled(layer, context, { scheme: QUANTO, weight: "weight._data", scale: "weight._scale" }),
};

interface Names {
  readonly scheme: string;
  readonly weight: string;
  readonly scale: string;
  readonly zero?: string;
}

function scaled(layer: QuantisedLayer, { settings }: QuantisedContext, names: Names): Dequantised {
  const { scheme } = names;
  const weight = partOf(layer, scheme, names.weight, 2);
  if (weight.dtype !== "int8" && !isFloat8(weight.dtype)) {
    refuseLayer(layer, scheme, `"${names.weight}" is ${weight.dtype}, wanted int8 or fp8`);
  }
  const scale = layer.parts.get(names.scale) as StoredTensor;
  const zero = names.zero === undefined ? undefined : layer.parts.get(names.zero);
  if (zero !== undefined && elementCount(zero.shape) !== elementCount(scale.shape)) {
    refuseLayer(layer, scheme, "it has another number of zero points than of scales");
  }
  const place = scalePlaces(weight.shape, scale.shape, settings?.integers("weight_block_size", []) ?? []);
  if (place === undefined) {
    refuseLayer(
      layer,
      scheme,
      `scales of shape [${scale.shape.join(", ")}] do not divide a weight of shape [${weight.shape.join(", ")}]`,
    );
  }
  return {
    shape: weight.shape,
    parts: [weight, scale, ...(zero === undefined ? [] : [zero])],
    compute([stored, factors, zeros]) {
      const values = valuesOf(stored as Tensor);
      const scales = floatsOf(factors as Tensor);
      const offsets = zeros === undefined ? undefined : valuesOf(zeros);
      const result = Float32Array.from({ length: values.length }, (_, i) => {
        const at = place(i);
        return ((values[i] as number) - (offsets?.[at] ?? 0)) * (scales[at] as number);
      });
      return roundedTo(scale.dtype, result); // the library computes in the type of the scales
    },
  };
}

/** Which scale belongs to an element of a matrix; undefined where the scales do not divide it. */
function scalePlaces(
  [rows = 0, columns = 0]: readonly number[],
  shape: readonly number[],
  block: readonly number[],
): ((index: number) => number) | undefined {
  if (elementCount(shape) === 1) return () => 0;
  const [gridRows = 1, gridColumns = 1] = shape;
  if (shape.length > 2) return undefined;
  const height = gridSize(rows, gridRows, block[0]);
  const width = gridSize(columns, gridColumns, block[1]);
  if (height === undefined || width === undefined) return undefined;
  return (index) =>
    Math.floor(Math.floor(index / columns) / height) * gridColumns + Math.floor((index % columns) / width);
}

/** Elements of a block along an axis: as configured, where the last block may be cut, else so that all are equal. */
function gridSize(size: number, blocks: number, configured: number | undefined): number | undefined {
  if (configured !== undefined && configured > 0 && Math.ceil(size / configured) === blocks) return configured;
  return size % blocks === 0 ? size / blocks : undefined;
}

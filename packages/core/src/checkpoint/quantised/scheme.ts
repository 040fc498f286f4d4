/** @file What a way of quantising weights is to calig: how its tensors are told, and the formula that gives floating-point ones. */

import { CheckpointError } from "../../errors.ts";
import type { StoredTensor } from "../../onnx/model.ts";
import { toFloatTensor } from "../../tensor/half.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { DerivedTensor } from "../derived-tensor.ts";
import type { JsonFields } from "../json-fields.ts";

/** A layer whose weight is not stored as it is used. */
export interface QuantisedLayer {
  /** "bert.encoder.layer.0.output.dense" */
  readonly name: string;
  /** Its tensors by the rest of their names: "weight", "SCB". */
  readonly parts: ReadonlyMap<string, StoredTensor>;
}

export interface QuantisedContext {
  /** `quantization_config` of config.json; undefined where there is none. */
  readonly settings: JsonFields | undefined;
  /** The elements of a small tensor, which tell how the others are to be read. */
  read(tensor: StoredTensor): Promise<Tensor>;
}

/** The weight of a layer by a scheme. */
export interface Dequantised extends Pick<DerivedTensor, "shape" | "parts" | "compute"> {
  /** Tensors of the layer that the formula takes into account besides `parts`. */
  readonly settled?: readonly string[];
}

/** One way of quantising. To add one: a file here, a line in `dequantise.ts`, and a case of tools/make_quantised_reference.py. */
export interface Scheme {
  /** For reports: "bitsandbytes, 8 bits". */
  readonly name: string;
  /** For reports: "int8 x SCB / 127". */
  readonly formula: string;
  /** Values of `quant_method` that mean it. */
  readonly methods: readonly string[];
  /** Whether the names of its tensors tell it without a configuration. */
  readonly tells: boolean;
  /** Parts that tell it, all of them. */
  readonly needs: readonly (string | RegExp)[];
  /** @throws {CheckpointError} When the layer is quantised in a way that the formula does not cover. */
  weight(layer: QuantisedLayer, context: QuantisedContext): Promise<Dequantised>;
}

/** What to do about weights that calig does not dequantise. */
export const DEQUANTISE_REMEDY =
  'get the checkpoint in float32 or half precision, or write it out so: in Python, model.dequantize() and model.save_pretrained("FOLDER"), where the library can';

/** @throws {CheckpointError} Always. */
export function refuseLayer({ name }: QuantisedLayer, scheme: string, reason: string): never {
  throw new CheckpointError(
    `Cannot read the quantised weight of "${name}" (${scheme}): ${reason}; ${DEQUANTISE_REMEDY}`,
    name,
  );
}

/** The part of a layer of this name, of rank `rank`. @throws {CheckpointError} When it is missing or of another rank. */
export function partOf(layer: QuantisedLayer, scheme: string, part: string, rank: number): StoredTensor {
  const tensor = layer.parts.get(part);
  if (tensor === undefined) return refuseLayer(layer, scheme, `there is no "${part}"`);
  if (tensor.shape.length !== rank) {
    refuseLayer(layer, scheme, `"${part}" has shape [${tensor.shape.join(", ")}], wanted ${rank} axes`);
  }
  return tensor;
}

export const isShape = ({ shape }: StoredTensor, ...wanted: readonly number[]): boolean =>
  shape.length === wanted.length && shape.every((size, axis) => size === wanted[axis]);

/** Floating-point numbers of any width. */
export const floatsOf = (tensor: Tensor): Float32Array => toFloatTensor(tensor).data;

/** Whole numbers, or floating-point ones of 8 bits, as numbers. */
export function valuesOf(tensor: Tensor): ArrayLike<number> {
  if (tensor.dtype.startsWith("float") || tensor.dtype === "bfloat16") return floatsOf(tensor);
  if (tensor.dtype === "int64" || tensor.dtype === "uint64") return Array.from(tensor.data as BigInt64Array, Number);
  return tensor.data as Exclude<Tensor["data"], BigInt64Array | BigUint64Array>;
}

/** The unsigned number of `bits` bits at place `index` of words of 32 bits, packed densely from the lowest bit on. */
export function unpack(words: (index: number) => number, bits: number, index: number): number {
  const bit = index * bits;
  const word = Math.floor(bit / 32);
  const shift = bit % 32;
  const mask = 2 ** bits - 1;
  const low = words(word) >>> shift;
  if (shift + bits <= 32) return low & mask;
  return (low | (words(word + 1) << (32 - shift))) & mask;
}

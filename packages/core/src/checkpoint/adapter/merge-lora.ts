/**
 * @file LoRA (Hu et al. 2021) and DoRA (Liu et al. 2024) merged into the weights of a base model, as peft merges them.
 *
 * W' = W + s B A with s = alpha / r, or alpha / sqrt(r) where it is rank-stabilised; DoRA: m (W + s B A) / |W + s B A|,
 * row by row. Embeddings: W' = W + s (B A)^T, and so layers that are stored [in, out]. Tensors without such matrices take the place of those of the base.
 */

import { CheckpointError } from "../../errors.ts";
import type { StoredTensor } from "../../onnx/model.ts";
import { toFloatTensor } from "../../tensor/half.ts";
import { elementCount, type Tensor } from "../../tensor/tensor.ts";
import type { DerivedTensor } from "../derived-tensor.ts";
import { isStoredWhole, type LoraSettings, mergeRemedy } from "./adapter.ts";

type AnyTensor = StoredTensor | DerivedTensor;

/** An adapter whose headers were read. */
export interface Adapter {
  readonly settings: LoraSettings;
  /** Its tensors by the names in its file. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** Names of weights of the base that are stored [in, out], as those of GPT-2. */
  readonly transposed?: RegExp | undefined;
}

/** What an adapter sets in place of tensors of the base, by name. */
export interface MergedTensors {
  readonly tensors: ReadonlyMap<string, AnyTensor>;
  /** What a reader of explanations must know. */
  readonly note: string;
}

/** What peft sets before the names of all modules. */
const PREFIX = /^base_model\.model\./;
/** Names that peft gives to what it wraps. */
const WRAPPERS = /\.(base_layer|modules_to_save(\.default)?)(?=\.)/g;
const PART = /^(.*)\.(lora_[AB]|lora_embedding_[AB]|lora_magnitude_vector)(?:\.default)?(?:\.(weight|bias))?$/;

/** The matrices of one layer. */
type Layer = ReadonlyMap<string, StoredTensor>;

/**
 * Merges an adapter into the tensors of a base model. Nothing is computed yet.
 *
 * @param base - Tensors of the base by name.
 * @throws {CheckpointError} When something of the adapter has no place in the base, or is of a kind that calig does not merge.
 */
export function mergeLora(
  base: ReadonlyMap<string, AnyTensor>,
  { settings, tensors, transposed: turned }: Adapter,
): MergedTensors {
  const layers = new Map<string, Map<string, StoredTensor>>();
  const merged = new Map<string, AnyTensor>();
  for (const [full, tensor] of tensors) {
    const name = full.replace(PREFIX, "").replace(WRAPPERS, "");
    const match = PART.exec(name);
    if (match === null) {
      const own = nameInBase(base, name) ?? (isStoredWhole(name, settings) ? name : undefined);
      if (own === undefined) refuse(settings, `tensor "${full}" has no place in the base model`);
      merged.set(own as string, { ...tensor, name: own as string });
      continue;
    }
    const [, layer = "", part = "", kind = "weight"] = match;
    const parts = layers.get(layer) ?? new Map<string, StoredTensor>();
    layers.set(layer, parts.set(kind === "weight" ? part : `${part}.${kind}`, tensor));
  }
  if (layers.size === 0 && merged.size === 0) refuse(settings, "its weights file is empty");
  for (const [layer, parts] of layers) {
    for (const tensor of mergedLayer(base, merged, settings, layer, parts, turned)) merged.set(tensor.name, tensor);
  }
  return {
    tensors: merged,
    note: `An adapter (${settings.usesDora ? "DoRA" : "LoRA"}, ${layers.size} layers${merged.size > layers.size ? ", and tensors of its own" : ""}) is merged into the base model: what is explained is the model with the adapter`,
  };
}

/** The weight of a layer, and its bias where the adapter has one. */
function mergedLayer(
  base: ReadonlyMap<string, AnyTensor>,
  merged: ReadonlyMap<string, AnyTensor>,
  settings: LoraSettings,
  layer: string,
  parts: Layer,
  turned: RegExp | undefined,
): DerivedTensor[] {
  const isEmbedding = parts.has("lora_embedding_A");
  const [a, b] = isEmbedding ? ["lora_embedding_A", "lora_embedding_B"] : ["lora_A", "lora_B"];
  const first = parts.get(a as string);
  const second = parts.get(b as string);
  const known = new Set([a, b, "lora_B.bias", ...(settings.usesDora && !isEmbedding ? ["lora_magnitude_vector"] : [])]);
  const strange = [...parts.keys()].find((part) => !known.has(part));
  if (strange !== undefined) refuse(settings, `layer "${layer}" has "${strange}", which calig does not merge`);
  if (first === undefined || second === undefined) {
    return refuse(settings, `layer "${layer}" has ${[...parts.keys()].join(" and ")} alone`);
  }
  const magnitude = parts.get("lora_magnitude_vector");
  if (settings.usesDora && magnitude === undefined) refuse(settings, `layer "${layer}" has no "lora_magnitude_vector"`);
  const { rank, scale } = settings.scaleOf(layer);
  // A module that is stored whole is adapted, too, where it is a target.
  const weightName = nameInBase(base, `${layer}.weight`) ?? `${layer}.weight`;
  const weight = merged.get(weightName) ?? base.get(weightName);
  if (weight === undefined) return refuse(settings, `there is no weight of layer "${layer}" in the base model`);
  const [rows = 0, ...inner] = weight.shape;
  const columns = elementCount(inner);
  // The product is [out, in].
  const isTurned = isEmbedding || turned?.test(weightName) === true;
  const [height, width] = isTurned ? [columns, rows] : [rows, columns];
  const fits =
    first.shape[0] === rank &&
    second.shape[1] === rank &&
    second.shape[0] === height &&
    elementCount(second.shape) === height * rank &&
    elementCount(first.shape) === rank * width;
  if (!fits) {
    refuse(
      settings,
      `layer "${layer}" has matrices of shape [${first.shape.join(", ")}] and [${second.shape.join(", ")}] for a weight of shape [${weight.shape.join(", ")}] at rank ${rank}`,
    );
  }
  if (magnitude !== undefined && (elementCount(magnitude.shape) !== rows || weight.shape.length !== 2)) {
    refuse(settings, `layer "${layer}" has magnitudes of shape [${magnitude.shape.join(", ")}]`);
  }
  if (magnitude !== undefined && isTurned)
    refuse(settings, `layer "${layer}" is stored [in, out], and DoRA is merged into others`);
  const result: DerivedTensor = {
    name: weightName,
    shape: weight.shape,
    parts: [weight, first, second, ...(magnitude === undefined ? [] : [magnitude])],
    compute([w, ma, mb, m]) {
      const product = isTurned
        ? transposed(multiplied(floats(mb), floats(ma), height, rank, width), height, width)
        : multiplied(floats(mb), floats(ma), height, rank, width);
      const sum = floats(w).map((value, i) => value + scale * (product[i] as number));
      return m === undefined ? sum : withMagnitudes(sum, floats(m), columns);
    },
  };
  const bias = parts.get("lora_B.bias");
  return bias === undefined ? [result] : [result, mergedBias(base, merged, settings, layer, bias, scale)];
}

/** `lora_bias`: the bias of the second matrix, scaled like the product. */
function mergedBias(
  base: ReadonlyMap<string, AnyTensor>,
  merged: ReadonlyMap<string, AnyTensor>,
  settings: LoraSettings,
  layer: string,
  bias: StoredTensor,
  scale: number,
): DerivedTensor {
  const name = nameInBase(base, `${layer}.bias`) ?? `${layer}.bias`;
  const own = merged.get(name) ?? base.get(name);
  if (own === undefined || elementCount(own.shape) !== elementCount(bias.shape)) {
    return refuse(settings, `layer "${layer}" of the base model has no bias that the adapter's could be added to`);
  }
  return {
    name,
    shape: own.shape,
    parts: [own, bias],
    compute([first, second]) {
      const added = floats(second);
      return floats(first).map((value, i) => value + scale * (added[i] as number));
    },
  };
}

/**
 * What the base calls a tensor: the adapter's names are those of the model it was trained in, which may have the name of the
 * encoder before them where the file of the base has not, or the other way round.
 */
function nameInBase(base: ReadonlyMap<string, AnyTensor>, name: string): string | undefined {
  if (base.has(name)) return name;
  const shorter = name.slice(name.indexOf(".") + 1);
  if (base.has(shorter)) return shorter;
  const longer = [...base.keys()].filter(
    (own) => own.endsWith(`.${name}`) && !own.slice(0, -name.length - 1).includes("."),
  );
  return longer.length === 1 ? longer[0] : undefined;
}

const floats = (tensor: Tensor | undefined): Float32Array => toFloatTensor(tensor as Tensor).data;

/** The product of [rows, inner] and [inner, columns]. */
function multiplied(
  left: Float32Array,
  right: Float32Array,
  rows: number,
  inner: number,
  columns: number,
): Float64Array {
  const product = new Float64Array(rows * columns);
  for (let r = 0; r < rows; r++) {
    for (let k = 0; k < inner; k++) {
      const factor = left[r * inner + k] as number;
      for (let c = 0; c < columns; c++) {
        const at = r * columns + c;
        product[at] = (product[at] as number) + factor * (right[k * columns + c] as number);
      }
    }
  }
  return product;
}

function transposed(matrix: Float64Array, rows: number, columns: number): Float64Array {
  return matrix.map((_, i) => matrix[(i % rows) * columns + Math.floor(i / rows)] as number);
}

/** Rows of the length that DoRA gives them. */
function withMagnitudes(weight: Float32Array, magnitudes: Float32Array, columns: number): Float32Array {
  const lengths = magnitudes.map((_, r) => {
    let squares = 0;
    for (let c = 0; c < columns; c++) squares += (weight[r * columns + c] as number) ** 2;
    return Math.sqrt(squares);
  });
  return weight.map((value, i) => {
    const row = Math.floor(i / columns);
    return (value * (magnitudes[row] as number)) / (lengths[row] as number);
  });
}

function refuse({ file, task }: LoraSettings, reason: string): never {
  throw new CheckpointError(
    `Cannot merge the adapter of "${file}": ${reason}; ${mergeRemedy({ string: () => task })}`,
    file,
  );
}

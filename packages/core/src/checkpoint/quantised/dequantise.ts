/** @file Quantised layers of a checkpoint: found by the names of their tensors, dequantised by the formula of their scheme, or refused by name. */

import { CheckpointError } from "../../errors.ts";
import { type ReadRange, readStoredTensor } from "../../onnx/external-data.ts";
import type { StoredTensor } from "../../onnx/model.ts";
import { isFloat8, isFloating } from "../../tensor/dtype.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { DerivedTensor } from "../derived-tensor.ts";
import type { JsonFields } from "../json-fields.ts";
import { bitsandbytes4, bitsandbytes8 } from "./bitsandbytes.ts";
import { awq, compressedPacked, gptq } from "./packed.ts";
import { compressedScaled, fp8, quanto } from "./scaled.ts";
import { DEQUANTISE_REMEDY, floatsOf, type QuantisedLayer, refuseLayer, type Scheme } from "./scheme.ts";

/** In the order in which they are tried: what a later one needs may be among the tensors of an earlier one. */
const SCHEMES: readonly Scheme[] = [
  bitsandbytes4,
  bitsandbytes8,
  compressedPacked,
  quanto,
  gptq,
  awq,
  fp8,
  compressedScaled,
];

/** What follows the name of a layer in the names of tensors that only quantised layers have. */
const QUANTISED_ONLY =
  /\.(weight\.(absmax|quant_map|nested_absmax|nested_quant_map|quant_state\.\w+|_data|_scale|_shift)|weight_(format|packed|shape|scale|scale_inv|scale_2|scales|zero_point|g_idx|global_scale|qdata)|SCB|qweight|qzeros|scales|g_idx|(input|output)_(scale|zero_point|global_scale|amax)|scale_weight|W_q|codes|codebooks|compressed|bitmask|row_offsets)$/;
/** How activations are quantised: nothing of the weights. */
const ACTIVATIONS = /^(input|output)_(scale|zero_point|global_scale|amax)$/;

/** Weights that are floating-point numbers of 8 bits by themselves. */
const UNSCALED = { name: "fp8, without scales", formula: "the number itself" } as const;

/** The quantised weights of a checkpoint. */
export interface DequantisedWeights {
  /** Floating-point weights of the layers, by name. */
  readonly derived: ReadonlyMap<string, DerivedTensor>;
  /** Names of stored tensors that they are made of, or that say how. */
  readonly taken: ReadonlySet<string>;
  /** What a reader of explanations must know; undefined where nothing is quantised. */
  readonly note: string | undefined;
}

/**
 * Finds quantised layers and how their weights are computed. Nothing is computed yet; only what says how is read.
 *
 * @param settings - `quantization_config` of config.json; undefined where there is none.
 * @throws {CheckpointError} When weights are quantised in a way that calig does not undo; names it and the way out.
 */
export async function dequantise(
  tensors: ReadonlyMap<string, StoredTensor>,
  settings: JsonFields | undefined,
  read: ReadRange,
): Promise<DequantisedWeights> {
  const method = methodOf(settings);
  checkMethod(method, tensors);
  const derived = new Map<string, DerivedTensor>();
  const taken = new Set<string>();
  const used = new Set<Pick<Scheme, "name" | "formula">>();
  const context = { settings, read: (tensor: StoredTensor) => readStoredTensor(tensor, read) };
  let activations = false;
  for (const layer of quantisedLayers(tensors)) {
    const parts = [...layer.parts.keys()];
    activations ||= parts.some((part) => ACTIVATIONS.test(part));
    if (parts.some((part) => part !== "weight" && !ACTIVATIONS.test(part))) {
      const scheme = schemeOf(layer, method);
      const { shape, parts: sources, compute, settled = [] } = await scheme.weight(layer, context);
      const known = new Set([...sources.map(({ name }) => name), ...settled.map((part) => `${layer.name}.${part}`)]);
      const rest = parts.filter((part) => !ACTIVATIONS.test(part) && !known.has(`${layer.name}.${part}`));
      if (rest.length > 0) refuseLayer(layer, scheme.name, `it has ${list(rest)} besides, which calig does not read`);
      const name = `${layer.name}.weight`;
      derived.set(name, { name, shape, parts: sources, compute });
      used.add(scheme);
    }
    for (const part of parts)
      if (part !== "weight" || derived.has(`${layer.name}.weight`)) taken.add(`${layer.name}.${part}`);
  }
  for (const tensor of tensors.values()) {
    if (!isFloat8(tensor.dtype) || taken.has(tensor.name)) continue;
    if (method !== undefined) {
      refuseLayer({ name: tensor.name, parts: new Map() }, method, `it is ${tensor.dtype} and has no scale beside it`);
    }
    const { name, shape } = tensor;
    derived.set(name, { name, shape, parts: [tensor], compute: ([stored]) => floatsOf(stored as Tensor) });
    taken.add(name);
    used.add(UNSCALED);
  }
  return { derived, taken, note: noteOf(method, [...used], activations) };
}

function methodOf(settings: JsonFields | undefined): string | undefined {
  if (settings === undefined) return undefined;
  const method = settings.string("quant_method", "");
  if (method !== "") return method.toLowerCase();
  // Files of old libraries: the settings alone.
  if (settings.has("load_in_8bit") || settings.has("load_in_4bit")) return "bitsandbytes";
  return settings.has("config_groups") ? "compressed-tensors" : "unnamed";
}

/** Numbers that are no weights: positions and kinds of tokens, counters. */
const BUFFER = /(position_ids|token_type_ids|num_batches_tracked|relative_position_index|position_index)$/;

/** @throws {CheckpointError} When a method that calig does not undo was used: plain weights may name it all the same. */
function checkMethod(method: string | undefined, tensors: ReadonlyMap<string, StoredTensor>): void {
  if (method === undefined || SCHEMES.some(({ methods }) => methods.includes(method))) return;
  const strange = [...tensors.values()].find(
    ({ name, dtype }) => QUANTISED_ONLY.test(name) || isFloat8(dtype) || (!isFloating(dtype) && !BUFFER.test(name)),
  );
  if (strange === undefined) return;
  const known = [...new Set(SCHEMES.flatMap(({ methods }) => methods))].map((name) => `"${name}"`).join(", ");
  throw new CheckpointError(
    `Cannot read the weights: config.json says that they are quantised by "${method}", as tensor "${strange.name}" of type ${strange.dtype} shows; calig dequantises ${known}: ${DEQUANTISE_REMEDY}`,
    "config.json",
  );
}

/** Layers that have tensors which only quantised ones have. */
function quantisedLayers(tensors: ReadonlyMap<string, StoredTensor>): QuantisedLayer[] {
  const layers = new Map<string, Map<string, StoredTensor>>();
  for (const [full, tensor] of tensors) {
    const match = QUANTISED_ONLY.exec(full);
    if (match === null) continue;
    const name = full.slice(0, match.index);
    const parts = layers.get(name) ?? new Map<string, StoredTensor>();
    layers.set(name, parts.set(match[1] as string, tensor));
  }
  return [...layers].map(([name, parts]) => {
    const weight = tensors.get(`${name}.weight`);
    return { name, parts: weight === undefined ? parts : new Map([["weight", weight], ...parts]) };
  });
}

/** @throws {CheckpointError} When none fits. */
function schemeOf(layer: QuantisedLayer, method: string | undefined): Scheme {
  const names = [...layer.parts.keys()];
  const fits = ({ needs }: Scheme) =>
    needs.every((need) => names.some((name) => (typeof need === "string" ? name === need : need.test(name))));
  const meant = ({ methods, tells }: Scheme) => (method === undefined ? tells : methods.includes(method));
  const found = SCHEMES.find((scheme) => fits(scheme) && meant(scheme));
  if (found !== undefined) return found;
  const says =
    method === undefined ? 'config.json has no "quantization_config" that says how' : `config.json says "${method}"`;
  return refuseLayer(layer, list(names), `${says}, and calig knows no formula for these tensors`);
}

const list = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(", ");

function noteOf(
  method: string | undefined,
  schemes: readonly Pick<Scheme, "name" | "formula">[],
  activations: boolean,
): string | undefined {
  if (schemes.length > 0) {
    const formulas = schemes.map(({ name, formula }) => `${name}: weight = ${formula}`).join("; ");
    return `The weights are quantised (${formulas}): what is explained is the model with these weights in float32 arithmetic; software that also rounds activations${activations ? ", as this checkpoint asks," : ""} or computes in half precision gives slightly other logits`;
  }
  if (activations) {
    return "The checkpoint asks for quantised activations: what is explained is the model in float32 arithmetic, without that rounding";
  }
  if (method === undefined) return undefined;
  return `config.json says that the weights are quantised ("${method}"), but they are plain floating-point numbers: what is explained is the model with these weights; software that quantises them when it loads gives other logits`;
}

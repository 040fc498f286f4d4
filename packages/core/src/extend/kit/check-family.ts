/** @file The test kit of model families: a small checkpoint against the tensors that its original gives, stored beside it. */

import { buildGradientGraph } from "../../autodiff/backward.ts";
import { parseConfig } from "../../checkpoint/config.ts";
import {
  parseSafetensorsHeader,
  type SafetensorsIndex,
  safetensorsHeaderLength,
} from "../../checkpoint/safetensors.ts";
import { ExtensionError } from "../../errors.ts";
import { GraphBuilder } from "../../graph/builder.ts";
import { anyWeights, checkpointWeights, WEIGHTS } from "../../loading/checkpoint-weights.ts";
import { readContents } from "../../loading/contents.ts";
import { memoryStore } from "../../loading/memory-store.ts";
import type { Feeds, Runtime } from "../../runtime/runtime.ts";
import { viewBytes } from "../../tensor/dtype.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { logitsOf, streamOf, type TransformerGraph } from "../../transformer/anatomy.ts";
import type { ModelFamily } from "../../transformer/family.ts";
import { familyConfig } from "../../transformer/family-config.ts";
import { type KitCheck, KitReport } from "./report.ts";
import { valuesOf } from "./run-graph.ts";

/** A checkpoint, and what its original says to an input. */
export interface FamilyReference {
  /** Contents of config.json. */
  readonly config: string;
  /** Bytes of model.safetensors. */
  readonly weights: Uint8Array;
  /**
   * Bytes of a safetensors file with tensors of the original, as PyTorch computes them:
   *
   * - inputs: `pixels` [batch, channels, height, width], or `ids`, `type_ids` and `mask` [batch, tokens];
   * - `logits` [batch, classes];
   * - `hidden_state.0` ... what enters each block [batch, positions, width];
   * - `attention.0` ... probabilities of each block [batch, heads, queries, keys];
   * - `gradient.0` ... where given: the gradients of the first logit, summed over the batch, at the hidden states.
   */
  readonly reference: Uint8Array;
}

/** With which engine `checkFamily` compares, and how closely. */
export interface CheckFamilyOptions {
  readonly runtime: Runtime;
  /** Largest difference, as a share of the largest number of a tensor. Default: 1e-4. */
  readonly tolerance?: number;
}

const ROLES = { pixels: "pixels", ids: "ids", type_ids: "typeIds", mask: "mask" } as const;

/**
 * Checks a family on one checkpoint: hidden states, attention, logits and gradients are those of the original, and the
 * last block gives the same logits where only what is read is computed.
 *
 * @returns All checks, each kept.
 * @throws {ExtensionError} When a promise is not kept; lists all of them.
 */
export async function checkFamily(
  family: ModelFamily,
  { config: json, weights, reference }: FamilyReference,
  { runtime, tolerance = 1e-4 }: CheckFamilyOptions,
): Promise<readonly KitCheck[]> {
  const { name } = family;
  const config = familyConfig(family, parseConfig(json, "config.json"));
  if (!family.modelTypes.includes(config.modelType)) {
    throw new ExtensionError(
      `Cannot check the family "${name}" on a checkpoint of type "${config.modelType}": it builds ${family.modelTypes.map((type) => `"${type}"`).join(", ")}`,
      "family",
    );
  }
  const wanted = tensorsIn(reference, "reference");
  const files = memoryStore({
    name,
    paths: [WEIGHTS],
    read: async (path) => (path === WEIGHTS ? weights : undefined),
  });
  const { source, place } = await checkpointWeights(await anyWeights(await readContents(files)));
  const [, , height = 0, width = 0] = wanted.get("pixels")?.shape ?? [];
  const size = wanted.has("pixels") ? { inputSize: { width, height } } : {};
  const report = new KitReport();
  const run = (model: TransformerGraph, values: readonly string[]) =>
    valuesOf(runtime, model.graph, model.opsets, values, feedsOf(model, wanted), place);

  const model = family.build(config, source, size);
  const { anatomy } = model;
  const compare = (promise: string, prefix: string, values: readonly string[]) =>
    report.expect(promise, async () => {
      const expected = numbered(wanted, prefix);
      if (expected.length !== values.length) return `${values.length} values, the reference has ${expected.length}`;
      const actual = await run(model, values);
      return firstProblem(actual, expected, prefix, tolerance);
    });
  await report.expect("gives the logits of the original", async () => {
    const [logits] = await run(model, [logitsOf(anatomy).value]);
    return difference(logits as Tensor, required(wanted, "logits"), tolerance);
  });
  await compare("has its hidden states", "hidden_state", streamOf(anatomy).hiddenStates);
  await compare("has its attention", "attention", streamOf(anatomy).attentionProbabilities);
  if (wanted.has("gradient.0")) {
    await report.expect("has its gradients", async () => {
      const builder = new GraphBuilder({ from: model.graph, opsets: model.opsets, prefix: "kit/" });
      const of = builder.slice(logitsOf(anatomy).value, -1, 0, 1);
      const { graph, gradients } = buildGradientGraph(builder.build(), {
        of,
        withRespectTo: streamOf(anatomy).hiddenStates,
        opsets: model.opsets,
      });
      const values = streamOf(anatomy).hiddenStates.map((state) => gradients.get(state) ?? "");
      const actual = await run({ ...model, graph }, values);
      return firstProblem(actual, numbered(wanted, "gradient"), "gradient", tolerance);
    });
  }
  await report.expect("gives the same logits where only what is read of the last block is computed", async () => {
    const short = family.build(config, source, { ...size, lastBlock: "pooled" });
    const [logits] = await run(short, [logitsOf(short.anatomy).value]);
    return difference(logits as Tensor, required(wanted, "logits"), tolerance);
  });
  await report.expect("says how long its inputs are", () => {
    const length = family.maxLength(config);
    const readsTokens = streamOf(model.anatomy).inputs.ids !== undefined;
    const isRight = readsTokens ? Number.isSafeInteger(length) && (length ?? 0) > 0 : length === undefined;
    return isRight ? undefined : `maxLength() gives ${length} for ${family.kind} models`;
  });
  return report.finish("family", name);
}

function indexOf(bytes: Uint8Array, name: string): SafetensorsIndex {
  const length = safetensorsHeaderLength(bytes.subarray(0, 8), bytes.length, name);
  return parseSafetensorsHeader(bytes.subarray(8, 8 + length), bytes.length, name);
}

/** The tensors of a safetensors file. */
function tensorsIn(bytes: Uint8Array, name: string): ReadonlyMap<string, Tensor> {
  return new Map(
    [...indexOf(bytes, name).tensors].map(([key, { dtype, shape, offset, length }]) => {
      // A copy: the elements of a view must lie at multiples of their size.
      const data = viewBytes(dtype, bytes.slice(offset, offset + length));
      return [key, { dtype, shape, data } as Tensor];
    }),
  );
}

const numbered = (tensors: ReadonlyMap<string, Tensor>, prefix: string): readonly Tensor[] =>
  Array.from({ length: tensors.size }, (_, l) => tensors.get(`${prefix}.${l}`)).filter(
    (tensor) => tensor !== undefined,
  );

function required(tensors: ReadonlyMap<string, Tensor>, name: string): Tensor {
  const found = tensors.get(name);
  if (found === undefined) throw new ExtensionError(`the reference has no tensor "${name}"`, "family");
  return found;
}

function feedsOf({ anatomy }: TransformerGraph, tensors: ReadonlyMap<string, Tensor>): Feeds {
  const { inputs } = streamOf(anatomy);
  return Object.fromEntries(
    Object.entries(ROLES).flatMap(([stored, role]) => {
      const [name, tensor] = [inputs[role], tensors.get(stored)];
      return name === undefined || tensor === undefined ? [] : [[name, tensor]];
    }),
  );
}

function firstProblem(
  actual: readonly Tensor[],
  expected: readonly Tensor[],
  what: string,
  tolerance: number,
): string | undefined {
  for (const [l, tensor] of expected.entries()) {
    const found = difference(actual[l] as Tensor, tensor, tolerance);
    if (found !== undefined) return `${what}.${l}: ${found}`;
  }
  return undefined;
}

function difference({ shape, data }: Tensor, expected: Tensor, tolerance: number): string | undefined {
  if (shape.join() !== expected.shape.join()) return `shape [${shape}], wanted [${expected.shape}]`;
  let [worst, largest] = [0, 0];
  for (let i = 0; i < data.length; i++) {
    const distance = Math.abs(Number(data[i]) - Number(expected.data[i]));
    // A number that is none counts as a difference.
    worst = distance <= worst ? worst : distance;
    largest = Math.max(largest, Math.abs(Number(expected.data[i])));
  }
  return worst <= tolerance * largest ? undefined : `off by ${worst}, the largest number is ${largest}`;
}

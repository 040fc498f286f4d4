/** @file What families accept of checkpoints, and what they refuse; their numbers are in test/reference. */

import { parseConfig } from "@calig/core/internal/checkpoint/config";
import { CheckpointError, UnsupportedModelError } from "@calig/core/internal/errors";
import type { StoredTensor } from "@calig/core/internal/onnx/model";
import type { Tensor } from "@calig/core/internal/tensor/tensor";
import { logitsOf } from "@calig/core/internal/transformer/anatomy";
import type { WeightSource } from "@calig/core/internal/transformer/parameters";
import { describe, expect, it } from "vitest";
import { familyOf } from "../support/families.ts";
import { hashedWeights } from "../support/hashed-model.ts";
import { type ParityCase, parityFeeds, parityModel, readParityFile } from "../support/parity.ts";
import { runGraph } from "../support/run-graph.ts";

const { cases } = readParityFile("text");
const caseOf = (name: string) => cases.find((reference) => reference.name === name) as ParityCase;

/** The weights of a case under other names; undefined leaves a tensor out. */
function renamed({ tensors, gain }: ParityCase, rename: (name: string) => string | undefined): WeightSource {
  const source = hashedWeights(tensors, gain);
  const names = new Map(
    tensors.flatMap(([name]) => {
      const other = rename(name);
      return other === undefined ? [] : [[other, name] as const];
    }),
  );
  return {
    description: "renamed weights",
    names: new Set(names.keys()),
    get: (name): StoredTensor => ({ ...source.get(names.get(name) as string), name }),
  };
}

const build = (reference: ParityCase, weights: WeightSource, changes: object = {}) =>
  familyOf(reference.config.model_type).build(
    parseConfig(JSON.stringify({ ...reference.config, ...changes }), "config.json"),
    weights,
  );

async function logitsFor(model: ReturnType<typeof parityModel>, reference: ParityCase): Promise<Tensor["data"]> {
  const [logits] = await runGraph(
    model.graph,
    model.opsets,
    [logitsOf(model.anatomy).value],
    parityFeeds(model, reference),
  );
  return (logits as Tensor).data;
}

describe("ModelFamily.build()", () => {
  it.each([
    ["bert", "bert."],
    ["roberta", "roberta."],
    ["distilbert", "distilbert."],
    ["deberta-v2", "deberta."],
  ])("reads a %s whose tensors lack the prefix %s", async (name, prefix) => {
    const reference = caseOf(name);
    const bare = build(
      reference,
      renamed(reference, (tensor) => (tensor.startsWith(prefix) ? tensor.slice(prefix.length) : tensor)),
    );
    expect(await logitsFor(bare, reference)).toEqual(await logitsFor(parityModel(reference), reference));
  });

  it("reads normalisations that are named as in checkpoints from TensorFlow: gamma and beta", async () => {
    const reference = caseOf("bert");
    const old = build(
      reference,
      renamed(reference, (tensor) =>
        tensor.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"),
      ),
    );
    expect(await logitsFor(old, reference)).toEqual(await logitsFor(parityModel(reference), reference));
  });

  it("says that a checkpoint has no classifier before it misses tensors", () => {
    const reference = caseOf("roberta");
    const weights = renamed(reference, (tensor) => (tensor.startsWith("classifier") ? undefined : tensor));
    const building = () => build(reference, weights, { architectures: ["RobertaForMaskedLM"] });
    expect(building).toThrow(UnsupportedModelError);
    expect(building).toThrow(/it is a RobertaForMaskedLM, and it has no tensors "classifier/);
    expect(() => build(reference, weights)).toThrow(CheckpointError);
  });

  it("refuses decoders and relative positions that no family builds, all at once", () => {
    const reference = caseOf("bert");
    const changes = { position_embedding_type: "relative_key", is_decoder: true };
    const building = () => build(reference, hashedWeights(reference.tensors), changes);
    expect(building).toThrow(UnsupportedModelError);
    expect(building).toThrow(/"position_embedding_type" is "relative_key".* and "is_decoder" is true/);
  });

  it("refuses a DeBERTa-v2 with a convolution", () => {
    const reference = caseOf("deberta-v2");
    const building = () => build(reference, hashedWeights(reference.tensors), { conv_kernel_size: 3 });
    expect(building).toThrow(UnsupportedModelError);
    expect(building).toThrow(/"conv_kernel_size" in config.json is 3/);
  });

  it("refuses what it does not know of a ModernBERT", () => {
    const reference = caseOf("modernbert");
    const building = (changes: object) => () => build(reference, hashedWeights(reference.tensors), changes);
    const scaled = { rope_parameters: { full_attention: { rope_type: "yarn" } } };
    expect(building(scaled)).toThrow(/"rope_type" is "yarn"/);
    expect(building({ classifier_pooling: "max" })).toThrow(/"max"; calig knows cls, mean/);
    expect(building({ layer_types: ["linear_attention"] })).toThrow(/has "linear_attention"; calig knows/);
  });
});

describe("ModelFamily.maxLength()", () => {
  it("leaves out the positions that families with padded positions never give to a token", () => {
    const limit = (model_type: string, fields: object = {}) =>
      familyOf(model_type).maxLength(
        parseConfig(JSON.stringify({ model_type, max_position_embeddings: 514, ...fields }), "config.json"),
      );
    expect(limit("bert")).toBe(514);
    expect(limit("xlm-roberta")).toBe(512);
    expect(limit("roberta", { pad_token_id: 0 })).toBe(513);
    expect(limit("mpnet")).toBe(512);
  });
});

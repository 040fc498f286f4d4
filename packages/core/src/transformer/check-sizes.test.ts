import { describe, expect, it } from "vitest";
import { parseConfig } from "../checkpoint/config.ts";
import { CheckpointError } from "../errors.ts";
import { checkSizes } from "./check-sizes.ts";
import type { WeightSource } from "./parameters.ts";

/** Weights of the given names; tables of positions have 64 rows. */
const weightsOf = (...names: string[]): WeightSource => ({
  description: "model.safetensors",
  names: new Set(names),
  get: (name) => ({ name, dtype: "float32", shape: [64, 8], storage: { kind: "bytes", bytes: new Uint8Array() } }),
});
const blocks = (count: number, path = "bert.encoder.layer") =>
  Array.from({ length: count }, (_, b) => `${path}.${b}.output.dense.weight`);
const check = (fields: object, ...names: string[]) =>
  checkSizes(parseConfig(JSON.stringify(fields), "config.json"), weightsOf(...names));
const BERT = { model_type: "bert", hidden_size: 8, num_attention_heads: 2, max_position_embeddings: 64 };

describe("checkSizes()", () => {
  it("accepts what fits", () => {
    check({ ...BERT, num_hidden_layers: 3 }, ...blocks(3), "bert.embeddings.position_embeddings.weight");
    check({ ...BERT, model_type: "distilbert", n_layers: 2 }, ...blocks(2, "distilbert.transformer.layer"));
    check(
      { ...BERT, model_type: "vit_mae", num_hidden_layers: 1 },
      ...blocks(1, "vit.encoder.layer"),
      "decoder.decoder_layers.3.a",
    );
    const modern = { model_type: "modernbert", hidden_size: 8, num_attention_heads: 2 };
    check({ ...modern, layer_types: ["full_attention", "sliding_attention"] }, ...blocks(2, "model.layers"));
    const albert = { ...BERT, model_type: "albert", num_hidden_layers: 12, num_hidden_groups: 2 };
    const groups = [0, 1].map((group) => `albert.encoder.albert_layer_groups.${group}.albert_layers.0.ffn.weight`);
    check(albert, ...groups);
    expect(() => check({ ...albert, num_hidden_groups: 1 }, ...groups)).toThrow(
      '"num_hidden_groups" in config.json is 1, and the weights have 2 sets of block weights',
    );
  });

  it.each([
    [
      "fewer blocks than the weights",
      { num_hidden_layers: 2 },
      blocks(12),
      '"num_hidden_layers" in config.json is 2, and the weights have 12 blocks',
    ],
    ["more blocks than the weights", { num_hidden_layers: 12 }, blocks(2), "is 12, and the weights have 2 blocks"],
    ["a billion blocks", { num_hidden_layers: 1e9 }, blocks(2), "is 1000000000, and the weights have 2 blocks"],
    [
      "a billion blocks of unknown names",
      { num_hidden_layers: 1e9 },
      ["a.b"],
      "is 1000000000, and calig builds at most",
    ],
    [
      "blocks that are missing between others",
      { num_hidden_layers: 2 },
      [...blocks(1), ...blocks(9).slice(8)],
      "have 2 blocks, the last of which has the number 8",
    ],
    [
      "heads that do not divide",
      { num_attention_heads: 3 },
      [],
      "a hidden size of 8 cannot be shared by 3 attention heads",
    ],
    ["no heads", { num_attention_heads: 0 }, [], "cannot be shared by 0 attention heads"],
    [
      "other positions",
      { max_position_embeddings: 512, num_hidden_layers: 1 },
      ["bert.embeddings.position_embeddings.weight"],
      "is 512, and the weights have 64 positions",
    ],
    [
      "a billion positions",
      { max_position_embeddings: 1e9, num_hidden_layers: 1 },
      ["a.b"],
      "is 1000000000, and calig builds at most",
    ],
    [
      "a picture of a billion pixels",
      { image_size: 1e9, num_hidden_layers: 1 },
      ["a.b"],
      '"image_size" in config.json is 1000000000',
    ],
    ["no blocks", { num_hidden_layers: 0 }, [], "is 0, and calig explains the blocks of a model"],
    ["a width of a billion", { hidden_size: 1e9 }, ["a.b"], '"hidden_size" in config.json is 1000000000, and no axis'],
    ["a billion words", { vocab_size: 1e9 }, ["a.b"], '"vocab_size" in config.json is 1000000000, and no axis'],
    ["a million classes", { num_labels: 1e6 }, ["a.b"], '"num_labels" in config.json is 1000000, and no axis'],
    [
      "other kinds of tokens",
      { type_vocab_size: 0, num_hidden_layers: 1 },
      ["bert.embeddings.token_type_embeddings.weight"],
      "is 0, and the weights have 64 kinds of tokens",
    ],
    [
      "a constant beyond float32",
      { layer_norm_eps: 1e300 },
      [],
      '"layer_norm_eps" is 1e+300, wanted a number from 0 to 1',
    ],
    ["a negative constant", { norm_eps: -1e-12 }, [], '"norm_eps" is -1e-12, wanted a number from 0 to 1'],
    ["rotations that stand still", { global_rope_theta: 0 }, [], '"global_rope_theta" is 0, wanted a number above 0'],
  ])("refuses %s", (_, fields, names, message) => {
    const run = () => check({ ...BERT, ...fields }, ...(names as string[]));
    expect(run).toThrow(CheckpointError);
    expect(run).toThrow(message);
  });
});

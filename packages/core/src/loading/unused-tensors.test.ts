import { describe, expect, it } from "vitest";
import { UnsupportedModelError } from "../errors.ts";
import type { TransformerGraph } from "../transformer/anatomy.ts";
import type { WeightSource } from "../transformer/parameters.ts";
import { unusedTensors } from "./unused-tensors.ts";

const model = { graph: { initializers: [{ name: "classifier.weight" }] } } as unknown as TransformerGraph;
const unused = (...names: string[]) =>
  unusedTensors(
    { description: "model.safetensors", names: new Set(["classifier.weight", ...names]) } as unknown as WeightSource,
    model,
  );

describe("unusedTensors()", () => {
  it("keeps quiet about what pretraining left behind, buffers and poolers", () => {
    const names = [
      "bert.embeddings.position_ids",
      "cls.predictions.bias",
      "lm_head.bias",
      "roberta.pooler.dense.weight",
    ];
    expect(unused(...names, "vocab_projector.weight", "decoder.mask_token", "generator_lm_head.bias")).toEqual([]);
  });

  it("warns of other tensors by name", () => {
    const [warning] = unused("extra.weight", "gate.0.weight", "a.b", "c.d", "e.f");
    expect(warning?.code).toBe("unused-tensors");
    expect(warning?.message).toContain('"extra.weight", "gate.0.weight", "a.b", "c.d" and 1 more');
  });

  it.each([
    "bert.encoder.layer.0.attention.self.query.lora_A.default.weight",
    "bert.encoder.layer.0.output.adapters.sst2.adapter_down.0.weight",
    "prefix_encoder.embedding.weight",
    "bert.encoder.layer.1.output.dense.ia3_l.default",
  ])("refuses adapters: %s", (name) => {
    expect(() => unused(name)).toThrow(UnsupportedModelError);
    expect(() => unused(name)).toThrow("merge");
  });
});

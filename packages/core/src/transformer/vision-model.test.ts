import { describe, expect, it } from "vitest";
import { parityModel, readParityFile } from "../../../../test/support/parity.ts";
import { UnsupportedModelError } from "../errors.ts";

const { cases } = readParityFile("vision");
const found = (name: string) => cases.find((reference) => reference.name === name) as (typeof cases)[number];
const plain = found("vit without biases");
/** A case with another configuration, or other tensors. */
const changed = (changes: object, tensors = plain.tensors) =>
  parityModel({ ...plain, config: { ...plain.config, ...changes }, tensors });

describe("buildVisionModel()", () => {
  it.each([
    ["vit", { rows: 2, columns: 4, patch: 8, specialTokens: 1 }, "first"],
    ["deit with teacher", { rows: 2, columns: 4, patch: 8, specialTokens: 2 }, "first-two"],
    ["deit", { rows: 3, columns: 3, patch: 8, specialTokens: 2 }, "first"],
    ["beit", { rows: 3, columns: 3, patch: 8, specialTokens: 1 }, "mean"],
    ["dinov2, swiglu, smaller picture", { rows: 2, columns: 3, patch: 8, specialTokens: 1 }, "first-and-mean"],
    ["dinov2 with registers", { rows: 3, columns: 3, patch: 8, specialTokens: 3 }, "first-and-mean"],
    ["timm deit with distillation", { rows: 3, columns: 3, patch: 8, specialTokens: 2 }, "first-two"],
    ["timm vit, mean then norm (mae)", { rows: 3, columns: 3, patch: 8, specialTokens: 1 }, "mean"],
  ] as const)("says where the patches are, and what is read: %s", (name, patches, readout) => {
    const reference = found(name);
    const { anatomy } = parityModel(reference);
    expect(anatomy).toMatchObject({ streams: [{ kind: "image", patches }], outputs: [{ readout, per: "input" }] });
    expect(reference.hiddenStates[0]?.shape[1]).toBe(patches.specialTokens + patches.rows * patches.columns);
  });

  it("refuses a model without a classification head, such as a masked autoencoder", () => {
    const tensors = plain.tensors.filter(([name]) => !name.startsWith("classifier"));
    const build = () => changed({ model_type: "vit_mae", architectures: ["ViTMAEForPreTraining"] }, tensors);
    expect(build).toThrow(UnsupportedModelError);
    expect(build).toThrow(
      'Cannot build a classifier from hashed weights: config.json says it is a ViTMAEForPreTraining, and it has no classification head (none of the tensors "classifier.weight", "cls_classifier.weight", "head.weight"); give a model that was fine-tuned for image classification, or fine-tune this one first',
    );
  });

  it("lists all sizes that it cannot build", () => {
    const build = () => parityModel({ ...plain, inputs: {}, config: { ...plain.config, ...wrong } });
    const wrong = { num_channels: 1, patch_size: [8, 7], image_size: 25, num_attention_heads: 5 };
    expect(build).toThrow(
      'Cannot build the model: calig reads pictures of 3 channels only; calig reads square patches only; patches of 8 pixels do not fill a picture of 25 x 25; 32 channels cannot be shared by 5 heads; check "config.json"',
    );
  });

  it("refuses pictures of another size where positions cannot be adapted", () => {
    expect(() => parityModel(plain, { inputSize: { width: 32, height: 16 } })).toThrow(
      "Cannot build the model for pictures of 16 x 32 pixels: it reads 24 x 24; make preprocessor_config.json produce that size",
    );
  });

  it("does not ignore tensors that a plain ViT of timm does not have", () => {
    const timm = found("timm vit");
    const tensors = [
      ...timm.tensors,
      ["blocks.0.attn.q_norm.weight", [8]] as const,
      ["norm_pre.weight", [32]] as const,
    ];
    expect(() => parityModel({ ...timm, tensors })).toThrow(
      'a plain ViT does not have the tensors "blocks.0.attn.q_norm.weight", "norm_pre.weight"; convert it',
    );
  });

  it("refuses relative positions of pictures that are not square", () => {
    const reference = found("beit");
    const config = { ...reference.config, image_size: [16, 24] };
    expect(() => parityModel({ ...reference, inputs: {}, config })).toThrow(
      "Cannot build a BEiT with relative positions for 2 x 3 patches",
    );
  });
});

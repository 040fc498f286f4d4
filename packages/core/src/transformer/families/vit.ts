/**
 * @file Vision Transformer (Dosovitskiy et al. 2021) with a classification head: checkpoints of Hugging Face
 * (ViTForImageClassification) and of timm. The encoder of a masked autoencoder (He et al. 2022) is one; fine-tuned, it
 * reads its logits from the class token or from the mean of the patches.
 */

import type { ModelFamily } from "../family.ts";
import { buildVisionModel } from "../vision-model.ts";
import { VIT_HEADS, vitEpsilon, vitParts } from "../vit-tensors.ts";

export const vit: ModelFamily = {
  name: "vit",
  modelTypes: ["vit", "vit_mae"],
  kind: "image",
  maxLength: () => undefined,
  build: (config, weights, options = {}) =>
    buildVisionModel(config, weights, options, {
      name: "vit",
      heads: VIT_HEADS,
      epsilon: vitEpsilon(config, weights.names),
      parts: (model) => vitParts(model, "vit"),
    }),
};

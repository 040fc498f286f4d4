/**
 * @file DeiT (Touvron et al. 2021), a ViT with or without a distillation token: checkpoints of Hugging Face
 * (DeiTForImageClassification, DeiTForImageClassificationWithTeacher) and of timm.
 */

import type { ModelFamily } from "../family.ts";
import { buildVisionModel } from "../vision-model.ts";
import { VIT_HEADS, vitEpsilon, vitParts } from "../vit-tensors.ts";

export const deit: ModelFamily = {
  name: "deit",
  modelTypes: ["deit"],
  kind: "image",
  maxLength: () => undefined,
  build: (config, weights, options = {}) =>
    buildVisionModel(config, weights, options, {
      name: "deit",
      heads: VIT_HEADS,
      epsilon: vitEpsilon(config, weights.names),
      parts: (model) => vitParts(model, "deit"),
    }),
};

/** @file Mistral (Jiang et al. 2023): Llama whose blocks may look through a window. From Hugging Face checkpoints. */

import { llamaFamily, windowSize } from "../llama-family.ts";

export const mistral = llamaFamily({
  name: "mistral",
  modelTypes: ["mistral"],
  sizes(config) {
    const size = windowSize(config);
    return { window: () => size };
  },
});

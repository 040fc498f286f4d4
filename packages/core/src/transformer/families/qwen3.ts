/** @file Qwen3 (Yang et al. 2025): queries and keys are normalised, each head by itself. From Hugging Face checkpoints. */

import { llamaFamily } from "../llama-family.ts";
import { upperWindows } from "./qwen2.ts";

export const qwen3 = llamaFamily({
  name: "qwen3",
  modelTypes: ["qwen3"],
  sizes: (config) => ({ normalisesQueries: "heads", ...upperWindows(config) }),
});

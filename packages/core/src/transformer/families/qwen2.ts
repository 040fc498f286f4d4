/** @file Qwen2 and Qwen2.5 (Yang et al. 2024): queries, keys and values have biases. From Hugging Face checkpoints. */

import type { CheckpointConfig } from "../../checkpoint/config.ts";
import { llamaFamily, windowSize, windows } from "../llama-family.ts";

export const qwen2 = llamaFamily({
  name: "qwen2",
  modelTypes: ["qwen2"],
  sizes: (config, { biases }) => ({
    biases: { ...biases, queryKeyValue: true, output: false },
    ...upperWindows(config),
  }),
});

/** From a block on all look through a window, where the configuration wants that. */
export function upperWindows(config: CheckpointConfig) {
  const size = config.boolean("use_sliding_window", false) ? windowSize(config) : undefined;
  const { window } = windows(config, size, (block) => block >= config.integer("max_window_layers", 28));
  return { window };
}

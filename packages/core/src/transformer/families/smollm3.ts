/** @file SmolLM3 (2025): Llama whose every fourth block turns nothing by its position. From Hugging Face checkpoints. */

import { llamaFamily, windowSize, windows } from "../llama-family.ts";

export const smollm3 = llamaFamily({
  name: "smollm3",
  modelTypes: ["smollm3"],
  sizes(config, { rotary }) {
    const turned = config.has("no_rope_layers") ? config.integers("no_rope_layers") : undefined;
    const interval = config.integer("no_rope_layer_interval", 4);
    const turns = (block: number) => (turned === undefined ? (block + 1) % interval !== 0 : turned[block] === 1);
    const size = config.boolean("use_sliding_window", false) ? windowSize(config) : undefined;
    const { window } = windows(config, size, (block) => !turns(block));
    return { window, rotary: (block) => (turns(block) ? rotary(block) : undefined) };
  },
});

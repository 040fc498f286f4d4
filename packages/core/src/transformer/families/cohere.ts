/** @file Command R (Cohere 2024) and Command R7B: LayerNorm without a shift, both parts of a block read the same, neighbours turned together. From Hugging Face checkpoints. */

import type { CheckpointConfig } from "../../checkpoint/config.ts";
import { refuseField } from "../family-config.ts";
import { llamaFamily, windowSize, windows } from "../llama-family.ts";

const sizes = {
  norm: "layer-without-shift",
  parallel: true,
  norms: { beforeAttention: "input_layernorm", beforeFeedForward: "input_layernorm" },
  rotaryPairs: "neighbours",
} as const;

const fields = (stated: Readonly<Record<string, unknown>>) => ({
  ...stated,
  rms_norm_eps: stated.layer_norm_eps,
});

const head = (config: CheckpointConfig) => ({ logitScale: config.number("logit_scale", 0.0625) });

export const cohere = llamaFamily({
  name: "cohere",
  modelTypes: ["cohere"],
  fields,
  sizes(config) {
    refuseField(config, "use_qk_norm", "normalises queries and keys of each head by weights of its own");
    return sizes;
  },
  head,
});

/** Three of four blocks look through a window, and they alone turn anything. */
export const cohere2 = llamaFamily({
  name: "cohere2",
  modelTypes: ["cohere2"],
  fields,
  sizes(config, { rotary }) {
    const pattern = config.integer("sliding_window_pattern", 4);
    const { window, local } = windows(config, windowSize(config), (block) => (block + 1) % pattern !== 0);
    return { ...sizes, window, rotary: (block) => (local(block) ? rotary(block) : undefined) };
  },
  head,
});

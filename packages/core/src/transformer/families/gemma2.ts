/** @file Gemma 2 (2024): normalised before and behind each part, scores and logits bent, every other block local. From Hugging Face checkpoints. */

import type { CheckpointConfig } from "../../checkpoint/config.ts";
import { above, bend, llamaFamily, windowSize, windows } from "../llama-family.ts";
import { type LlamaSizes, NORMS_AROUND } from "../llama-sizes.ts";
import { ofGemma } from "./gemma.ts";

export const gemma2 = llamaFamily({
  name: "gemma2",
  modelTypes: ["gemma2"],
  sizes(config, usual) {
    const { window } = windows(config, windowSize(config), (block) => block % 2 === 0);
    return { ...ofGemma2(config, usual), window };
  },
  head: bentLogits,
});

/** What Gemma 3 has as well. */
export const ofGemma2 = (config: CheckpointConfig, usual: LlamaSizes) => ({
  ...ofGemma(config, usual),
  norms: NORMS_AROUND,
  scale: 1 / Math.sqrt(above(config, "query_pre_attn_scalar", config.number("query_pre_attn_scalar", 256))),
  softcap: bend(config, "attn_logit_softcapping"),
});

export function bentLogits(config: CheckpointConfig) {
  return { softcap: bend(config, "final_logit_softcapping") };
}

/** @file Gemma 2 (2024): normalised before and behind each part, scores and logits bent, every other block local. From Hugging Face checkpoints. */

import type { CheckpointConfig } from "../../checkpoint/config.ts";
import { type LlamaSizes, NORMS_AROUND } from "../llama-blocks.ts";
import { llamaFamily, numberOrNone, windows } from "../llama-family.ts";
import { ofGemma } from "./gemma.ts";

export const gemma2 = llamaFamily({
  name: "gemma2",
  modelTypes: ["gemma2"],
  sizes(config, usual) {
    const { window } = windows(config, numberOrNone(config, "sliding_window"), (block) => block % 2 === 0);
    return { ...ofGemma2(config, usual), window };
  },
  head: bentLogits,
});

/** What Gemma 3 has as well. */
export const ofGemma2 = (config: CheckpointConfig, usual: LlamaSizes) => ({
  ...ofGemma(config, usual),
  norms: NORMS_AROUND,
  scale: 1 / Math.sqrt(config.number("query_pre_attn_scalar", 256)),
  softcap: numberOrNone(config, "attn_logit_softcapping"),
});

export function bentLogits(config: CheckpointConfig) {
  return { softcap: numberOrNone(config, "final_logit_softcapping") };
}

/** @file The texts of Gemma 3 (2025): five local blocks to one global, whose rotary positions are others. From Hugging Face checkpoints. */

import type { CheckpointConfig } from "../../checkpoint/config.ts";
import { parseFields } from "../../checkpoint/json-fields.ts";
import { llamaFamily, windowSize, windows } from "../llama-family.ts";
import { rotaryOf } from "../rotary-scaling.ts";
import { bentLogits, ofGemma2 } from "./gemma2.ts";

/** Base of the rotary positions of global and of local blocks. */
const GLOBAL = 1_000_000;
const LOCAL = 10_000;

export const gemma3 = llamaFamily({
  name: "gemma3",
  modelTypes: ["gemma3_text"],
  sizes(config, usual) {
    const every = config.integer("sliding_window_pattern", config.integer("_sliding_window_pattern", 6));
    const { local, window } = windows(config, windowSize(config), (b) => (b + 1) % every !== 0);
    const rotary = {
      global: rotaryOf(config, usual.headSize, ownRotary(config, "full_attention")),
      local: rotaryOf(config, usual.headSize, ownRotary(config, "sliding_attention")),
    };
    return {
      ...ofGemma2(config, usual),
      normalisesQueries: "heads",
      window,
      rotary: (block) => rotary[local(block) ? "local" : "global"],
    };
  },
  head: bentLogits,
});

/** Fields of the rotary positions of one kind of block: transformers 5 writes them by kind, version 4 under names of their own. */
function ownRotary(config: CheckpointConfig, kind: "full_attention" | "sliding_attention") {
  const isGlobal = kind === "full_attention";
  const theta = isGlobal ? config.number("rope_theta", GLOBAL) : config.number("rope_local_base_freq", LOCAL);
  const nested = config.has("rope_parameters") ? config.section("rope_parameters").raw(kind) : undefined;
  const scaling = isGlobal ? config.raw("rope_scaling") : undefined;
  const fields = { rope_theta: theta, ...(scaling as object | undefined), ...(nested as object | undefined) };
  return parseFields(JSON.stringify(fields), config.file);
}

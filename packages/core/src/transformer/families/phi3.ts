/** @file Phi-3 and Phi-4 mini (Abdin et al. 2024): queries, keys and values out of one matrix. From Hugging Face checkpoints. */

import { isRecord } from "../../checkpoint/json-fields.ts";
import { llamaFamily, windowSize } from "../llama-family.ts";

export const phi3 = llamaFamily({
  name: "phi3",
  modelTypes: ["phi3"],
  /** Before LongRoPE had that name, these models called it "su" or "yarn". */
  fields(stated) {
    const { rope_scaling: scaling } = stated;
    if (!isRecord(scaling)) return stated;
    const kind = scaling.rope_type ?? scaling.type;
    return kind === "su" || kind === "yarn"
      ? { ...stated, rope_scaling: { ...scaling, rope_type: "longrope" } }
      : stated;
  },
  sizes(config) {
    const size = windowSize(config);
    const biases = { queryKeyValue: false, output: false, feedForward: false };
    return { fused: "parts", gates: "fused", biases, window: () => size };
  },
});

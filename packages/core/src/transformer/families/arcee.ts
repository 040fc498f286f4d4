/** @file Arcee (AFM 2025): Llama without gates. From Hugging Face checkpoints. */

import { llamaFamily } from "../llama-family.ts";

export const arcee = llamaFamily({
  name: "arcee",
  modelTypes: ["arcee"],
  sizes: () => ({ gates: "none" }),
});

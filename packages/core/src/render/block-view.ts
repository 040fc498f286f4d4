/** @file One block of an explanation as an explanation of its own, for pictures of single blocks. */

import type { BlockExplanation, Explanation } from "../attribution/explanation.ts";
import { isWritten } from "./evidence.ts";

/** The explanation with the fused evidence of a block in place of the final attribution. */
export function blockView(explanation: Explanation, { index, fused }: BlockExplanation): Explanation {
  const method = { ...explanation.method, name: `${explanation.method.name}, block ${index}` };
  if (!isWritten(explanation)) return { ...explanation, method, attribution: fused };
  const sums = explanation.words.map(() => 0);
  explanation.features.forEach(({ word }, feature) => {
    if (word !== null) (sums[word] as number) += fused[feature] ?? 0;
  });
  return {
    ...explanation,
    method,
    attribution: fused,
    words: explanation.words.map((word, i) => ({ ...word, attribution: sums[i] as number })),
  };
}

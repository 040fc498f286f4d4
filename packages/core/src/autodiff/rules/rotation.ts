/** @file Gradient rule of rotary position embeddings. */

import type { GradientRule, RuleEntry } from "../rule.ts";

/** y = R(angle) x, a rotation of pairs: dx = R(-angle) g, and only the sine changes its sign. */
const rotation =
  (sine: number): GradientRule =>
  (context) => {
    const { builder: b, node } = context;
    const inputs = node.inputs.map((input, i) => {
      if (i === 0) return context.outputGradient();
      return i === sine ? b.neg(input) : input;
    });
    const dx = b.emit("RotaryEmbedding", inputs, { domain: node.domain, attributes: node.attributes });
    return node.inputs.map((_, i) => (i === 0 ? dx : undefined));
  };

export const rotationRules: readonly RuleEntry[] = [
  { domain: "", opType: "RotaryEmbedding", since: 23, rule: rotation(2) },
  { domain: "com.microsoft", opType: "RotaryEmbedding", since: 1, rule: rotation(3) },
];

/** @file Gradient rules of normalisations. Only the gradient of the data is built; scale and bias are weights. */

import type { GradientRule, RuleContext, RuleEntry } from "../rule.ts";

/** Axes that are normalised: from `axis` to the last. */
function normalizedAxes(context: RuleContext): readonly number[] {
  const rank = context.rank(context.input(0));
  const axis = context.int("axis", -1);
  const first = axis < 0 ? axis + rank : axis;
  return Array.from({ length: rank - first }, (_, i) => first + i);
}

function onlyData(context: RuleContext): void {
  if (context.node.inputs.some((_, i) => i > 0 && context.needsGradient(i))) {
    context.refuse("gradients of the scale and bias of a normalisation are not built");
  }
}

/** y = xh s + b, xh = (x - mean) inv. With q = g s: dx = inv (q - mean(q) - xh mean(q xh)). */
const layerNormalization: GradientRule = (context) => {
  onlyData(context);
  const { builder: b, node } = context;
  const axes = normalizedAxes(context);
  const inv = context.output(2);
  const xh = b.mul(b.sub(context.input(0), context.output(1)), inv);
  const q = b.mul(context.outputGradient(), context.input(1));
  const centred = b.sub(q, b.reduceMean(q, axes));
  const dx = b.mul(b.sub(centred, b.mul(xh, b.reduceMean(b.mul(q, xh), axes))), inv);
  return node.inputs.map((_, i) => (i === 0 ? dx : undefined));
};

/** y = x inv s, inv = 1 / sqrt(mean(x^2) + eps). With q = g s, xh = x inv: dx = inv (q - xh mean(q xh)). */
const rmsNormalization =
  (inverse: (context: RuleContext, axes: readonly number[]) => string): GradientRule =>
  (context) => {
    onlyData(context);
    const { builder: b, node } = context;
    const axes = normalizedAxes(context);
    const inv = inverse(context, axes);
    const xh = b.mul(context.input(0), inv);
    const q = b.mul(context.outputGradient(), context.input(1));
    const dx = b.mul(b.sub(q, b.mul(xh, b.reduceMean(b.mul(q, xh), axes))), inv);
    return node.inputs.map((_, i) => (i === 0 ? dx : undefined));
  };

const recomputedInverse = ({ builder: b, ...context }: RuleContext, axes: readonly number[]): string => {
  const square = b.reduceMean(b.mul(context.input(0), context.input(0)), axes);
  return b.emit("Reciprocal", [b.emit("Sqrt", [b.add(square, b.scalar(context.float("epsilon", 1e-5)))])]);
};

/** At inference y = (x - mean) s / sqrt(var + eps) + b per channel: dx = g s / sqrt(var + eps). */
const batchNormalization: GradientRule = (context) => {
  onlyData(context);
  const { builder: b, node } = context;
  const deviation = b.emit("Sqrt", [b.add(context.input(4), b.scalar(context.float("epsilon", 1e-5)))]);
  const spatial = context.rank(context.input(0)) - 2;
  const factor = b.reshape(b.div(context.input(1), deviation), [-1, ...Array.from({ length: spatial }, () => 1)]);
  const dx = b.mul(context.outputGradient(), factor);
  return node.inputs.map((_, i) => (i === 0 ? dx : undefined));
};

export const normalizationRules: readonly RuleEntry[] = [
  { domain: "", opType: "LayerNormalization", since: 1, rule: layerNormalization, outputs: 3 },
  {
    domain: "",
    opType: "SimplifiedLayerNormalization",
    since: 1,
    rule: rmsNormalization((c) => c.output(1)),
    outputs: 2,
  },
  { domain: "", opType: "RMSNormalization", since: 23, rule: rmsNormalization(recomputedInverse) },
  { domain: "", opType: "BatchNormalization", since: 9, rule: batchNormalization },
];

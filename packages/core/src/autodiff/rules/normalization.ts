/** @file Gradient rules of normalisations. Only the gradient of the data is built; scale and bias are weights. */

import type { GradientRule, RuleContext, RuleEntry } from "../rule.ts";

/** x normalised, and what it was multiplied by. */
interface Normalized {
  readonly xh: string;
  readonly inv: string;
}

/** All axes from `first` to the last. */
function axesFrom(context: RuleContext, first: number): readonly number[] {
  const rank = context.rank(context.input(0));
  const start = first < 0 ? first + rank : first;
  return Array.from({ length: rank - start }, (_, i) => start + i);
}

const normalizedAxes = (context: RuleContext) => axesFrom(context, context.int("axis", -1));

function refuseWeights(context: RuleContext, first = 1): void {
  if (context.node.inputs.some((_, i) => i >= first && context.needsGradient(i))) {
    context.refuse("gradients of the scale and bias of a normalisation are not built");
  }
}

const onlyFirst = (context: RuleContext, dx: string) => context.node.inputs.map((_, i) => (i === 0 ? dx : undefined));

/** xh = (x - mean) inv. With q = dL/dxh: dx = inv (q - mean(q) - xh mean(q xh)). */
function centred({ builder: b }: RuleContext, q: string, { xh, inv }: Normalized, axes: readonly number[]): string {
  const rest = b.sub(q, b.reduceMean(q, axes));
  return b.mul(b.sub(rest, b.mul(xh, b.reduceMean(b.mul(q, xh), axes))), inv);
}

/** xh = x inv. With q = dL/dxh: dx = inv (q - xh mean(q xh)). */
function uncentred({ builder: b }: RuleContext, q: string, { xh, inv }: Normalized, axes: readonly number[]): string {
  return b.mul(b.sub(q, b.mul(xh, b.reduceMean(b.mul(q, xh), axes))), inv);
}

/** x inv with inv = 1 / sqrt(mean(x^2) + epsilon), for x that was centred already if it must be. */
function rescaled(context: RuleContext, x: string, epsilon: number, axes: readonly number[]): Normalized {
  const { builder: b } = context;
  const square = b.reduceMean(b.mul(x, x), axes);
  const inv = b.emit("Reciprocal", [b.emit("Sqrt", [b.add(square, b.scalar(epsilon))])]);
  return { xh: b.mul(x, inv), inv };
}

/** y = xh s + b, with the mean and the inverse deviation that the node gives. */
const layerNormalization: GradientRule = (context) => {
  refuseWeights(context);
  const { builder: b } = context;
  const inv = context.output(2);
  const xh = b.mul(b.sub(context.input(0), context.output(1)), inv);
  const q = b.mul(context.outputGradient(), context.input(1));
  return onlyFirst(context, centred(context, q, { xh, inv }, normalizedAxes(context)));
};

/** y = xh s, with the inverse root mean square that the node gives. */
const simplifiedLayerNormalization: GradientRule = (context) => {
  refuseWeights(context);
  const { builder: b } = context;
  const inv = context.output(1);
  const q = b.mul(context.outputGradient(), context.input(1));
  const normalized = { xh: b.mul(context.input(0), inv), inv };
  return onlyFirst(context, uncentred(context, q, normalized, normalizedAxes(context)));
};

/** y = xh s; the node gives no statistics. */
const rmsNormalization: GradientRule = (context) => {
  refuseWeights(context);
  const axes = normalizedAxes(context);
  const q = context.builder.mul(context.outputGradient(), context.input(1));
  const normalized = rescaled(context, context.input(0), context.float("epsilon", 1e-5), axes);
  return onlyFirst(context, uncentred(context, q, normalized, axes));
};

/**
 * y = norm(t) s + b with t = x + skip + bias, which output 3 is: dx = dskip = dbias = dt = dt(y) + dL/dt.
 * onnxruntime leaves the statistics out on the processor.
 */
const skipLayerNormalization =
  (isCentred: boolean): GradientRule =>
  (context) => {
    const { builder: b } = context;
    const bias = isCentred ? 4 : 3;
    if (context.needsGradient(2) || (isCentred && context.needsGradient(3))) refuseWeights(context, 2);
    const total = context.output(3);
    const gradients: string[] = [];
    if (context.hasOutputGradient(0)) {
      const q = b.mul(context.outputGradient(0), context.input(2));
      const t = isCentred ? b.sub(total, b.reduceMean(total, [-1])) : total;
      const normalized = rescaled(context, t, context.float("epsilon", 1e-12), [-1]);
      gradients.push((isCentred ? centred : uncentred)(context, q, normalized, [-1]));
    }
    if (context.hasOutputGradient(3)) gradients.push(context.outputGradient(3));
    const dt =
      gradients.length === 2 ? b.add(gradients[0] as string, gradients[1] as string) : (gradients[0] as string);
    return context.node.inputs.map((input, i) =>
      [0, 1, bias].includes(i) && context.needsGradient(i)
        ? context.sumTo(dt, context.shape(context.input(0)), input)
        : undefined,
    );
  };

/** One number per channel, ready to be multiplied with data [batch, channels, ...]. */
const perChannel = (context: RuleContext, value: string): string =>
  context.builder.reshape(value, [-1, ...axesFrom(context, 2).map(() => 1)]);

/** At inference y = (x - mean) s / sqrt(var + eps) + b per channel: dx = g s / sqrt(var + eps). */
const batchNormalization: GradientRule = (context) => {
  refuseWeights(context);
  const { builder: b } = context;
  const deviation = b.emit("Sqrt", [b.add(context.input(4), b.scalar(context.float("epsilon", 1e-5)))]);
  const factor = perChannel(context, b.div(context.input(1), deviation));
  return onlyFirst(context, b.mul(context.outputGradient(), factor));
};

/** y = xh s + b per channel, normalised over the places of each image. */
const instanceNormalization: GradientRule = (context) => {
  refuseWeights(context);
  const { builder: b } = context;
  const axes = axesFrom(context, 2);
  const x = b.sub(context.input(0), b.reduceMean(context.input(0), axes));
  const q = b.mul(context.outputGradient(), perChannel(context, context.input(1)));
  const normalized = rescaled(context, x, context.float("epsilon", 1e-5), axes);
  return onlyFirst(context, centred(context, q, normalized, axes));
};

const MICROSOFT = "com.microsoft";

export const normalizationRules: readonly RuleEntry[] = [
  { domain: "", opType: "LayerNormalization", since: 1, rule: layerNormalization, outputs: [1, 2] },
  { domain: "", opType: "SimplifiedLayerNormalization", since: 1, rule: simplifiedLayerNormalization, outputs: [1] },
  { domain: "", opType: "RMSNormalization", since: 23, rule: rmsNormalization },
  { domain: "", opType: "BatchNormalization", since: 9, rule: batchNormalization },
  { domain: "", opType: "InstanceNormalization", since: 6, rule: instanceNormalization },
  { domain: MICROSOFT, opType: "SkipLayerNormalization", since: 1, rule: skipLayerNormalization(true), outputs: [3] },
  {
    domain: MICROSOFT,
    opType: "SkipSimplifiedLayerNormalization",
    since: 1,
    rule: skipLayerNormalization(false),
    outputs: [3],
  },
];

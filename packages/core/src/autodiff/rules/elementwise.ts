/** @file Gradient rules of elementwise operators. The engine sums broadcast gradients back to the shape of each input. */

import { float, int } from "../../onnx/model.ts";
import { dtypeCode, isFloating } from "../../tensor/dtype.ts";
import type { GradientRule, RuleContext, RuleEntry } from "../rule.ts";

type Expression = (context: RuleContext) => string;

/** A rule from one expression per input; only the wanted ones are evaluated. */
const each =
  (...expressions: readonly Expression[]): GradientRule =>
  (context) =>
    context.node.inputs.map((_, i) => (context.needsGradient(i) ? expressions[i]?.(context) : undefined));

/** A rule for one input from its derivative, which multiplies the output gradient. */
const derivative = (expression: Expression): GradientRule =>
  each((context) => context.builder.mul(context.outputGradient(), expression(context)));

/** The same expression for each of any number of inputs. */
const every =
  (expression: (context: RuleContext, i: number) => string): GradientRule =>
  (context) =>
    context.node.inputs.map((_, i) => (context.needsGradient(i) ? expression(context, i) : undefined));

const gradient: Expression = (context) => context.outputGradient();

/** 1.0 where `condition` holds, else 0.0. */
const indicator = ({ builder }: RuleContext, condition: string): string =>
  builder.emit("Cast", [condition], { attributes: { to: int(dtypeCode("float32")) } });

/** max, min: the gradient goes to the inputs that equal the result, shared equally among ties. */
const extremum = every((context, i) => {
  const { builder, node } = context;
  const hits = node.inputs.map((input) => indicator(context, builder.emit("Equal", [input, context.output(0)])));
  const ties = hits.length === 1 ? (hits[0] as string) : builder.emit("Sum", hits);
  return builder.mul(context.outputGradient(), builder.div(hits[i] as string, ties));
});

/** 1.0 where 0 < x < 1, else 0.0. */
function inside(context: RuleContext, x: string): string {
  const { builder: b } = context;
  const above = b.emit("Greater", [x, b.scalar(0)]);
  return indicator(context, b.emit("And", [above, b.emit("Less", [x, b.scalar(1)])]));
}

/** b a^(b-1). Constant exponents are common (squares in normalisations), and powers are slow where a product will do. */
function powerSlope({ builder: b, ...context }: RuleContext): string {
  const [base, given] = [context.input(0), context.input(1)];
  // Exponents may be whole numbers by type, too.
  const isWhole = !isFloating(context.dtype(given));
  const numbers = isWhole ? context.constantInts(given) : undefined;
  const constant = numbers?.length === 1 ? numbers[0] : context.constantFloat(given);
  if (constant === 2) return b.mul(base, b.scalar(2));
  if (constant === 3) return b.mul(b.mul(base, base), b.scalar(3));
  if (constant !== undefined) return b.mul(b.emit("Pow", [base, b.scalar(constant - 1)]), b.scalar(constant));
  const exponent = isWhole
    ? b.emit("Cast", [given], { attributes: { to: int(dtypeCode(context.dtype(base))) } })
    : given;
  return b.mul(exponent, b.emit("Pow", [base, b.sub(exponent, b.scalar(1))]));
}

const identity: GradientRule = (context) =>
  context.node.inputs.map((_, i) => (i === 0 ? context.outputGradient() : undefined));

const entry = (opType: string, since: number, rule: GradientRule): RuleEntry => ({
  domain: "",
  opType,
  since,
  rule,
  broadcasts: true,
});

export const elementwiseRules: readonly RuleEntry[] = [
  // d(a + b) = da + db
  entry("Add", 7, each(gradient, gradient)),
  // d(a - b) = da - db
  entry("Sub", 7, each(gradient, (c) => c.builder.neg(c.outputGradient()))),
  // d(a b) = b da + a db
  entry("Mul", 7, each(
    (c) => c.builder.mul(c.outputGradient(), c.input(1)),
    (c) => c.builder.mul(c.outputGradient(), c.input(0)),
  )),
  // d(a / b) = da / b - (a / b) db / b
  entry("Div", 7, each(
    (c) => c.builder.div(c.outputGradient(), c.input(1)),
    (c) => c.builder.neg(c.builder.div(c.builder.mul(c.outputGradient(), c.output(0)), c.input(1))),
  )),
  // d(a^b) = b a^(b-1) da + a^b ln(a) db
  entry("Pow", 7, each(
    (c) => c.builder.mul(c.outputGradient(), powerSlope(c)),
    ({ builder: b, ...c }) => b.mul(c.outputGradient(), b.mul(c.output(0), b.emit("Log", [c.input(0)]))),
  )),
  // d(-x) = -dx
  entry("Neg", 6, each((c) => c.builder.neg(c.outputGradient()))),
  // d(sqrt x) = dx / (2 sqrt x)
  entry("Sqrt", 6, derivative((c) => c.builder.div(c.builder.scalar(0.5), c.output(0)))),
  // d(1/x) = -dx / x^2
  entry("Reciprocal", 6, derivative((c) => c.builder.neg(c.builder.mul(c.output(0), c.output(0))))),
  // d(e^x) = e^x dx
  entry("Exp", 6, derivative((c) => c.output(0))),
  // d(ln x) = dx / x
  entry("Log", 6, each((c) => c.builder.div(c.outputGradient(), c.input(0)))),
  // d|x| = sign(x) dx
  entry("Abs", 6, derivative((c) => c.builder.emit("Sign", [c.input(0)]))),
  // d(erf x) = 2/sqrt(pi) e^(-x^2) dx
  entry("Erf", 9, derivative(({ builder: b, ...c }) =>
    b.mul(b.scalar(2 / Math.sqrt(Math.PI)), b.emit("Exp", [b.neg(b.mul(c.input(0), c.input(0)))])),
  )),
  // d(tanh x) = (1 - tanh^2 x) dx
  entry("Tanh", 6, derivative(({ builder: b, ...c }) => b.sub(b.scalar(1), b.mul(c.output(0), c.output(0))))),
  // d(sigmoid x) = s (1 - s) dx
  entry("Sigmoid", 6, derivative(({ builder: b, ...c }) => b.mul(c.output(0), b.sub(b.scalar(1), c.output(0))))),
  // d(softplus x) = sigmoid(x) dx
  entry("Softplus", 1, derivative((c) => c.builder.emit("Sigmoid", [c.input(0)]))),
  // d(relu x) = [x > 0] dx
  entry("Relu", 6, derivative((c) => indicator(c, c.builder.emit("Greater", [c.input(0), c.builder.scalar(0)])))),
  // d(leaky x) = (x > 0 ? 1 : alpha) dx
  entry("LeakyRelu", 6, derivative(({ builder: b, ...c }) => {
    const positive = b.emit("Greater", [c.input(0), b.scalar(0)]);
    return b.emit("Where", [positive, b.scalar(1), b.scalar(c.float("alpha", 0.01))]);
  })),
  // d(elu x) = (x > 0 ? 1 : y + alpha) dx
  entry("Elu", 6, derivative(({ builder: b, ...c }) => {
    const positive = b.emit("Greater", [c.input(0), b.scalar(0)]);
    return b.emit("Where", [positive, b.scalar(1), b.add(c.output(0), b.scalar(c.float("alpha", 1)))]);
  })),
  // d(prelu x) = (x > 0 ? 1 : s) dx + min(x, 0) ds
  entry("PRelu", 7, each(
    ({ builder: b, ...c }) => {
      const positive = b.emit("Greater", [c.input(0), b.scalar(0)]);
      return b.mul(c.outputGradient(), b.emit("Where", [positive, b.scalar(1), c.input(1)]));
    },
    ({ builder: b, ...c }) => b.mul(c.outputGradient(), b.emit("Min", [c.input(0), b.scalar(0)])),
  )),
  // d(hard sigmoid x) = [0 < y < 1] alpha dx
  entry("HardSigmoid", 6, derivative((c) => c.builder.mul(inside(c, c.output(0)), c.builder.scalar(c.float("alpha", 0.2))))),
  // y = x h, h = hard sigmoid of slope 1/6: dy = (h + [0 < h < 1] x / 6) dx
  entry("HardSwish", 14, derivative(({ builder: b, ...c }) => {
    const h = b.emit("HardSigmoid", [c.input(0)], { attributes: { alpha: float(1 / 6), beta: float(0.5) } });
    return b.add(h, b.mul(inside({ builder: b, ...c }, h), b.mul(c.input(0), b.scalar(1 / 6))));
  })),
  // d(sin x) = cos(x) dx
  entry("Sin", 7, derivative((c) => c.builder.emit("Cos", [c.input(0)]))),
  // d(cos x) = -sin(x) dx
  entry("Cos", 7, derivative((c) => c.builder.neg(c.builder.emit("Sin", [c.input(0)])))),
  // d(max(a, b, ...)), d(min(a, b, ...)): to the extreme inputs
  entry("Max", 8, extremum),
  entry("Min", 8, extremum),
  // d(a + b + ...) = da + db + ...
  entry("Sum", 8, every(gradient)),
  // d(mean(a, b, ...)) = (da + db + ...) / n
  entry("Mean", 8, every((c) => c.builder.mul(c.outputGradient(), c.builder.scalar(1 / c.node.inputs.length)))),
  // d(clip x) = [low <= x <= high] dx: x was not moved
  entry("Clip", 6, derivative((c) => indicator(c, c.builder.emit("Equal", [c.input(0), c.output(0)])))),
  // d(where(k, a, b)) = k da + (1 - k) db
  entry("Where", 9, each(
    gradient,
    (c) => c.builder.emit("Where", [c.input(0), c.outputGradient(), c.builder.scalar(0)]),
    (c) => c.builder.emit("Where", [c.input(0), c.builder.scalar(0), c.outputGradient()]),
  )),
  entry("Identity", 1, identity),
  // At inference Dropout is the identity.
  entry("Dropout", 1, identity),
  // d(cast x) = cast(dx) to the type of x
  entry("Cast", 6, each((c) => c.builder.emit("Cast", [c.outputGradient()], { attributes: { to: int(dtypeCode(c.dtype(c.input(0)))) } }))),
]; // biome-ignore format: one table, the derivative above each line

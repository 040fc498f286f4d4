/** @file Gradient rules of the Gelu family: the standard operator and what onnxruntime makes of its parts. */

import type { GraphBuilder } from "../../graph/builder.ts";
import type { GradientRule, RuleEntry } from "../rule.ts";

/**
 * d(x Phi(x)) / dx = Phi(x) + x phi(x) = 1/2 + erf(x / sqrt 2) / 2 + (x / sqrt 2) e^(-x^2/2) / sqrt(pi).
 * The factor 1/sqrt(pi) is moved into the exponent: one pass less over the widest tensor of a block.
 */
function geluDerivative(b: GraphBuilder, x: string): string {
  const scaled = b.mul(x, b.scalar(Math.SQRT1_2));
  const half = b.mul(b.emit("Erf", [scaled]), b.scalar(0.5));
  const density = b.emit("Exp", [b.sub(b.scalar(-0.5 * Math.log(Math.PI)), b.mul(scaled, scaled))]);
  return b.add(b.add(half, b.mul(scaled, density)), b.scalar(0.5));
}

/** y = x (1 + tanh u) / 2 with u = x (A + B x^2): dy/dx = (1 + t) / 2 + x (1 - t^2) (A + 3 B x^2) / 2. */
function tanhGeluDerivative(b: GraphBuilder, x: string): string {
  const A = Math.sqrt(2 / Math.PI);
  const B = A * 0.044715;
  const square = b.mul(x, x);
  const t = b.emit("Tanh", [b.mul(x, b.add(b.mul(square, b.scalar(B)), b.scalar(A)))]);
  const inner = b.add(b.mul(square, b.scalar(3 * B)), b.scalar(A));
  const slope = b.mul(b.mul(x, b.sub(b.scalar(1), b.mul(t, t))), inner);
  return b.mul(b.add(b.add(slope, t), b.scalar(1)), b.scalar(0.5));
}

/** y = x s(alpha x): dy/dx = s + alpha y (1 - s). */
const quickGelu: GradientRule = ({ builder: b, ...context }) => {
  const alpha = b.scalar(context.float("alpha", 1.702));
  const s = b.emit("Sigmoid", [b.mul(context.input(0), alpha)]);
  const slope = b.add(s, b.mul(alpha, b.mul(context.output(0), b.sub(b.scalar(1), s))));
  return [b.mul(context.outputGradient(), slope)];
};

type Derivative = (builder: GraphBuilder, x: string) => string;

/** An activation of x, or of x + bias when it has a second input; both get the same gradient. */
const ofSum =
  (derivative: Derivative): GradientRule =>
  (context) => {
    const { builder: b, node } = context;
    const x = context.hasInput(1) ? b.add(context.input(0), context.input(1)) : context.input(0);
    const gradient = b.mul(context.outputGradient(), derivative(b, x));
    return node.inputs.map((_, i) => (context.needsGradient(i) ? gradient : undefined));
  };

const gelu20: GradientRule = (context) => {
  const derivative = context.string("approximate", "none") === "tanh" ? tanhGeluDerivative : geluDerivative;
  return ofSum(derivative)(context);
};

const MICROSOFT = "com.microsoft";

export const activationRules: readonly RuleEntry[] = [
  { domain: "", opType: "Gelu", since: 20, rule: gelu20 },
  { domain: MICROSOFT, opType: "Gelu", since: 1, rule: ofSum(geluDerivative) },
  { domain: MICROSOFT, opType: "BiasGelu", since: 1, rule: ofSum(geluDerivative), broadcasts: true },
  { domain: MICROSOFT, opType: "FastGelu", since: 1, rule: ofSum(tanhGeluDerivative), broadcasts: true },
  { domain: MICROSOFT, opType: "QuickGelu", since: 1, rule: quickGelu },
];

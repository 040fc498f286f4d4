/** @file Gradient rules of matrix products. Transposes are folded into the products: no Transpose node is emitted. */

import type { Dimension } from "../../onnx/model.ts";
import { string } from "../../onnx/model.ts";
import type { GradientRule, RuleContext, RuleEntry } from "../rule.ts";

interface Product {
  readonly transA: boolean;
  readonly transB: boolean;
  readonly alpha: number;
}

/**
 * Y = alpha A' B' (' transposes where asked). With G = dL/dY:
 * dA = alpha G B'^T, transposed back where A was; dB = alpha A'^T G, transposed back where B was.
 */
function product(context: RuleContext, { transA, transB, alpha }: Product): readonly (string | undefined)[] {
  const { builder } = context;
  const [a, b, g] = [context.input(0), context.input(1), context.outputGradient()];
  if (context.rank(a) < 2 || context.rank(b) < 2) {
    return context.refuse("products with a one-dimensional operand are not differentiated");
  }
  const gradientOfA = () =>
    transA
      ? builder.matmul(b, g, { transA: transB, transB: true, alpha })
      : builder.matmul(g, b, { transB: !transB, alpha });
  const gradientOfB = () =>
    transB
      ? builder.matmul(g, a, { transA: true, transB: transA, alpha })
      : builder.matmul(a, g, { transA: !transA, alpha });
  return [
    context.needsGradient(0) ? toOperand(context, gradientOfA(), a) : undefined,
    context.needsGradient(1) ? toOperand(context, gradientOfB(), b) : undefined,
  ];
}

/** Sums over the batch axes along which the operand was broadcast: its gradient has the batch axes of the output. */
function toOperand(context: RuleContext, gradient: string, operand: string): string {
  const output = context.shape(context.output(0));
  const own = context.shape(operand);
  const from: readonly Dimension[] | undefined =
    output === undefined || own === undefined ? undefined : [...output.slice(0, -2), ...own.slice(-2)];
  return context.sumTo(gradient, from, operand);
}

const matmul: GradientRule = (context) => product(context, { transA: false, transB: false, alpha: 1 });

const fusedMatMul: GradientRule = (context) => {
  if (context.int("transBatchA", 0) !== 0 || context.int("transBatchB", 0) !== 0) {
    return context.refuse("transBatchA and transBatchB are not differentiated");
  }
  return product(context, {
    transA: context.int("transA", 0) !== 0,
    transB: context.int("transB", 0) !== 0,
    alpha: context.float("alpha", 1),
  });
};

/** Y = alpha A' B' + beta C; C is broadcast. */
const gemm: GradientRule = (context) => {
  const { builder } = context;
  const operands = product(context, {
    transA: context.int("transA", 0) !== 0,
    transB: context.int("transB", 0) !== 0,
    alpha: context.float("alpha", 1),
  });
  if (!context.hasInput(2)) return context.node.inputs.map((_, i) => operands[i]);
  if (!context.needsGradient(2)) return [...operands, undefined];
  const beta = context.float("beta", 1);
  const scaled = beta === 1 ? context.outputGradient() : builder.mul(context.outputGradient(), builder.scalar(beta));
  return [...operands, context.sumTo(scaled, context.shape(context.output(0)), context.input(2))];
};

/**
 * Y = einsum("a,b->y", A, B): dA = einsum("y,b->a", G, B), for indices of A that are in y or b.
 * Repeated and summed-out indices of one operand would need an expansion and are refused.
 */
const einsum: GradientRule = (context) => {
  const equation = context.string("equation", "").replaceAll(/\s/g, "");
  const [left, result] = equation.split("->");
  const terms = (left ?? "").split(",");
  if (result === undefined || equation.includes(".")) {
    return context.refuse(
      `the equation "${equation}" is not differentiated: it needs an explicit result and no ellipsis`,
    );
  }
  return context.node.inputs.map((_, i) => {
    if (!context.needsGradient(i)) return undefined;
    const own = terms[i] as string;
    const others = terms.flatMap((term, j) => (j === i ? [] : [{ term, value: context.input(j) }]));
    const known = result + others.map(({ term }) => term).join("");
    if (new Set(own).size !== own.length || [...own].some((index) => !known.includes(index))) {
      return context.refuse(
        `the equation "${equation}" is not differentiated for operand ${i}: each of its indices must occur once, and in the result or another operand`,
      );
    }
    return context.builder.emit("Einsum", [context.outputGradient(), ...others.map(({ value }) => value)], {
      attributes: { equation: string(`${[result, ...others.map(({ term }) => term)].join(",")}->${own}`) },
    });
  });
};

export const matmulRules: readonly RuleEntry[] = [
  { domain: "", opType: "MatMul", since: 1, rule: matmul },
  { domain: "com.microsoft", opType: "FusedMatMul", since: 1, rule: fusedMatMul },
  { domain: "", opType: "Gemm", since: 7, rule: gemm },
  { domain: "", opType: "Einsum", since: 12, rule: einsum },
];

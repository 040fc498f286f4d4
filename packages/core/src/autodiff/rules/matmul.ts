/** @file Gradient rules of matrix products. Transposes are folded into the products: no Transpose node is emitted. */

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
  const [left, right] = [context.input(0), context.input(1)];
  const isRow = context.rank(left) === 1;
  const isColumn = context.rank(right) === 1;
  // A vector takes part as a matrix of one row or one column, which Y then lacks.
  const a = isRow ? builder.unsqueeze(left, [0]) : left;
  const b = isColumn ? builder.unsqueeze(right, [1]) : right;
  const missing = [...(isRow ? [-2] : []), ...(isColumn ? [-1] : [])];
  const g = missing.length === 0 ? context.outputGradient() : builder.unsqueeze(context.outputGradient(), missing);
  const gradientOfA = () =>
    transA
      ? builder.matmul(b, g, { transA: transB, transB: true, alpha })
      : builder.matmul(g, b, { transB: !transB, alpha });
  const gradientOfB = () =>
    transB
      ? builder.matmul(g, a, { transA: true, transB: transA, alpha })
      : builder.matmul(a, g, { transA: !transA, alpha });
  // Sums over the batch axes along which the operand was broadcast: its gradient has the batch axes of Y.
  const output = context.shape(context.output(0));
  const batch = output?.slice(0, output.length - 2 + missing.length);
  const toOperand = (i: number, gradient: () => string, vectorAxis: number | undefined) => {
    if (!context.needsGradient(i)) return undefined;
    const own = context.shape(context.input(i));
    const from = batch === undefined || own === undefined ? undefined : [...batch, ...own.slice(-2)];
    const matrix = gradient();
    const value = vectorAxis === undefined ? matrix : builder.squeeze(matrix, [vectorAxis]);
    return context.sumTo(value, from, context.input(i));
  };
  return [toOperand(0, gradientOfA, isRow ? -2 : undefined), toOperand(1, gradientOfB, isColumn ? -1 : undefined)];
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

export const matmulRules: readonly RuleEntry[] = [
  { domain: "", opType: "MatMul", since: 1, rule: matmul },
  { domain: "com.microsoft", opType: "FusedMatMul", since: 1, rule: fusedMatMul },
  { domain: "com.microsoft", opType: "TransposeMatMul", since: 1, rule: fusedMatMul },
  { domain: "", opType: "Gemm", since: 7, rule: gemm },
];

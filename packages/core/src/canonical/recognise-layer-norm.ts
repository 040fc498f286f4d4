/** @file Layer normalisation and root-mean-square normalisation, where exporters wrote them out, as single nodes. */

import { float, int } from "../onnx/model.ts";
import { countOf, type Pass, unchanged } from "./pass.ts";
import { createPatterns, orders, type Patterns, reducesLastAxis } from "./pattern.ts";
import { rewriteNodes } from "./rewrite-nodes.ts";

/** What a written-out normalisation reads. `bias` is undefined for the root-mean-square form. */
interface Norm {
  readonly x: string;
  readonly scale: string;
  readonly bias: string | undefined;
  readonly epsilon: number;
}

/**
 * (x - mean) / sqrt(mean((x - mean)^2) + e) * s + b over the last axis becomes LayerNormalization, and
 * x / sqrt(mean(x^2) + e) * s SimplifiedLayerNormalization: with operands in any order, square as Pow or Mul, quotient
 * as Div, Reciprocal or power, and with s multiplied into the quotient first, as TensorFlow does.
 */
export const recogniseLayerNorm: Pass = (draft) => {
  const patterns = createPatterns(draft);
  const { graph, counts } = rewriteNodes(draft, (node, builder) => {
    if (node.domain !== "") return undefined;
    const norm = matchLayerNorm(node.outputs[0], patterns) ?? matchRmsNorm(node.outputs[0], patterns);
    if (norm === undefined) return undefined;
    const attributes = { axis: int(-1), epsilon: float(norm.epsilon) };
    return norm.bias === undefined
      ? [builder.emit("SimplifiedLayerNormalization", [norm.x, norm.scale], { attributes })]
      : [builder.emit("LayerNormalization", [norm.x, norm.scale, norm.bias], { attributes })];
  });
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  if (total === 0) return unchanged(draft);
  return { ...draft, graph, notes: [`${countOf(total, "normalisation")} recognised`] };
};

function matchLayerNorm(y: string | undefined, p: Patterns): Norm | undefined {
  const sum = p.made(y, "Add");
  if (sum === undefined) return undefined;
  for (const [product, bias] of orders(sum)) {
    const norm = matchAffine(product, bias, p) ?? matchFolded(product, bias, p);
    if (norm !== undefined) return norm;
  }
  return undefined;
}

/** Mul(normalised, s) + b. */
function matchAffine(product: string, bias: string, p: Patterns): Norm | undefined {
  const mul = p.made(product, "Mul");
  for (const [normalised, scale] of mul === undefined ? [] : orders(mul)) {
    const found = matchQuotient(normalised, p);
    const centred = found && matchCentred(found.numerator, p);
    if (found === undefined || centred === undefined) continue;
    const norm = { x: centred.x, scale, bias, epsilon: found.epsilon };
    if (matchCentred(found.squared, p)?.x === centred.x && isPerColumn(norm, p)) return norm;
  }
  return undefined;
}

/** x g + (b - mean g) with g = s / sqrt(variance + e): the form of TensorFlow. */
function matchFolded(product: string, rest: string, p: Patterns): Norm | undefined {
  const [mul, sub] = [p.made(product, "Mul"), p.made(rest, "Sub")];
  const shift = p.made(sub?.inputs[1], "Mul");
  if (mul === undefined || sub === undefined || shift === undefined) return undefined;
  for (const [x, gain] of orders(mul)) {
    const gained = p.made(gain, "Mul");
    const shifted = orders(shift).some(([mean, other]) => other === gain && isMean(mean, x, p));
    for (const [inverse, scale] of gained === undefined || !shifted ? [] : orders(gained)) {
      const found = matchInverseRoot(inverse, p);
      const norm = { x, scale, bias: sub.inputs[0] ?? "", epsilon: found?.epsilon ?? 0 };
      if (found !== undefined && matchCentred(found.squared, p)?.x === x && isPerColumn(norm, p)) return norm;
    }
  }
  return undefined;
}

/** Mul(x / sqrt(mean(x^2) + e), s). */
function matchRmsNorm(y: string | undefined, p: Patterns): Norm | undefined {
  const mul = p.made(y, "Mul");
  for (const [normalised, scale] of mul === undefined ? [] : orders(mul)) {
    const found = matchQuotient(normalised, p);
    if (found === undefined || found.numerator !== found.squared) continue;
    const norm = { x: found.numerator, scale, bias: undefined, epsilon: found.epsilon };
    if (matchCentred(norm.x, p) === undefined && isPerColumn(norm, p)) return norm;
  }
  return undefined;
}

interface InverseRoot {
  /** The value whose mean square is under the root. */
  readonly squared: string;
  readonly epsilon: number;
}

/** numerator / sqrt(mean(squared^2) + e). */
function matchQuotient(value: string, p: Patterns): (InverseRoot & { readonly numerator: string }) | undefined {
  const div = p.made(value, "Div");
  if (div !== undefined) {
    const root = matchRoot(div.inputs[1], p);
    return root && { ...root, numerator: div.inputs[0] ?? "" };
  }
  const mul = p.made(value, "Mul");
  for (const [numerator, inverse] of mul === undefined ? [] : orders(mul)) {
    const root = matchInverseRoot(inverse, p);
    if (root !== undefined) return { ...root, numerator };
  }
  return undefined;
}

/** 1 / sqrt(mean(squared^2) + e). */
function matchInverseRoot(value: string, p: Patterns): InverseRoot | undefined {
  const reciprocal = p.made(value, "Reciprocal");
  if (reciprocal !== undefined) return matchRoot(reciprocal.inputs[0], p);
  const div = p.made(value, "Div");
  if (div !== undefined && p.constants.scalar(div.inputs[0]) === 1) return matchRoot(div.inputs[1], p);
  const pow = p.made(value, "Pow");
  return pow !== undefined && p.constants.scalar(pow.inputs[1]) === -0.5
    ? matchMeanSquare(pow.inputs[0], p)
    : undefined;
}

/** sqrt(mean(squared^2) + e), as Sqrt or a power. */
function matchRoot(value: string | undefined, p: Patterns): InverseRoot | undefined {
  const root = p.made(value, "Sqrt", "Pow");
  if (root?.opType === "Pow" && p.constants.scalar(root.inputs[1]) !== 0.5) return undefined;
  return matchMeanSquare(root?.inputs[0], p);
}

function matchMeanSquare(value: string | undefined, p: Patterns): InverseRoot | undefined {
  const sum = p.made(value, "Add");
  for (const [meanSquare, constant] of sum === undefined ? [] : orders(sum)) {
    const epsilon = p.constants.scalar(constant);
    const mean = p.made(meanSquare, "ReduceMean");
    if (epsilon === undefined || mean === undefined || !reducesLastAxis(mean, p)) continue;
    const square = p.made(mean.inputs[0], "Pow", "Mul");
    const [base = "", other] = square?.inputs ?? [];
    if (square === undefined) continue;
    if (square.opType === "Pow" ? p.constants.scalar(other) === 2 : base === other) return { squared: base, epsilon };
  }
  return undefined;
}

/** x of x - mean(x). */
function matchCentred(value: string, p: Patterns): { readonly x: string } | undefined {
  const [x = "", mean = ""] = p.made(value, "Sub")?.inputs ?? [];
  return isMean(mean, x, p) ? { x } : undefined;
}

function isMean(mean: string, x: string, p: Patterns): boolean {
  const node = p.made(mean, "ReduceMean");
  return node !== undefined && node.inputs[0] === x && reducesLastAxis(node, p);
}

/** Scale and bias must be one number per column; a scalar or a value per row is another function. */
function isPerColumn({ x, scale, bias }: Norm, { shapes }: Patterns): boolean {
  const width = shapes.get(x)?.shape?.at(-1);
  const fits = (value: string) => {
    const shape = shapes.get(value)?.shape;
    return shape?.length === 1 && (shape[0] === width || typeof width !== "number");
  };
  return fits(scale) && (bias === undefined || fits(bias));
}

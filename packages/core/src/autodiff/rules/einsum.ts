/** @file Gradient rule of Einsum: an Einsum again. */

import { string } from "../../onnx/model.ts";
import type { GradientRule, RuleContext, RuleEntry } from "../rule.ts";

interface Equation {
  /** Indices of every operand. */
  readonly terms: readonly string[];
  readonly result: string;
}

/**
 * Y = einsum("a,b->y", A, B): dA = einsum("y,b->a", G, B).
 * Indices of A that are in neither y nor b were summed: ones of their size take part.
 */
const einsum: GradientRule = (context) => {
  const { terms, result } = readEquation(context);
  return context.node.inputs.map((_, i) => {
    if (!context.needsGradient(i)) return undefined;
    const own = terms[i] as string;
    if (new Set(own).size !== own.length) {
      return context.refuse(`an index occurs twice in operand ${i} ("${own}") of its equation`);
    }
    const operands = [
      { term: result, value: context.outputGradient() },
      ...terms.flatMap((term, j) => (j === i ? [] : [{ term, value: context.input(j) }])),
    ];
    const known = operands.map(({ term }) => term).join("");
    const summed = [...own].filter((index) => !known.includes(index));
    if (summed.length > 0) operands.push(ones(context, i, own, summed));
    return context.builder.emit(
      "Einsum",
      operands.map(({ value }) => value),
      { attributes: { equation: string(`${operands.map(({ term }) => term).join(",")}->${own}`) } },
    );
  });
};

function ones(context: RuleContext, operand: number, term: string, indices: readonly string[]) {
  const { builder } = context;
  const sizes = indices.map((index) => context.sizeOf(context.input(operand), term.indexOf(index)));
  const shape = sizes.length === 1 ? (sizes[0] as string) : builder.concat(sizes, 0);
  return { term: indices.join(""), value: builder.emit("Expand", [builder.scalar(1), shape]) };
}

/** The equation with an explicit result and letters in place of the ellipsis. */
function readEquation(context: RuleContext): Equation {
  const equation = context.string("equation", "").replaceAll(/\s/g, "");
  const [left = "", right] = equation.split("->");
  const terms = left.split(",");
  const once = [...left.replaceAll(/[,.]/g, "")].sort().filter((index, _, all) => count(all, index) === 1);
  const result = right ?? `${left.includes("...") ? "..." : ""}${once.join("")}`;
  if (!left.includes("...")) return { terms, result };
  const free = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"].filter((letter) => !equation.includes(letter));
  const sizes = terms.map((term, i) =>
    term.includes("...") ? context.rank(context.input(i)) - (term.length - "...".length) : 0,
  );
  const widest = Math.max(...sizes);
  const hidden = (size: number) => free.slice(widest - size, widest).join("");
  if (terms.some((term, i) => term.includes("...") && sizes[i] !== widest)) {
    return context.refuse(`the axes that "..." stands for in its equation "${equation}" are broadcast`);
  }
  return {
    terms: terms.map((term, i) => term.replace("...", hidden(sizes[i] as number))),
    result: result.replace("...", hidden(widest)),
  };
}

const count = (indices: readonly string[], index: string) => indices.filter((other) => other === index).length;

export const einsumRules: readonly RuleEntry[] = [{ domain: "", opType: "Einsum", since: 12, rule: einsum }];

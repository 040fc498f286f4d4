/** @file The Gelu activation, where exporters wrote it out, as a single node: with Erf, or with Tanh of a cubic polynomial. */

import { countOf, type Pass, unchanged } from "./pass.ts";
import { createPatterns, isAbout, type Patterns } from "./pattern.ts";
import { rewriteNodes } from "./rewrite-nodes.ts";

/**
 * x (1 + erf(x / sqrt 2)) / 2 becomes com.microsoft Gelu, and x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2
 * FastGelu. The argument is compared as a polynomial in x and the product factor by factor, so that order and grouping
 * do not matter.
 */
export const recogniseGelu: Pass = (draft) => {
  const patterns = createPatterns(draft);
  const { graph, counts } = rewriteNodes(draft, (node, builder) => {
    const found = matchGelu(node.outputs[0], patterns);
    return found && [builder.emit(found.opType, [found.x], { domain: "com.microsoft" })];
  });
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  if (total === 0) return unchanged(draft);
  return { ...draft, graph, notes: [`${countOf(total, "Gelu activation")} recognised`] };
};

/** Coefficients of the argument by degree. */
const ARGUMENTS = {
  Erf: { opType: "Gelu", coefficients: [0, Math.SQRT1_2] },
  Tanh: { opType: "FastGelu", coefficients: [0, Math.sqrt(2 / Math.PI), 0, Math.sqrt(2 / Math.PI) * 0.044715] },
} as const;

function matchGelu(y: string | undefined, p: Patterns): { readonly x: string; readonly opType: string } | undefined {
  if (p.made(y, "Mul", "Div") === undefined) return undefined;
  const visited = new Set<string>();
  const { others } = factorsOf(y ?? "", undefined, p, visited);
  for (const gate of others) {
    const curve = matchGate(gate, p);
    if (curve === undefined) continue;
    const { opType, coefficients } = ARGUMENTS[curve.kind];
    for (const x of visited) {
      if (x === y || x === gate) continue;
      const factors = factorsOf(y ?? "", x, p);
      const product = factors.others.length === 2 && factors.others.includes(x) && factors.others.includes(gate);
      const halves = isAbout(factors.constant * curve.slope, 0.5) && isAbout(factors.constant * curve.offset, 0.5);
      if (product && halves && isSame(polynomial(curve.argument, x, p), coefficients)) return { x, opType };
    }
  }
  return undefined;
}

interface Factors {
  readonly constant: number;
  /** Factors that are no constants. */
  readonly others: readonly string[];
}

/** The factors of a product of products, not going into `stop`. */
function factorsOf(value: string, stop: string | undefined, p: Patterns, visited?: Set<string>, depth = 0): Factors {
  visited?.add(value);
  const constant = p.constants.scalar(value);
  if (constant !== undefined) return { constant, others: [] };
  const node = value === stop || depth > 4 ? undefined : p.made(value, "Mul", "Div");
  const [a = "", b = ""] = node?.inputs ?? [];
  const divisor = p.constants.scalar(b);
  if (node === undefined || (node.opType === "Div" && divisor === undefined)) return { constant: 1, others: [value] };
  const left = factorsOf(a, stop, p, visited, depth + 1);
  if (node.opType === "Div") return { constant: left.constant / (divisor as number), others: left.others };
  const right = factorsOf(b, stop, p, visited, depth + 1);
  return { constant: left.constant * right.constant, others: [...left.others, ...right.others] };
}

interface Gate {
  readonly kind: keyof typeof ARGUMENTS;
  readonly argument: string;
  readonly slope: number;
  readonly offset: number;
}

/** slope f(argument) + offset with f = erf or tanh. */
function matchGate(value: string, p: Patterns): Gate | undefined {
  const curve = p.made(value, "Erf", "Tanh");
  if (curve !== undefined) {
    return { kind: curve.opType as Gate["kind"], argument: curve.inputs[0] ?? "", slope: 1, offset: 0 };
  }
  const node = p.made(value, "Add", "Mul");
  for (const [inner, other] of node === undefined ? [] : [node.inputs, [...node.inputs].reverse()]) {
    const constant = p.constants.scalar(other);
    const gate = constant === undefined ? undefined : matchGate(inner ?? "", p);
    if (gate === undefined || constant === undefined) continue;
    return node?.opType === "Add"
      ? { ...gate, offset: gate.offset + constant }
      : { ...gate, slope: gate.slope * constant, offset: gate.offset * constant };
  }
  return undefined;
}

/** Coefficients by degree of a value that is a polynomial in x; undefined for every other value. */
function polynomial(value: string, x: string, p: Patterns): readonly number[] | undefined {
  if (value === x) return [0, 1];
  const constant = p.constants.scalar(value);
  if (constant !== undefined) return [constant];
  const node = p.made(value, "Add", "Mul", "Div", "Pow");
  const [a = "", b = ""] = node?.inputs ?? [];
  const base = node && polynomial(a, x, p);
  if (node === undefined || base === undefined) return undefined;
  if (node.opType === "Pow") {
    const exponent = p.constants.scalar(b);
    if (exponent !== 2 && exponent !== 3) return undefined;
    const square = multiply(base, base);
    return exponent === 2 ? square : multiply(square, base);
  }
  const other = polynomial(b, x, p);
  if (other === undefined) return undefined;
  if (node.opType === "Div") {
    return other.length === 1 ? base.map((coefficient) => coefficient / (other[0] as number)) : undefined;
  }
  if (node.opType === "Mul") return multiply(base, other);
  return Array.from({ length: Math.max(base.length, other.length) }, (_, i) => (base[i] ?? 0) + (other[i] ?? 0));
}

function multiply(a: readonly number[], b: readonly number[]): number[] {
  const product = new Array<number>(a.length + b.length - 1).fill(0);
  for (const [i, x] of a.entries()) for (const [k, y] of b.entries()) product[i + k] = (product[i + k] ?? 0) + x * y;
  return product;
}

const isSame = (found: readonly number[] | undefined, wanted: readonly number[]): boolean =>
  found !== undefined &&
  found.length === wanted.length &&
  wanted.every((coefficient, i) => (coefficient === 0 ? found[i] === 0 : isAbout(found[i], coefficient)));

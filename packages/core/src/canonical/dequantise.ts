/** @file Quantised graphs computed in float32: stored whole numbers become weights again, values in between are not rounded. */

import { type ModelIssue, UnsupportedModelError } from "../errors.ts";
import { indexGraph } from "../graph/index-graph.ts";
import { inferShapes } from "../graph/infer-shapes.ts";
import type { Node } from "../onnx/model.ts";
import type { DType } from "../tensor/dtype.ts";
import { own } from "../util/own.ts";
import { constantsOf, constantValues } from "./constants.ts";
import { dequantised, type QuantContext, type QuantRule } from "./dequantise/context.ts";
import { QUANT_RULES } from "./dequantise/rules.ts";
import { type Draft, type Pass, unchanged } from "./pass.ts";
import { type NodeRewrite, rewriteNodes } from "./rewrite-nodes.ts";

/** Operators that move elements or pick the largest: they do the same to values that are not rounded. */
const MOVEMENTS = new Set([
  "Concat", "Expand", "Flatten", "Gather", "GatherElements", "GatherND", "Identity", "MaxPool", "Pad", "Reshape",
  "Slice", "Split", "Squeeze", "Tile", "Transpose", "Unsqueeze",
]); // biome-ignore format: one table

/** Element types that quantised values have, and sums of their products. */
const WHOLE: ReadonlySet<DType | undefined> = new Set<DType>([
  "int8",
  "uint8",
  "int16",
  "uint16",
  "int32",
  "int4",
  "uint4",
]);

/**
 * The graph without quantised arithmetic. A gradient does not pass through rounding; in this graph it passes, and the
 * weights are those of the file. Logits move by the rounding of the values in between that is gone.
 *
 * Weights are not read: they are dequantised by nodes that the engine folds once, when it compiles.
 *
 * @throws {UnsupportedModelError} When quantised values are used in a way that has no counterpart; lists all such nodes.
 */
export const dequantise: Pass = (draft) => {
  if (!draft.graph.nodes.some((node) => keyOf(node) in QUANT_RULES)) return unchanged(draft);
  const rewriter = createRewriter(draft);
  const { graph, counts } = rewriteNodes(draft, rewriter.rewrite);
  if (rewriter.issues.length > 0) {
    const reasons = rewriter.issues.map(({ node, opType, reason }) => `node "${node}" (${opType}): ${reason}`);
    throw new UnsupportedModelError(
      `Cannot compute the quantised graph "${graph.name}" in float32: ${reasons.join("; ")}; use the float32 file of the model`,
      rewriter.issues,
    );
  }
  const replaced = [...counts].filter(([opType]) => opType !== "Cast");
  if (replaced.length === 0) return unchanged(draft);
  const list = replaced.map(([opType, count]) => `${opType} (${count})`).join(", ");
  const values = graph.values.filter(({ name }) => !rewriter.real.has(name));
  return { ...draft, graph: { ...graph, values }, notes: [`computed in float32: ${list}`], dequantised: true };
};

const keyOf = ({ domain, opType }: Node): string => `${domain}:${opType}`;

class Refused extends Error {
  constructor(readonly issue: ModelIssue) {
    super(issue.reason);
  }
}

interface Rewriter {
  readonly rewrite: NodeRewrite;
  /** Values that were whole numbers and are computed in float32 now. */
  readonly real: ReadonlySet<string>;
  readonly issues: readonly ModelIssue[];
}

function createRewriter(draft: Draft): Rewriter {
  const shapes = inferShapes(draft.graph, draft.opsets);
  const facts = { shapes, constants: constantsOf(draft.graph) };
  const constant = constantValues(draft.graph);
  const { producer } = indexGraph(draft.graph);
  const products = draft.graph.nodes.filter(({ opType }) => opType === "MatMulInteger" || opType === "ConvInteger");
  const multiplied = new Set(products.flatMap(({ inputs }) => inputs.slice(0, 2)));
  const real = new Set<string>();
  /** Values of the graph that stand for their rounded selves. */
  const unrounded = new Set<string>();
  const issues: ModelIssue[] = [];
  const isWhole = (value: string) => WHOLE.has(shapes.get(value)?.dtype);
  const isReal = (value: string) => real.has(value) || unrounded.has(value) || shapes.get(value)?.dtype === "float32";

  /** The counterpart of a quantised operator; undefined where the node stays. */
  function replace(context: QuantContext, rule: QuantRule): readonly string[] | undefined {
    const { node } = context;
    const [x = ""] = node.inputs;
    if (node.opType === "QuantizeLinear") {
      // Rounded weights stay rounded.
      if (constant.has(x)) return undefined;
      if (multiplied.has(node.outputs[0] ?? "")) {
        return context.refuse("its scale is constant, and its result is multiplied as whole numbers");
      }
    }
    // The engine reads blocks and 4-bit numbers only so; they are stored, no gradient is wanted of them.
    const { dtype } = shapes.get(x) ?? {};
    const isBlocked = context.int("block_size", 0) > 0 || dtype === "int4" || dtype === "uint4";
    if (node.opType === "DequantizeLinear" && isBlocked) return undefined;
    return gatheredTable(context) ?? rule(context);
  }

  /** DequantizeLinear of rows of a stored table as rows of the dequantised table: whoever looks for the word vectors finds them. */
  function gatheredTable(context: QuantContext): readonly string[] | undefined {
    const { node, builder } = context;
    const [q = "", scale = "", zeroPoint = ""] = node.inputs;
    const gather = node.opType === "DequantizeLinear" ? producer.get(q) : undefined;
    const [table = "", rows = ""] = gather?.inputs ?? [];
    if (gather?.opType !== "Gather" || !constant.has(table) || facts.constants.scalar(scale) === undefined) return;
    const { attributes } = gather;
    return [builder.emit("Gather", [dequantised(context, table, scale, zeroPoint), rows], { attributes })];
  }

  /** Nodes that are no quantised operators, but see a value that was one's. */
  function follow({ node, refuse }: QuantContext): readonly string[] | undefined {
    const [x = ""] = node.inputs;
    // Under the names that its inputs had: a value that was rounded may have other uses.
    const before = producer.get(node.outputs[0] ?? "")?.inputs ?? [];
    if (!before.some((input) => real.has(input))) return undefined;
    if (node.opType === "Cast" && isReal(node.outputs[0] ?? "")) return [x];
    if (MOVEMENTS.has(node.opType)) for (const output of node.outputs) real.add(output);
    else if (node.outputs.some(isWhole)) return refuse("it computes with quantised values as whole numbers");
    return undefined;
  }

  const rewrite: NodeRewrite = (node, builder) => {
    const context: QuantContext = {
      node,
      builder,
      ...facts,
      isReal,
      input: (i) => node.inputs[i] ?? "",
      int: (name, fallback) => {
        const found = node.attributes[name];
        return found?.kind === "int" ? found.value : fallback;
      },
      refuse: (reason) => {
        throw new Refused({ node: node.name, opType: node.opType, domain: node.domain, reason });
      },
    };
    try {
      const rule = own(QUANT_RULES, keyOf(node));
      if (rule === undefined) return follow(context);
      const values = replace(context, rule);
      const [y = ""] = node.outputs;
      if (values !== undefined && shapes.get(y)?.dtype !== "float32") real.add(y);
      if (values !== undefined && /QuantizeLinear$/.test(node.opType)) unrounded.add(values[0] as string);
      return values;
    } catch (cause) {
      if (!(cause instanceof Refused)) throw cause;
      issues.push(cause.issue);
      return undefined;
    }
  };
  return { rewrite, real, issues };
}

/** @file Sizes that a graph takes from its inner values are taken from its inputs instead. */

import type { GraphBuilder } from "../graph/builder.ts";
import { inferShapes } from "../graph/infer-shapes.ts";
import type { Dimension, Graph, Node } from "../onnx/model.ts";
import { intTensor } from "../tensor/tensor.ts";
import { type Pass, unchanged } from "./pass.ts";
import { rewriteNodes } from "./rewrite-nodes.ts";

/**
 * Every whole number and list of whole numbers of which each element is known, or is the size of an axis of an input,
 * is written as constants and sizes of inputs; chains of Shape, Gather, Unsqueeze and Concat between go.
 *
 * This frees what is computed from the inputs alone (attention masks, position numbers) from the batch of the hidden
 * states: a program that enters the graph at a hidden state with more rows than the inputs have gets a mask of the
 * inputs' batch, which broadcasts.
 */
export const restateSizes: Pass = (draft) => {
  const types = inferShapes(draft.graph, draft.opsets);
  const sources = sourcesOf(draft.graph);
  const sizes = new Map<string, string>();
  const plain = new Set(draft.graph.initializers.map(({ name }) => name));
  const inputsByName = new Map(draft.graph.inputs.map((input) => [input.name, input]));
  /** Whether sizes are taken from where they would be written to be taken from. */
  const isPlain = ({ opType, inputs }: Node) => {
    if (opType !== "Shape") return PICKS.has(opType) && inputs.every((input) => plain.has(input));
    const own = inputsByName.get(inputs[0] ?? "");
    const isSource = (size: Dimension) => typeof size === "number" || sources.get(size)?.input === own?.name;
    return own?.shape?.every(isSource) === true;
  };
  const { graph, counts } = rewriteNodes(draft, (node, builder) => {
    const [value = ""] = node.outputs;
    const { dtype, shape } = types.get(value) ?? {};
    const elements = types.elements(value);
    if (elements === undefined || shape === undefined || shape.length > 1 || dtype !== "int64") return undefined;
    if (shape[0] !== undefined && shape[0] !== elements.length) return undefined;
    if (isPlain(node)) {
      plain.add(value);
      return undefined;
    }
    const known = elements.every((size) => typeof size === "number" || sources.has(size));
    if (!known || node.outputs.length > 1) return undefined;
    const sizeOf = (size: Dimension) => {
      const { input, axis } = sources.get(size) as Source;
      const existing = sizes.get(size as string);
      if (existing !== undefined) return existing;
      const made = builder.sizeOf(input, axis);
      sizes.set(size as string, made);
      return made;
    };
    return [write(elements, shape.length, builder, sizeOf)];
  });
  return counts.size === 0 ? unchanged(draft) : { ...draft, graph, notes: [] };
};

/** Operators that pick sizes and put them together. */
const PICKS: ReadonlySet<string> = new Set(["Concat", "Gather", "Slice", "Squeeze", "Unsqueeze"]);

interface Source {
  readonly input: string;
  readonly axis: number;
}

/** Which axis of which input tells the size of a symbol: an attention mask where there is one, for the blocks read it anyway. */
function sourcesOf({ inputs }: Graph): ReadonlyMap<Dimension, Source> {
  const sources = new Map<Dimension, Source>();
  const masks = inputs.filter(({ name }) => /mask/i.test(name));
  for (const { name, shape } of [...masks, ...inputs]) {
    for (const [axis, size] of (shape ?? []).entries()) {
      if (typeof size === "string" && !sources.has(size)) sources.set(size, { input: name, axis });
    }
  }
  return sources;
}

/** A scalar or list of these elements. */
function write(
  elements: readonly Dimension[],
  rank: number,
  builder: GraphBuilder,
  sizeOf: (size: Dimension) => string,
): string {
  const [first = 0] = elements;
  if (elements.every((size) => typeof size === "number")) {
    return builder.constant(intTensor(elements, rank === 0 ? [] : [elements.length]), "integers");
  }
  if (rank === 0) return builder.squeeze(sizeOf(first), [0]);
  const parts = elements.map((size) => (typeof size === "number" ? builder.integers([size]) : sizeOf(size)));
  return parts.length === 1 ? (parts[0] as string) : builder.concat(parts, 0);
}

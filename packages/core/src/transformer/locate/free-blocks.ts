/** @file Lets every block have a batch of its own size, where sizes in it were those of the inputs. */

import { UnsupportedModelError } from "../../errors.ts";
import { GraphBuilder } from "../../graph/builder.ts";
import { ELEMENTWISE } from "../../graph/elementwise.ts";
import { rewireInputs } from "../../graph/rewire.ts";
import type { Dimension, Node } from "../../onnx/model.ts";
import { logitsOf, streamOf, type TransformerGraph } from "../anatomy.ts";
import { traceDataFlow } from "./data-flow.ts";
import { lastBelow } from "./last-below.ts";
import { isOperator, isProduct, readsSizeOnly } from "./operators.ts";
import { createSearch, type Search } from "./search.ts";

/**
 * The graph in which what blocks take from outside is computed anew in each block for the batch of the hidden state that
 * enters it: what depends on sizes alone (tables repeated for every text, row numbers for a gather), and what is made of
 * the elements of inputs (flattened masks, the place of the last token) where it does not broadcast by itself.
 *
 * The sweep lets more rows enter at each block than the inputs have. Masks [batch, 1, 1, keys] that are added to scores
 * stay as they are: they broadcast. Cost: the nodes of the other values once more for each block.
 */
export function freeBlocks(model: TransformerGraph): TransformerGraph {
  const { graph, opsets, anatomy } = model;
  const search = createSearch(graph, opsets);
  const { inputs, hiddenStates } = streamOf(anatomy);
  const batch = search.shape(inputs.ids ?? inputs.pixels ?? "")?.[0];
  if (typeof batch !== "string") return model;
  const flow = traceDataFlow(search, [hiddenStates[0] ?? ""], logitsOf(anatomy).value);
  const builder = new GraphBuilder({ from: { ...graph, nodes: [], outputs: [] }, opsets, prefix: "blocks/" });
  const starts = risingFromBehind(hiddenStates.map(flow.place));
  const blockOf = (value: string) => (flow.has(value) ? lastBelow(starts, flow.place(value)) : -1);
  const depends = batchValues(search, batch);
  const spend = limited(graph.nodes.length);
  const contexts = hiddenStates.map((state, block): Context => {
    const isLocal = (value: string) => value === state || blockOf(value) === block;
    return { search, builder, spend, batch, depends, state, isLocal, copied: new Map(), grown: new Map() };
  });
  for (const node of graph.nodes) {
    const context = contexts[blockOf(node.outputs[0] ?? "")];
    builder.node(context === undefined ? node : rewireInputs(node, valuesFor(node, context)));
  }
  return { ...model, graph: { ...builder.build(), outputs: graph.outputs } };
}

/** Copies of nodes in all blocks together: so many for each node, and as many besides. */
const COPIES = { perNode: 16, besides: 50_000 };

function limited(nodes: number): () => void {
  let count = 0;
  return () => {
    count++;
    if (count <= COPIES.perNode * nodes + COPIES.besides) return;
    throw new UnsupportedModelError(
      "Cannot run the blocks of the model by themselves: what each of them takes from outside is computed by too many nodes; export the model with its attention mask computed once",
      [{ reason: "too many nodes between the inputs and the blocks" }],
    );
  };
}

/** The least of every number and those behind it: a later block takes all that follows it. */
function risingFromBehind(numbers: readonly number[]): readonly number[] {
  const rising = [...numbers];
  for (let i = rising.length - 2; i >= 0; i--) rising[i] = Math.min(rising[i] as number, rising[i + 1] as number);
  return rising;
}

/** One block. */
interface Context {
  readonly search: Search;
  readonly builder: GraphBuilder;
  /** Takes note of a node that is copied. */
  readonly spend: () => void;
  /** Symbol of the batch of the inputs. */
  readonly batch: string;
  readonly depends: BatchValues;
  /** Hidden state that enters the block. */
  readonly state: string;
  /** Whether a value is computed from that. */
  readonly isLocal: (value: string) => boolean;
  /** What was computed for the block's own batch from sizes alone. */
  readonly copied: Map<string, string>;
  /** What was computed for it from the inputs, repeated for every row. */
  readonly grown: Map<string, string>;
}

/** Values outside the flow that depend on the batch of the inputs. */
interface BatchValues {
  /** On its size, and on no element of an input. */
  readonly sizes: ReadonlySet<string>;
  /** On the elements of an input. */
  readonly elements: ReadonlySet<string>;
}

function batchValues({ index, shapes }: Search, batch: string): BatchValues {
  const axes = index.graph.inputs.flatMap(({ shape }) => shape ?? []);
  const isOther = (size: Dimension) => typeof size === "number" || (size !== batch && axes.includes(size));
  const elements = new Set(index.inputs);
  const sizes = new Set<string>();
  for (const node of index.graph.nodes) {
    const reads = readsSizeOnly(node);
    for (const output of node.outputs) {
      if (!reads && node.inputs.some((input) => elements.has(input))) elements.add(output);
      else if (shapes.elements(output)?.every(isOther) !== true) {
        if (reads || node.inputs.some((input) => sizes.has(input))) sizes.add(output);
      }
    }
  }
  return { sizes, elements };
}

/** What the inputs of a node of the block are in it. */
function valuesFor(node: Node, context: Context): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const input of new Set(node.inputs)) {
    if (input === "" || context.isLocal(input)) continue;
    values.set(input, mustGrow(node, input, context) ? grow(input, context) : copy(input, context));
  }
  return values;
}

/** Whether a value made of the elements of inputs has rows that a node would not repeat by itself. */
function mustGrow(node: Node, value: string, { search, batch, depends }: Context): boolean {
  if (!depends.elements.has(value)) return false;
  const [shape, result] = [search.shape(value), search.shape(node.outputs[0] ?? "")];
  if (shape === undefined || result === undefined) return true;
  const isKnown = shape.every((size) => typeof size === "number" || !size?.includes("?"));
  // Positions that are asked for are the same in every row.
  const isIndex = isOperator(node, "Gather") && value === node.inputs[1] && value !== node.inputs[0];
  if (isIndex && isKnown && shape.length === 1 && shape[0] !== batch) return false;
  const broadcasts = isOperator(node, ...ELEMENTWISE) || isProduct(node);
  if (!broadcasts || !isKnown) return true;
  // Rows of the batch lie along the first axis of the result: of the value too, or it has none of them.
  const own = shape.length === result.length ? shape.slice(1) : shape;
  return own.includes(batch);
}

/** Computes `value` for the batch of the block, if it depends on its size alone; returns its name there. */
function copy(value: string, context: Context): string {
  const { search, depends, copied } = context;
  const isCopied = (input: string) => search.index.producer.has(input) && depends.sizes.has(input);
  const operands = (own: string) => {
    const node = search.index.producer.get(own);
    return node === undefined || readsSizeOnly(node) ? [] : node.inputs.filter(isCopied);
  };
  if (isCopied(value)) visitInOrder(value, copied, operands, (own) => copyOne(own, context));
  return copied.get(value) ?? value;
}

/** The same of a value whose operands are copied. */
function copyOne(value: string, context: Context): void {
  const { search, builder, batch, copied, isLocal, state } = context;
  const node = search.index.producer.get(value) as Node;
  const [source = ""] = node.inputs;
  if (!readsSizeOnly(node)) {
    repeat(node, copied, context);
    return;
  }
  const sizes = search.shapes.elements(value);
  if (isLocal(source) || !isOperator(node, "Shape") || sizes?.includes(batch) !== true) {
    copied.set(value, value);
    return;
  }
  const own = sizes.map((size, i) =>
    size === batch
      ? builder.sizeOf(state, 0)
      : typeof size === "number"
        ? builder.integers([size])
        : builder.slice(value, 0, i, i + 1),
  );
  copied.set(value, own.length === 1 ? (own[0] as string) : builder.concat(own, 0));
}

/** Computes `value` from inputs that have a row for each of the block's hidden states; returns its name there. */
function grow(value: string, context: Context): string {
  const { search, depends, grown, isLocal } = context;
  const isGrown = (input: string) => !isLocal(input) && (depends.elements.has(input) || depends.sizes.has(input));
  const operands = (own: string) => {
    const node = search.index.producer.get(own);
    return node === undefined || isOnlySized(node, depends) ? [] : node.inputs.filter(isGrown);
  };
  if (isGrown(value)) visitInOrder(value, grown, operands, (own) => growOne(own, context));
  return grown.get(value) ?? value;
}

const isOnlySized = (node: Node, { elements }: BatchValues): boolean =>
  readsSizeOnly(node) && !elements.has(node.inputs[0] ?? "");

/** The same of a value whose operands have rows already. */
function growOne(value: string, context: Context): void {
  const { search, builder, batch, depends, grown, state } = context;
  const node = search.index.producer.get(value);
  if (node === undefined) {
    const [rows, ...others] = search.shape(value) ?? [];
    if (rows !== batch) {
      grown.set(value, value);
      return;
    }
    const ones = others.map(() => 1);
    const repeated = builder.concat([builder.sizeOf(state, 0), builder.integers(ones)], 0);
    grown.set(value, builder.emit("Expand", [value, repeated]));
  } else if (isOnlySized(node, depends)) {
    grown.set(value, copy(value, context));
  } else {
    repeat(node, grown, context);
  }
}

/** Visits `last` after all that it is made of, each value once. Chains may be as long as the graph. */
function visitInOrder(
  last: string,
  done: ReadonlyMap<string, string>,
  operands: (value: string) => readonly string[],
  visit: (value: string) => void,
): void {
  const stack = [last];
  const opened = new Set<string>();
  for (let value = stack.at(-1); value !== undefined; value = stack.at(-1)) {
    const open = done.has(value) || opened.has(value) ? [] : operands(value).filter((operand) => !done.has(operand));
    opened.add(value);
    if (open.length > 0) {
      for (const operand of open) stack.push(operand);
      continue;
    }
    stack.pop();
    if (!done.has(value)) visit(value);
  }
}

/** A node once more, where its inputs have changed. */
function repeat(node: Node, done: Map<string, string>, { builder, spend }: Context): void {
  const inputs = node.inputs.map((input) => done.get(input) ?? input);
  const isSame = inputs.every((input, i) => input === node.inputs[i]);
  const { opType, domain, attributes, outputs } = node;
  if (!isSame) spend();
  const made = isSame ? outputs : builder.emitMany(opType, inputs, outputs.length, { domain, attributes });
  for (const [i, output] of outputs.entries()) done.set(output, made[i] as string);
}

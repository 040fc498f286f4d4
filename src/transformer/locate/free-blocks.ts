/** @file Lets every block have a batch of its own size, where sizes in it were those of the inputs. */

import { GraphBuilder } from "../../graph/builder.ts";
import { rewireInputs } from "../../graph/rewire.ts";
import type { Dimension } from "../../onnx/model.ts";
import type { TransformerGraph } from "../anatomy.ts";
import { traceDataFlow } from "./data-flow.ts";
import { isOperator, readsSizeOnly } from "./operators.ts";
import { createSearch, type Search } from "./search.ts";

/**
 * The graph in which what blocks take from outside and what depends on sizes alone (tables repeated for every text, row
 * numbers for a gather) is computed anew in each block, for the batch of the hidden state that enters it.
 *
 * The sweep lets more rows enter at each block than the inputs have. Values made of the elements of inputs, as masks are,
 * stay: they broadcast. Cost: the nodes of those values once more for each block.
 */
export function freeBlocks(model: TransformerGraph): TransformerGraph {
  const { graph, opsets, anatomy } = model;
  const search = createSearch(graph, opsets);
  const { inputs, hiddenStates, logits } = anatomy;
  const batch = search.shape(inputs.ids ?? inputs.pixels ?? "")?.[0];
  if (typeof batch !== "string") return model;
  const flow = traceDataFlow(search, [hiddenStates[0] ?? ""], logits);
  const builder = new GraphBuilder({ from: { ...graph, nodes: [], outputs: [] }, opsets, prefix: "blocks/" });
  const blockOf = (value: string) =>
    flow.has(value) ? hiddenStates.findLastIndex((state) => flow.place(state) < flow.place(value)) : -1;
  const depends = sizeValues(search, batch);
  const contexts = hiddenStates.map((state, block): Context => {
    const isLocal = (value: string) => value === state || blockOf(value) === block;
    return { search, builder, batch, depends, state, isLocal, copied: new Map() };
  });
  for (const node of graph.nodes) {
    const context = contexts[blockOf(node.outputs[0] ?? "")];
    if (context !== undefined) for (const input of node.inputs) copy(input, context);
    builder.node(context === undefined ? node : rewireInputs(node, context.copied));
  }
  return { ...model, graph: { ...builder.build(), outputs: graph.outputs } };
}

/** One block. */
interface Context {
  readonly search: Search;
  readonly builder: GraphBuilder;
  /** Symbol of the batch of the inputs. */
  readonly batch: string;
  /** Values that depend on it, and on no element of an input. */
  readonly depends: ReadonlySet<string>;
  /** Hidden state that enters the block. */
  readonly state: string;
  /** Whether a value is computed from that. */
  readonly isLocal: (value: string) => boolean;
  /** What was computed for the block's own batch. */
  readonly copied: Map<string, string>;
}

/** Values that depend on the size of the batch of the inputs, but on the elements of none. */
function sizeValues({ index, shapes }: Search, batch: string): ReadonlySet<string> {
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
  return sizes;
}

/** Computes `value` for the batch of the block, if it depends on a batch; returns its name there. */
function copy(value: string, context: Context): string {
  const { search, builder, batch, depends, copied, isLocal, state } = context;
  const known = copied.get(value);
  if (known !== undefined) return known;
  const node = search.index.producer.get(value);
  if (node === undefined || !depends.has(value)) return value;
  const [source = ""] = node.inputs;
  if (readsSizeOnly(node)) {
    const sizes = search.shapes.elements(value);
    if (isLocal(source) || !isOperator(node, "Shape") || sizes?.includes(batch) !== true) return value;
    const own = sizes.map((size, i) =>
      size === batch
        ? builder.sizeOf(state, 0)
        : typeof size === "number"
          ? builder.integers([size])
          : builder.slice(value, 0, i, i + 1),
    );
    copied.set(value, own.length === 1 ? (own[0] as string) : builder.concat(own, 0));
  } else {
    const inputs = node.inputs.map((input) => copy(input, context));
    const isSame = inputs.every((input, i) => input === node.inputs[i]);
    const { opType, domain, attributes, outputs } = node;
    const made = isSame ? outputs : builder.emitMany(opType, inputs, outputs.length, { domain, attributes });
    for (const [i, output] of outputs.entries()) copied.set(output, made[i] as string);
  }
  return copied.get(value) as string;
}

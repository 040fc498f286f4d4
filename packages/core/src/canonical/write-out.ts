/** @file Fused operators written out as primitives: one line an operator. */

import { capturedValues } from "../graph/index-graph.ts";
import { inferShapes } from "../graph/infer-shapes.ts";
import type { Graph } from "../onnx/model.ts";
import { constantsOf } from "./constants.ts";
import { countOf, type Pass, unchanged } from "./pass.ts";
import { rewriteNodes } from "./rewrite-nodes.ts";
import { biasGelu, fastGelu, fusedConv, fusedGemm, swish } from "./write-out/activation.ts";
import { attention, attention23, multiHeadAttention } from "./write-out/attention.ts";
import { groupQueryAttention } from "./write-out/group-query-attention.ts";
import {
  embedLayerNormalization,
  skipLayerNormalization,
  skipSimplifiedLayerNormalization,
} from "./write-out/normalisation.ts";
import { rotaryEmbedding23, rotaryEmbeddingMicrosoft } from "./write-out/rotary.ts";
import { createWriteContext, Refusal, type Writer } from "./write-out/writer.ts";

/** By domain and operator. */
const WRITERS: Readonly<Record<string, Writer>> = {
  ":Attention": attention23,
  ":RotaryEmbedding": rotaryEmbedding23,
  ":Swish": swish,
  "com.microsoft:Attention": attention,
  "com.microsoft:MultiHeadAttention": multiHeadAttention,
  "com.microsoft:GroupQueryAttention": groupQueryAttention,
  "com.microsoft:RotaryEmbedding": rotaryEmbeddingMicrosoft,
  "com.microsoft:SkipLayerNormalization": skipLayerNormalization,
  "com.microsoft:SkipSimplifiedLayerNormalization": skipSimplifiedLayerNormalization,
  "com.microsoft:EmbedLayerNormalization": embedLayerNormalization,
  "com.microsoft:BiasGelu": biasGelu,
  "com.microsoft:FastGelu": fastGelu,
  "com.microsoft:FusedGemm": fusedGemm,
  "com.microsoft:FusedConv": fusedConv,
};

/** Rounds that bring something new; exports need two or three. */
const MOST_ROUNDS = 32;

/** Writes out what `WRITERS` knows. A node in a form that a writer does not know stays as it is, and a note says why. */
export const writeOut: Pass = (draft) => {
  // Shapes of what follows a fused operator are known only when it is written out: as many rounds as bring something new.
  let graph = draft.graph;
  const total = new Map<string, number>();
  for (let rounds = 1; ; rounds++) {
    const round = writeRound({ ...draft, graph }, total);
    if (round.graph === graph || rounds === MOST_ROUNDS) {
      if (total.size === 0 && round.left.size === 0) return unchanged(draft);
      const written = [...total].map(([opType, count]) => `${countOf(count, `${opType} node`)} written out`);
      return { ...draft, graph: round.graph, notes: [...written, ...round.left] };
    }
    graph = round.graph;
  }
};

function writeRound(draft: Parameters<Pass>[0], total: Map<string, number>) {
  const facts = {
    shapes: inferShapes(draft.graph, draft.opsets),
    constants: constantsOf(draft.graph),
    used: usedIn(draft.graph),
  };
  const left = new Set<string>();
  const { graph, counts } = rewriteNodes(draft, (node, builder) => {
    const writer = WRITERS[`${node.domain}:${node.opType}`];
    const alone = node.opType === "FastGelu" && node.inputs.length < 2;
    if (writer === undefined || alone) return undefined;
    try {
      return writer(createWriteContext(node, builder, facts));
    } catch (cause) {
      if (!(cause instanceof Refusal)) throw cause;
      left.add(`${node.opType} "${node.name}" left as it is: ${cause.message}`);
      return undefined;
    }
  });
  for (const [opType, count] of counts) total.set(opType, (total.get(opType) ?? 0) + count);
  return { graph, left };
}

function usedIn({ nodes, outputs }: Graph): ReadonlySet<string> {
  return new Set([
    ...nodes.flatMap((node) => [...node.inputs, ...capturedValues(node)]),
    ...outputs.map(({ name }) => name),
  ]);
}

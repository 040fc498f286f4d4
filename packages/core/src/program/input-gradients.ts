/**
 * @file Programs that look at inputs themselves, not at paths: the score, attention probabilities and gradients from the
 * hidden state that enters a block.
 *
 * The engine computes everything that a program contains, so there is one program for each thing that is asked for.
 */

import { buildGradientGraph } from "../autodiff/backward.ts";
import type { RuleRegistry } from "../autodiff/registry.ts";
import { InternalError } from "../errors.ts";
import { GraphBuilder } from "../graph/builder.ts";
import { extractGraph } from "../graph/extract.ts";
import type { Graph } from "../onnx/model.ts";
import { logitsOf, streamOf, type TransformerGraph } from "../transformer/anatomy.ts";
import { noGradient } from "./no-gradient.ts";
import { emitScore, type ProgramScore } from "./score.ts";

/** Names of outputs. Hidden states and attention probabilities keep their own. */
export const gradientNames = {
  /** F of every row [rows, 1]. */
  scores: "gradients.scores",
  /** dF/dH of the hidden state that is fed [rows, positions, width]. */
  hidden: "gradients.hidden",
  /** dF/dA_l [rows, heads, queries, keys]. */
  attention: (l: number) => `gradients.attention.${l}`,
} as const;

/** Logits [rows, classes] from the hidden state entering block `block` [rows, positions, width]. */
export const buildLogitsFromProgram = (model: TransformerGraph, block: number): Graph =>
  fromBlock(model, block, [logitsOf(model.anatomy).value]);

/** Logits and the hidden state entering every further block, from the first hidden state [rows, positions, width]. */
export const buildForwardFromProgram = (model: TransformerGraph): Graph =>
  fromBlock(model, 0, [logitsOf(model.anatomy).value, ...streamOf(model.anatomy).hiddenStates.slice(1)]);

/** Attention probabilities of the blocks from `block` to `last`, from the hidden state entering `block`. */
export const buildAttentionProgram = (model: TransformerGraph, block: number, last: number): Graph =>
  fromBlock(model, block, streamOf(model.anatomy).attentionProbabilities.slice(block, last + 1));

/**
 * F and its gradient with respect to the hidden state entering block `block`.
 *
 * @throws {UnsupportedModelError} When an operator between that hidden state and the logits has no gradient rule.
 */
export function buildHiddenGradientProgram(
  model: TransformerGraph,
  block: number,
  score: ProgramScore,
  classes: number,
  rules?: RuleRegistry,
): Graph {
  const hidden = hiddenState(model, block);
  const { builder, gradients } = differentiated(model, block, [hidden], score, classes, rules);
  builder.output(required(gradients, hidden), gradientNames.hidden);
  return finished(builder);
}

/** F, the attention probabilities of all blocks and the gradients of F with respect to them, from the first hidden state. */
export function buildAttentionGradientProgram(
  model: TransformerGraph,
  score: ProgramScore,
  classes: number,
  rules?: RuleRegistry,
): Graph {
  const { attentionProbabilities } = streamOf(model.anatomy);
  const { builder, gradients } = differentiated(model, 0, attentionProbabilities, score, classes, rules);
  attentionProbabilities.forEach((value, l) => {
    builder.output(value);
    builder.output(required(gradients, value), gradientNames.attention(l));
  });
  return finished(builder);
}

function hiddenState({ anatomy }: TransformerGraph, block: number): string {
  const name = streamOf(anatomy).hiddenStates[block];
  if (name === undefined) throw new InternalError(`there is no block ${block} to start a program at`);
  return name;
}

function fromBlock(model: TransformerGraph, block: number, outputs: readonly string[]): Graph {
  const { graph, anatomy } = model;
  const shape = ["rows", "positions", streamOf(anatomy).width];
  return extractGraph(graph, {
    inputs: [{ name: hiddenState(model, block), dtype: "float32", shape }],
    outputs,
  });
}

/** The part of the model above a hidden state with the score of every row as output, and its gradients. */
function differentiated(
  model: TransformerGraph,
  block: number,
  withRespectTo: readonly string[],
  score: ProgramScore,
  classes: number,
  rules: RuleRegistry | undefined,
): { readonly builder: GraphBuilder; readonly gradients: ReadonlyMap<string, string> } {
  const { anatomy, opsets } = model;
  const body = fromBlock(model, block, [logitsOf(anatomy).value]);
  const forward = new GraphBuilder({ from: { ...body, outputs: [] }, opsets, prefix: "gradients/" });
  const scores = emitScore(forward, logitsOf(anatomy).value, score, classes, logitsOf(anatomy).per);
  const { graph, gradients } = buildGradientGraph(forward.build(), {
    of: scores,
    withRespectTo,
    opsets,
    registry: rules,
  });
  const builder = new GraphBuilder({ from: graph, opsets, prefix: "gradients/" });
  builder.output(scores, gradientNames.scores, "float32", ["rows", 1]);
  return { builder, gradients };
}

/** Without what only the forward graph's own outputs needed. */
function finished(builder: GraphBuilder): Graph {
  const graph = builder.build();
  return extractGraph(graph, { outputs: graph.outputs });
}

function required(gradients: ReadonlyMap<string, string>, value: string): string {
  const gradient = gradients.get(value);
  if (gradient === undefined) throw noGradient(value);
  return gradient;
}

/**
 * @file The programs of single blocks: from the inputs to the first hidden state, from each hidden state to the next, and
 * gradients back. Together they compute what the programs of the whole model compute.
 *
 * Every path from the input to the logits leads through each hidden state, so a block needs nothing else from below but
 * what follows from the inputs of the model themselves (attention mask).
 */

import { buildGradientGraph } from "../autodiff/backward.ts";
import type { RuleRegistry } from "../autodiff/registry.ts";
import { InternalError } from "../errors.ts";
import { GraphBuilder } from "../graph/builder.ts";
import { extractGraph } from "../graph/extract.ts";
import type { Graph } from "../onnx/model.ts";
import { byteSize } from "../tensor/dtype.ts";
import { elementCount } from "../tensor/tensor.ts";
import { logitsOf, streamOf, type TransformerGraph } from "../transformer/anatomy.ts";
import { noGradient } from "./no-gradient.ts";
import { emitScore, type ProgramScore } from "./score.ts";

/** What of the attention of its block a gradient program returns: nothing, the evidence in the first row, or all of it. */
export type AttentionOutput = "none" | "evidence" | "rows";

/** Names of inputs and outputs. Hidden states, attention probabilities and logits keep their own. */
export const segmentNames = {
  /** dF/dH of the state that leaves the block [rows, positions, width]. */
  upstream: "segment.upstream",
  /** dF/dH of the state that enters the block [rows, positions, width]. */
  gradient: "segment.gradient",
  /** F of every row [rows, 1]; last block only. */
  scores: "segment.scores",
  /** mean over heads of A * dF/dA at the first row [1, queries, keys]. */
  evidence: "segment.evidence",
  /** dF/dA of every row [rows, heads, queries, keys]. */
  attentionGradient: "segment.attention_gradient",
} as const;

/** The value that block `block` makes: the next hidden state, or the logits. */
export const blockResult = ({ anatomy }: TransformerGraph, block: number): string =>
  streamOf(anatomy).hiddenStates[block + 1] ?? logitsOf(anatomy).value;

/** Inputs of the model -> the hidden state that enters the first block. */
export const buildEntrySegment = (model: TransformerGraph): Graph =>
  extractGraph(model.graph, { outputs: [hiddenState(model, 0)] });

/** The hidden state that enters a block -> what the block makes, and its attention probabilities where they are wanted. */
export function buildBlockSegment(model: TransformerGraph, block: number, withAttention: boolean): Graph {
  const attention = streamOf(model.anatomy).attentionProbabilities[block] as string;
  return fromState(model, block, [blockResult(model, block), ...(withAttention ? [attention] : [])]);
}

/**
 * The hidden state that enters a block and the gradient of the one that leaves it -> the gradient of the former. Of the
 * last block: the hidden state -> F and its gradient.
 *
 * @throws {UnsupportedModelError} When an operator of the block has no gradient rule.
 */
export function buildGradientSegment(
  model: TransformerGraph,
  block: number,
  score: ProgramScore,
  classes: number,
  attentionOutput: AttentionOutput,
  rules?: RuleRegistry,
): Graph {
  const { anatomy, opsets } = model;
  const prefix = "segment/";
  const state = hiddenState(model, block);
  const result = blockResult(model, block);
  const body = fromState(model, block, [result]);
  const forward = new GraphBuilder({ from: { ...body, outputs: [], values: [] }, opsets, prefix });
  const isLast = result === logitsOf(anatomy).value;
  const of = isLast
    ? emitScore(forward, result, score, classes, logitsOf(anatomy).per)
    : forward.mul(
        result,
        forward.input(segmentNames.upstream, "float32", ["rows", "positions", streamOf(anatomy).width]),
      );
  const probabilities = streamOf(anatomy).attentionProbabilities[block] as string;
  const { graph, gradients } = buildGradientGraph(forward.build(), {
    of,
    withRespectTo: attentionOutput === "none" ? [state] : [state, probabilities],
    opsets,
    registry: rules,
  });
  const builder = new GraphBuilder({ from: graph, opsets, prefix });
  builder.output(required(gradients, state), segmentNames.gradient);
  if (isLast) builder.output(of, segmentNames.scores, "float32", ["rows", 1]);
  if (attentionOutput === "rows") {
    builder.output(probabilities);
    builder.output(required(gradients, probabilities), segmentNames.attentionGradient);
  }
  if (attentionOutput === "evidence") {
    const first = (value: string) => builder.slice(value, 0, 0, 1);
    const evidence = builder.mul(first(probabilities), first(required(gradients, probabilities)));
    builder.output(builder.reduceMean(evidence, [1], false), segmentNames.evidence);
  }
  const whole = builder.build();
  return extractGraph(whole, { outputs: whole.outputs });
}

function fromState(model: TransformerGraph, block: number, outputs: readonly string[]): Graph {
  const shape = ["rows", "positions", streamOf(model.anatomy).width];
  return extractGraph(model.graph, {
    inputs: [{ name: hiddenState(model, block), dtype: "float32", shape }],
    outputs,
  });
}

function hiddenState({ anatomy }: TransformerGraph, block: number): string {
  const name = streamOf(anatomy).hiddenStates[block];
  if (name === undefined) throw new InternalError(`there is no block ${block} to start a program at`);
  return name;
}

function required(gradients: ReadonlyMap<string, string>, value: string): string {
  const gradient = gradients.get(value);
  if (gradient === undefined) throw noGradient(value);
  return gradient;
}

/** Bytes that the weights of the largest segment take as float32. */
export function segmentWeightBytes(model: TransformerGraph): number {
  const blocks = streamOf(model.anatomy).hiddenStates.map((_, block) => buildBlockSegment(model, block, false));
  return Math.max(...[buildEntrySegment(model), ...blocks].map(weightBytes));
}

const weightBytes = ({ initializers }: Graph): number =>
  initializers.reduce((sum, { shape }) => sum + byteSize("float32", elementCount(shape)), 0);

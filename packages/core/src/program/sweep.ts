/**
 * @file The sweep program: Integrated Gradients of all blocks in one forward and one backward pass. METHOD 6.
 *
 * At the entry of block l the points of that block's path join the batch; on the way down their gradients are cut off
 * where they joined. What comes back is summed over the width inside the graph: no gradient of a hidden state leaves it.
 */

import { buildGradientGraph } from "../autodiff/backward.ts";
import type { RuleRegistry } from "../autodiff/registry.ts";
import { InternalError } from "../errors.ts";
import { GraphBuilder } from "../graph/builder.ts";
import { extractGraph } from "../graph/extract.ts";
import { inferShapes } from "../graph/infer-shapes.ts";
import { rewireInputs } from "../graph/rewire.ts";
import type { Graph } from "../onnx/model.ts";
import { logitsOf, streamOf, type TransformerGraph } from "../transformer/anatomy.ts";
import { PASSING_ROWS } from "./model-programs.ts";
import { noGradient } from "./no-gradient.ts";
import { emitScore, type ProgramScore } from "./score.ts";

/** Names of the sweep's inputs and outputs for block l. */
export const sweepNames = {
  /** H_l, B_l [1, positions, width]. */
  hidden: (l: number) => `sweep.hidden.${l}`,
  baseline: (l: number) => `sweep.baseline.${l}`,
  /** Places on the path [points, 1, 1], 0 = baseline, 1 = input. */
  alpha: (l: number) => `sweep.alpha.${l}`,
  /** dF/dH * (H - B) at every point, summed over the width [points, positions]. */
  relevance: (l: number) => `sweep.relevance.${l}`,
  /** The same at block l > 0 of the first rows of the batch, at most `PASSING_ROWS` [rows, positions]. */
  passing: (l: number) => `sweep.passing.${l}`,
  /** mean over heads of A * dF/dA at the first row of the batch [queries, keys]. */
  attention: (l: number) => `sweep.attention.${l}`,
  /** F at every row [rows, 1]: points of block 0 first. */
  scores: "sweep.scores",
} as const;

/**
 * Builds the sweep for one kind of score.
 *
 * The first row of the batch must be the input itself (block 0, alpha 1) where the attention outputs are wanted. Any
 * number of points per block may be 0.
 *
 * @param classes - Number of logits.
 * @throws {UnsupportedModelError} When an operator between the first hidden state and the logits has no gradient rule.
 */
export function buildSweepProgram(
  model: TransformerGraph,
  score: ProgramScore,
  classes: number,
  rules?: RuleRegistry,
): Graph {
  const { graph, anatomy, opsets } = model;
  const { hiddenStates, attentionProbabilities, width } = streamOf(anatomy);
  const first = hiddenStates[0];
  if (first === undefined) throw new InternalError("a Transformer without blocks cannot be swept");
  // Sizes of images are fixed, and reshapes of foreign graphs may state them.
  const stated = inferShapes(graph, opsets).get(first)?.shape?.[1];
  const positions = typeof stated === "number" ? stated : "positions";
  const body = extractGraph(graph, {
    inputs: [{ name: first, dtype: "float32", shape: ["rows", positions, width] }],
    outputs: [logitsOf(anatomy).value],
  });

  const builder = new GraphBuilder({
    name: `${graph.name}.sweep`,
    prefix: "sweep/",
    // Shapes that the file states hold for one batch; here every block has its own, and equal names would promise equal sizes.
    from: { ...body, inputs: body.inputs.filter((value) => value.name !== first), nodes: [], outputs: [], values: [] },
    opsets,
  });
  const joined = new Map<string, string>();
  const paths: string[] = [];
  const deltas: string[] = [];

  const join = (l: number, fromBelow: string | undefined): string => {
    const hidden = builder.input(sweepNames.hidden(l), "float32", [1, positions, width]);
    const baseline = builder.input(sweepNames.baseline(l), "float32", [1, positions, width]);
    const alpha = builder.input(sweepNames.alpha(l), "float32", [`points.${l}`, 1, 1]);
    const delta = builder.sub(hidden, baseline, `sweep.delta.${l}`);
    const path = builder.add(baseline, builder.mul(alpha, delta), `sweep.path.${l}`); // [points, positions, width]
    deltas.push(delta);
    paths.push(path);
    return fromBelow === undefined ? path : builder.concat([fromBelow, path], 0, `sweep.entry.${l}`);
  };

  joined.set(first, join(0, undefined));
  for (const node of body.nodes) {
    builder.node(rewireInputs(node, joined));
    for (const output of node.outputs) {
      const l = hiddenStates.indexOf(output);
      if (l > 0) joined.set(output, join(l, output));
    }
  }
  const scores = emitScore(
    builder,
    joined.get(logitsOf(anatomy).value) ?? logitsOf(anatomy).value,
    score,
    classes,
    logitsOf(anatomy).per,
  );

  const { graph: differentiated, gradients } = buildGradientGraph(builder.build(), {
    of: scores,
    withRespectTo: [...paths, ...hiddenStates.slice(1), ...attentionProbabilities],
    opsets,
    registry: rules,
  });
  const outer = new GraphBuilder({ from: differentiated, opsets, prefix: "sweep/" });
  outer.output(scores, sweepNames.scores, "float32", ["rows", 1]);
  for (let l = 0; l < paths.length; l++) {
    const evidenceAt = (gradient: string) => outer.reduceSum(outer.mul(gradient, deltas[l] as string), [2], false);
    const own = evidenceAt(required(gradients, paths[l] as string));
    outer.output(own, sweepNames.relevance(l), "float32", [`points.${l}`, "positions"]);
    if (l > 0) {
      const passing = outer.slice(required(gradients, hiddenStates[l] as string), 0, 0, PASSING_ROWS);
      outer.output(evidenceAt(passing), sweepNames.passing(l), "float32", [`passing.${l}`, "positions"]);
    }
    const probabilities = attentionProbabilities[l] as string;
    const firstRow = (value: string) => outer.slice(value, 0, 0, 1);
    const evidence = outer.mul(firstRow(probabilities), firstRow(required(gradients, probabilities)));
    outer.output(outer.reduceMean(evidence, [1], false), sweepNames.attention(l), "float32", [
      "first",
      "queries",
      "positions",
    ]);
  }
  return extractGraph(outer.build(), { outputs: outer.build().outputs });
}

function required(gradients: ReadonlyMap<string, string>, value: string): string {
  const gradient = gradients.get(value);
  if (gradient === undefined) throw noGradient(value);
  return gradient;
}

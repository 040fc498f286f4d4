/** @file From the graph of any exporter to one of primitives that gradient rules and the search for the anatomy know. */

import { verifyGraph } from "../graph/verify.ts";
import type { Graph, OnnxModel } from "../onnx/model.ts";
import type { Draft, Opsets, Pass } from "./pass.ts";
import { PASSES } from "./passes.ts";

/** A graph in canonical form. */
export interface CanonicalModel {
  readonly graph: Graph;
  readonly opsets: Opsets;
  /** What was rewritten, one sentence each. */
  readonly notes: readonly string[];
  /** Whole-number arithmetic was replaced by floating-point: logits move by the rounding that is gone. */
  readonly dequantised: boolean;
  /** Arithmetic of half precision was replaced by that of float32. */
  readonly widened: boolean;
}

/**
 * The same function as `model.graph`, written with primitives, in float32, for a batch of any size. Names of inputs and
 * outputs stay; inner values that still exist keep their names.
 *
 * Weights are not read: what has to be computed from them is left to the engine as nodes.
 * Cost: a few passes over the nodes for every rewrite.
 *
 * @param passes - Rewrites, in their order.
 * @throws {UnsupportedModelError} When the graph is malformed or holds a quantised form that cannot be undone.
 */
export function canonicalise(
  model: Pick<OnnxModel, "graph" | "opsets">,
  passes: readonly Pass[] = PASSES,
): CanonicalModel {
  const opsets: Opsets = { "com.microsoft": 1, ...model.opsets };
  verifyGraph(model.graph, opsets);
  let draft: Draft = { graph: model.graph, opsets };
  const notes: string[] = [];
  let dequantised = false;
  let widened = false;
  for (const pass of passes) {
    const result = pass(draft);
    draft = { graph: result.graph, opsets: result.opsets };
    notes.push(...result.notes);
    dequantised ||= result.dequantised ?? false;
    widened ||= result.widened ?? false;
  }
  verifyGraph(draft.graph, draft.opsets);
  return { ...draft, notes, dequantised, widened };
}

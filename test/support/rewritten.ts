/** @file Checks a rewrite of a graph: the outputs of both graphs on the same inputs. */

import type { Draft, Pass, PassResult } from "@calig/core/internal/canonical/pass";
import type { Feeds } from "@calig/core/internal/runtime/runtime";
import { elementCount, type FloatTensor, floatTensor } from "@calig/core/internal/tensor/tensor";
import { expect } from "vitest";
import { runGraph } from "./run-graph.ts";
import "./matchers.ts";

/** Numbers without symmetry in -1..1: an axis that is mixed up shows. */
export const ramp = (shape: readonly number[], seed = 1): FloatTensor =>
  floatTensor(
    Array.from({ length: elementCount(shape) }, (_, i) => Math.sin(seed + 12.9898 * i)),
    shape,
  );

interface Comparison {
  readonly rtol?: number;
  readonly atol?: number;
  /** What the graph before the rewrite gives. Default: what the engine answers. */
  readonly authority?: typeof runGraph;
}

/** What a pass makes of a draft; fails where an output differs. `feeds` may be those of the rewritten graph where its inputs differ. */
export async function rewritten(
  pass: Pass,
  draft: Draft,
  feeds: Feeds,
  { rtol = 1e-5, atol = 1e-6, authority = runGraph }: Comparison = {},
): Promise<PassResult> {
  const result = pass(draft);
  const names = draft.graph.outputs.map(({ name }) => name);
  const before = await authority(draft.graph, draft.opsets, names, feeds);
  const after = await runGraph(result.graph, result.opsets, names, feeds);
  for (const [i, expected] of before.entries()) {
    expect(after[i]?.shape).toEqual(expected.shape);
    expect(after[i]?.data as Float32Array).toBeAllClose(expected.data as Float32Array, { rtol, atol });
  }
  return result;
}

/** Operators of a graph in order. */
export const operators = ({ graph }: Pick<Draft, "graph">): readonly string[] =>
  graph.nodes.map(({ opType }) => opType);

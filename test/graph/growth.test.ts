/** @file What reading a graph costs grows as the graph does: counted operations, for many of one thing each. */

import { buildGradientGraph } from "@calig/core/internal/autodiff/backward";
import { canonicalise } from "@calig/core/internal/canonical/canonicalise";
import { prepareInputs } from "@calig/core/internal/canonical/prepare-inputs";
import { AnatomyError } from "@calig/core/internal/errors";
import { extractGraph } from "@calig/core/internal/graph/extract";
import type { Graph } from "@calig/core/internal/onnx/model";
import { logitsOf, streamOf } from "@calig/core/internal/transformer/anatomy";
import { freeBlocks } from "@calig/core/internal/transformer/locate/free-blocks";
import { locateAnatomy } from "@calig/core/internal/transformer/locate/locate-anatomy";
import { positionLimit } from "@calig/core/internal/transformer/locate/position-limit";
import { freesRows, needsRows } from "@calig/core/internal/transformer/locate/row-limits";
import { unflattenLogits } from "@calig/core/internal/transformer/locate/unflatten-logits";
import { expect, it } from "vitest";
import { countOperations } from "../support/count-operations.ts";
import { LARGE_GRAPHS } from "../support/large-graphs.ts";

const SMALL = 100;
const GROWTH = 4;
/** Where the work for each node grew with the number of nodes, the ratio of the two would approach GROWTH. */
const LARGEST_RATIO = 1.4;

it("countOperations() tells work that grows with the square of what there is", () => {
  const twice = (count: number) => () => {
    const list = Array.from({ length: count }, (_, i) => i);
    for (const each of list) list.filter((other) => other === each);
  };
  expect(countOperations(twice(400)) / countOperations(twice(100))).toBeGreaterThan(GROWTH * LARGEST_RATIO);
});

it.each(Object.entries(LARGE_GRAPHS))("reads graphs of many %s in time proportional to them", (_, make) => {
  const [small, large] = [make(SMALL), make(GROWTH * SMALL)];
  const [few, many] = [small, large].map((graph) => countOperations(() => read(graph))) as [number, number];
  expect(many / few, `${few} operations for ${SMALL}, ${many} for ${GROWTH * SMALL}`).toBeLessThan(
    GROWTH * LARGEST_RATIO,
  );
});

/** All that is done with a graph before it is compiled, for as long as it is not refused. */
function read(graph: Graph): void {
  try {
    const canonical = canonicalise({ graph: prepareInputs(graph), opsets: { "": 17 } });
    const { opsets } = canonical;
    unflattenLogits(canonical.graph, opsets);
    const anatomy = locateAnatomy(canonical.graph, opsets);
    const wanted = extractGraph(canonical.graph, { outputs: [logitsOf(anatomy).value] });
    const model = freeBlocks({ graph: wanted, opsets, anatomy });
    positionLimit(model);
    freesRows(model);
    needsRows(model);
    buildGradientGraph(model.graph, {
      of: logitsOf(anatomy).value,
      withRespectTo: [...streamOf(anatomy).hiddenStates],
      opsets,
    });
  } catch (error) {
    if (!(error instanceof AnatomyError)) throw error;
  }
}

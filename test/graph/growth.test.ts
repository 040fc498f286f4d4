/** @file What reading a graph costs grows as the graph does: counted operations, for many of one thing each. */

import { expect, it } from "vitest";
import { buildGradientGraph } from "../../src/autodiff/backward.ts";
import { canonicalise } from "../../src/canonical/canonicalise.ts";
import { prepareInputs } from "../../src/canonical/prepare-inputs.ts";
import { AnatomyError } from "../../src/errors.ts";
import { extractGraph } from "../../src/graph/extract.ts";
import type { Graph } from "../../src/onnx/model.ts";
import { freeBlocks } from "../../src/transformer/locate/free-blocks.ts";
import { locateAnatomy } from "../../src/transformer/locate/locate-anatomy.ts";
import { positionLimit } from "../../src/transformer/locate/position-limit.ts";
import { freesRows, needsRows } from "../../src/transformer/locate/row-limits.ts";
import { unflattenLogits } from "../../src/transformer/locate/unflatten-logits.ts";
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
    const wanted = extractGraph(canonical.graph, { outputs: [anatomy.logits] });
    const model = freeBlocks({ graph: wanted, opsets, anatomy });
    positionLimit(model);
    freesRows(model);
    needsRows(model);
    buildGradientGraph(model.graph, { of: anatomy.logits, withRespectTo: [...anatomy.hiddenStates], opsets });
  } catch (error) {
    if (!(error instanceof AnatomyError)) throw error;
  }
}

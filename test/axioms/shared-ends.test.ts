/** @file The ends of the paths, evaluated once for all blocks: the same as where every block evaluates them by itself. */

import { explain, type LoadedModel, loadModel } from "@calig/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import "../support/matchers.ts";

const TEXT = "A gripping, beautifully shot film that forgets to end.";
/** A rule with points at both ends of the path. */
const TRAPEZOID = { effort: "blocks", quadrature: "riemann-trapezoid", steps: 5 } as const;

let model: LoadedModel;
beforeAll(async () => {
  model = await loadModel("sst2");
});
afterAll(() => model.dispose());

describe("ends of the paths", () => {
  it("give every block what it has alone, where the baseline has a row of its own", async () => {
    const { blocks, cost } = await explain(model, TEXT, TRAPEZOID);
    // Alone, block 0 spends a pass on the baseline; later blocks start their own row where they begin.
    const alone = [];
    for (const { index } of blocks) alone.push(await explain(model, TEXT, { ...TRAPEZOID, layers: [index] }));
    for (const [l, { relevance, completeness }] of blocks.entries()) {
      const own = alone[l]?.blocks[0];
      const largest = Math.max(...relevance.map(Math.abs));
      expect(relevance).toBeAllClose(own?.relevance ?? [], { rtol: 0, atol: 1e-5 * largest });
      expect(completeness.points).toBe(5);
      expect(own?.completeness.points).toBe(5);
    }
    // Input and baseline, forward; their rows, and three places of each block, forward and back.
    const places = blocks.reduce((sum, { index }) => sum + (3 * (blocks.length - index)) / blocks.length, 0);
    expect(cost.modelEvaluations).toBeCloseTo(2 + 2 * (2 + places), 9);
  });

  it("are evaluated for every block where the baseline is not propagated", async () => {
    const { blocks, cost } = await explain(model, TEXT, { ...TRAPEZOID, baseline: "zero" });
    const places = blocks.reduce((sum, { index }) => sum + (4 * (blocks.length - index)) / blocks.length, 0);
    expect(cost.modelEvaluations).toBeCloseTo(1 + 2 * (1 + places), 9);
    for (const { index, relevance } of blocks) {
      const alone = await explain(model, TEXT, { ...TRAPEZOID, baseline: "zero", layers: [index] });
      const largest = Math.max(...relevance.map(Math.abs));
      expect(relevance).toBeAllClose(alone.blocks[0]?.relevance ?? [], { rtol: 0, atol: 1e-5 * largest });
    }
  });
});

/** @file The tests of all models of one file test/golden/parity-*.json: they compute what the reference computes, and the sweep integrates them. */

import { describe, expect, it } from "vitest";
import { quadratureRule } from "../../src/attribution/quadrature.ts";
import { Programs } from "../../src/program/programs.ts";
import { logitsRow, type ScoreSpec } from "../../src/program/score.ts";
import { createNodeRuntime } from "../../src/runtime/onnxruntime-node.ts";
import type { Feeds } from "../../src/runtime/runtime.ts";
import { floatTensor } from "../../src/tensor/tensor.ts";
import type { TransformerGraph } from "../../src/transformer/anatomy.ts";
import { compareParity, type ParityCase, parityFeeds, parityModel, readParityFile } from "./parity.ts";

/** Largest deviation allowed, relative to the largest element: float32 against float64. */
export const TOLERANCE = 1e-4;

/** The first input of a batch: the sweep explains one. */
export const firstInput = (feeds: Feeds): Feeds =>
  Object.fromEntries(
    Object.entries(feeds).map(([name, { data, dtype, shape }]) => {
      const [rows = 1, ...rest] = shape;
      return [name, { data: data.slice(0, data.length / rows), dtype, shape: [1, ...rest] }];
    }),
  );

/** Defines the tests of `test/golden/parity-<name>.json`. */
export function describeParity(name: string): void {
  const { cases } = readParityFile(name);
  describe.each(cases.map((reference) => [reference.name, reference] as const))("%s", (_, reference) => {
    it.each(["all", "pooled"] as const)("computes what the reference computes (last block: %s)", async (lastBlock) => {
      const differences = await compareParity(reference, { lastBlock });
      for (const [what, difference] of Object.entries(differences)) expect(difference, what).toBeLessThan(TOLERANCE);
    });

    it("is integrated in every block by the sweep", async () => {
      await expectIntegrated(reference, parityModel(reference), parityModel(reference, { lastBlock: "pooled" }));
    });
  });
}

/** Checks that the sweep integrates every block of a model exactly, and one block alone as all together. */
export async function expectIntegrated(
  reference: ParityCase,
  forward: TransformerGraph,
  sweep: TransformerGraph,
): Promise<void> {
  const programs = new Programs({
    forward,
    sweep,
    classes: 3,
    runtime: createNodeRuntime(),
    session: { threads: 1 },
  });
  const feeds = firstInput(parityFeeds(forward, reference));
  const { logits, hiddenStates } = await programs.forward(feeds);
  const baselines = hiddenStates.map(({ data, shape }) =>
    floatTensor(
      data.map((x) => 0.9 * x),
      shape,
    ),
  );
  const { nodes, weights } = quadratureRule("gauss-legendre", 4);
  // The end and the start of the path, for the score alone, and between them the points of the integral.
  const path = nodes.map((alpha, i) => [alpha, weights[i] as number] as const);
  const points = hiddenStates.flatMap((_, block) =>
    [[1, 0] as const, [0, 0] as const, ...path].map(([alpha, weight]) => ({ block, alpha, weight, group: 0 })),
  );
  const { class: target, token } = reference.target;
  const score: ScoreSpec = {
    kind: "logit",
    activation: "softmax",
    target,
    ...(token === undefined ? {} : { position: token }),
  };
  const { scores, relevance, attention } = await programs.sweep({ hiddenStates, baselines, score, points, feeds });
  const last = points.filter(({ block }) => block === hiddenStates.length - 1);
  const alone = await programs.sweep({ hiddenStates, baselines, score, points: last, feeds });
  await programs.dispose();
  expect(attention).toHaveLength(hiddenStates.length);
  expect(alone.relevance.at(-1)?.[0]).toBeAllClose(relevance.at(-1)?.[0] ?? [], { rtol: 1e-4, atol: 1e-6 });
  for (const block of hiddenStates.keys()) {
    const [end, start] = scores.subarray(block * (path.length + 2)) as unknown as [number, number];
    expect(end).toBeCloseTo(logitsRow(logits, token)[target] as number, 4);
    const total = relevance[block]?.[0]?.reduce((sum, value) => sum + value, 0);
    expect(total).toBeCloseTo(end - start, 4);
  }
}

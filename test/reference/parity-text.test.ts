/**
 * @file Text classifiers of every family against transformers in float64: logits, hidden states, attention, gradients.
 *
 * The reference is test/golden/parity-text.json, made by tools/make_parity_reference.py.
 */

import { describe, expect, it } from "vitest";
import { quadratureRule } from "../../src/attribution/quadrature.ts";
import { Programs } from "../../src/program/programs.ts";
import { logitsRow, type ScoreSpec } from "../../src/program/score.ts";
import { createNodeRuntime } from "../../src/runtime/onnxruntime-node.ts";
import type { Feeds } from "../../src/runtime/runtime.ts";
import { floatTensor, intTensor } from "../../src/tensor/tensor.ts";
import { compareParity, parityFeeds, parityModel, readParityFile } from "../support/parity.ts";

const { cases } = readParityFile("text");

/** Largest deviation allowed, relative to the largest element: float32 against float64. */
const TOLERANCE = 1e-4;

/** The first input of a batch: the sweep explains one. */
const first = (feeds: Feeds): Feeds =>
  Object.fromEntries(
    Object.entries(feeds).map(([name, { data, shape }]) => [
      name,
      intTensor(Array.from(data.slice(0, shape[1]) as BigInt64Array, Number), [1, shape[1] as number]),
    ]),
  );

describe.each(cases.map((reference) => [reference.name, reference] as const))("%s", (_, reference) => {
  it.each(["all", "pooled"] as const)("computes what transformers computes (last block: %s)", async (lastBlock) => {
    const differences = await compareParity(reference, { lastBlock });
    for (const [what, difference] of Object.entries(differences)) expect(difference, what).toBeLessThan(TOLERANCE);
  });

  it("is integrated in every block by the sweep", async () => {
    const forward = parityModel(reference);
    const sweep = parityModel(reference, { lastBlock: "pooled" });
    const programs = new Programs({
      forward,
      sweep,
      classes: 3,
      runtime: createNodeRuntime(),
      session: { threads: 1 },
    });
    const feeds = first(parityFeeds(forward, reference));
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
  });
});

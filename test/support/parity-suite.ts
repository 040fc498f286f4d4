/** @file The tests of all models of one file test/golden/parity-*.json: they compute what the reference computes, and the sweep integrates them. */

import { total } from "@calig/core/internal/attribution/integral/path-integral";
import { quadratureRule } from "@calig/core/internal/attribution/integral/quadrature";
import { LimitedPrograms } from "@calig/core/internal/program/limited-programs";
import { Programs } from "@calig/core/internal/program/programs";
import type { AskedAnswers } from "@calig/core/internal/program/questions/answer";
import { evaluateScore, logitsRow, type ScoreSpec } from "@calig/core/internal/program/score";
import type { Feeds } from "@calig/core/internal/runtime/runtime";
import { floatTensor } from "@calig/core/internal/tensor/tensor";
import { nextTokensOf, type TransformerGraph } from "@calig/core/internal/transformer/anatomy";
import { freesRows, needsRows, takesOneRow } from "@calig/core/internal/transformer/locate/row-limits";
import { createNodeRuntime } from "@calig/node/internal/runtime/onnxruntime-node";
import { describe, expect, it } from "vitest";
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

/** What the sweep integrates: the logit, or where the case has an answer the log-probability of its tokens. */
function scoreOf({ target, config }: ParityCase): ScoreSpec {
  const { class: index, token, answer } = target;
  const spec = { kind: "logit", activation: "softmax", target: index } as const;
  if (answer === undefined) return token === undefined ? spec : { ...spec, position: token };
  const parameters: AskedAnswers = {
    tokens: answer,
    stringOf: answer.map(() => 0),
    alternatives: [{ sign: 1, strings: [0] }],
    vocabulary: (config as { readonly vocab_size?: number }).vocab_size ?? 0,
  };
  return { ...spec, kind: "log-probability", asks: "next-token", parameters };
}

/** Largest deviation of relevance, relative to the largest of the block. */
const RELEVANCE_TOLERANCE = 1e-3;

/** How far one block's relevance is from that of PyTorch at the same points, relative to its largest; 0 where the case has none. */
function relevanceApart(
  { relevance }: ParityCase,
  block: number,
  weights: readonly number[],
  points: readonly Float32Array[],
): number {
  const wanted = relevance?.[block];
  if (wanted === undefined) return 0;
  const own = wanted.map((_, position) =>
    total(points.map((point, i) => (weights[i] as number) * (point[position] as number))),
  );
  const largest = Math.max(...wanted.map(Math.abs));
  const apart = own.map((value, position) => Math.abs(value - (wanted[position] as number)) / largest);
  return Math.max(...apart);
}

/** Checks that the sweep integrates every block of a model exactly, and one block alone as all together. Result: the largest deviation of relevance. */
export async function expectIntegrated(
  reference: ParityCase,
  forward: TransformerGraph,
  sweep: TransformerGraph,
): Promise<number> {
  const whole = new Programs({
    forward,
    sweep,
    classes: nextTokensOf(forward.anatomy)?.vocabulary ?? 3,
    runtime: createNodeRuntime(),
    session: { threads: 1 },
  });
  const limits = { inputs: takesOneRow(sweep), states: !freesRows(sweep), filled: needsRows(sweep) };
  const programs = Object.values(limits).includes(true) ? new LimitedPrograms(whole, limits) : whole;
  const feeds = firstInput(parityFeeds(forward, reference));
  const { logits, hiddenStates } = await programs.forward(feeds);
  const baselines = hiddenStates.map(({ data, shape }) =>
    floatTensor(
      data.map((x) => 0.9 * x),
      shape,
    ),
  );
  const { nodes, weights } = quadratureRule("gauss-legendre", 4);
  // The end and the start of the path, and between them the points of the integral.
  const places = [1, 0, ...nodes];
  const points = hiddenStates.flatMap((_, block) => places.map((alpha) => ({ block, alpha })));
  const score = scoreOf(reference);
  const { scores, relevance, passing, attention } = await programs.sweep({
    hiddenStates,
    baselines,
    score,
    points,
    feeds,
  });
  const last = points.filter(({ block }) => block === hiddenStates.length - 1);
  const alone = await programs.sweep({ hiddenStates, baselines, score, points: last, feeds });
  await programs.dispose();
  expect(attention).toHaveLength(hiddenStates.length);
  const close = { rtol: 1e-4, atol: 1e-6 };
  expect(alone.relevance.at(-1)).toBeAllClose(relevance.at(-1) ?? [], close);
  // Blocks that must have a row are given one that nobody asked for.
  if (!limits.filled) expect(alone.passing.flat()).toEqual([]);
  let apart = 0;
  for (const block of hiddenStates.keys()) {
    const first = block * places.length;
    const [end, start] = scores.subarray(first) as unknown as [number, number];
    expect(end).toBeCloseTo(evaluateScore(score, logitsRow(logits, score.position)), 4);
    const sums = weights.map((weight, i) => weight * total(relevance[first + 2 + i] as Float32Array));
    // Four points are a few for long paths: no block may miss more than 1 %.
    expect(Math.abs(total(sums) - (end - start))).toBeLessThan(Math.max(5e-5, 0.01 * Math.abs(end - start)));
    const own = relevanceApart(reference, block, weights, relevance.slice(first + 2, first + places.length));
    expect(own, `relevance of block ${block}`).toBeLessThan(RELEVANCE_TOLERANCE);
    apart = Math.max(apart, own);
    // The input, which enters at block 0, is the end of every path.
    expect(passing[block]).toHaveLength(2);
    expect(passing[block]?.[0]).toBeAllClose(relevance[first] ?? [], close);
  }
  return apart;
}

/** @file Evidence of attention heads whose queries share keys, against PyTorch: each head, and heads of one key together. */

import { readFileSync } from "node:fs";
import { explain, loadModel, type TextExplanation } from "@calig/node";
import { beforeAll, describe, expect, it } from "vitest";
import "../support/matchers.ts";

interface Reference {
  readonly score: number;
  readonly queryHeadsOfKey: number;
  /** A dF/dA of every query head, summed over the queries [blocks][heads][positions]. */
  readonly heads: readonly (readonly (readonly number[])[])[];
  /** Derivative of F by the attention to a position of all heads that share a key [blocks][keys][positions]: differences. */
  readonly shared: readonly (readonly (readonly number[])[])[];
}

const read = (path: string): unknown => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
const reference = read("../golden/decoder-heads.json") as Reference;
const QUESTION = { prompt: "A gripping, beautifully shot film that", answer: " forgets to end." };
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

describe("heads of a decoder", () => {
  let explanation: TextExplanation;

  beforeAll(async () => {
    await using model = await loadModel("test/fixtures/decoders/llama");
    explanation = (await explain(model, QUESTION, { heads: true, fusion: "transport" })) as TextExplanation;
  });

  it("have the evidence of PyTorch, each query head by itself", () => {
    expect(explanation.target.score).toBeCloseTo(reference.score, 4);
    const largest = Math.max(...reference.heads.flat(2).map(Math.abs));
    for (const { index, heads = [], attentionEvidence } of explanation.blocks) {
      const wanted = reference.heads[index] as Reference["heads"][number];
      expect(heads).toHaveLength(wanted.length);
      for (const [h, head] of wanted.entries()) {
        expect(heads[h]).toBeAllClose(head, { rtol: 1e-3, atol: 1e-5 * largest });
      }
      const means = wanted[0]?.map((_, j) => sum(wanted.map((head) => head[j] as number)) / wanted.length) ?? [];
      expect(attentionEvidence).toBeAllClose(means, { rtol: 1e-3, atol: 1e-5 * largest });
    }
  });

  it("that share a key have together what the score gains by attention to that key", () => {
    const { queryHeadsOfKey: each } = reference;
    const largest = Math.max(...reference.shared.flat(2).map(Math.abs));
    for (const { index, heads = [] } of explanation.blocks) {
      for (const [key, wanted] of (reference.shared[index] as Reference["shared"][number]).entries()) {
        const group = heads.slice(key * each, (key + 1) * each);
        const together = wanted.map((_, j) => sum(group.map((head) => head[j] as number)));
        expect(together).toBeAllClose(wanted, { rtol: 1e-3, atol: 1e-5 * largest });
      }
    }
  });

  it("attend to no later token, and transport along them keeps the sum of every block", () => {
    for (const { links = [], relevance, fused } of explanation.blocks) {
      expect(links.flat().length).toBeGreaterThan(0);
      for (const { from, to } of links.flat()) expect(to).toBeLessThanOrEqual(from);
      expect(sum(fused)).toBeCloseTo(sum(relevance), 6);
    }
  });
});

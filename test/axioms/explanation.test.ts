/** @file What must hold of every explanation, whatever the model learnt: completeness, conservation, linearity, independence of chunks, determinism. */

import { explain, FUSIONS, type LoadedModel, loadModel, TEXT_BASELINES, type TextExplanation } from "@calig/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scoreDifference } from "../support/completeness.ts";

const TEXTS = [
  "A gripping, beautifully shot film that forgets to end.",
  "It's not bad, but I wouldn't watch it twice.",
  "Dull.",
  "The café scene – no cut – is 😀 unforgettable; the rest is padding.",
];

/** Float32 sums over thousands of terms: what two ways of adding the same numbers may differ by. */
const ROUNDING = { rtol: 1e-3, atol: 2e-4 };

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

let model: LoadedModel;
beforeAll(async () => {
  model = await loadModel("sst2");
});
afterAll(() => model.dispose());

describe("completeness", () => {
  it.each(TEXT_BASELINES)(
    'every block meets the tolerance or is named in a warning, baseline "%s"',
    async (baseline) => {
      for (const text of TEXTS) {
        const explanation = await explain(model, text, { baseline });
        const { blocks, warnings } = explanation;
        expect(blocks).toHaveLength(6);
        // Of all baselines, "zero" alone is not propagated: it has a score difference of its own at each block.
        if (baseline !== "zero") expectConserved(explanation);
        const warned = warnings.find((warning) => warning.code === "not-converged")?.message ?? "";
        for (const { index, relevance, completeness } of blocks) {
          expect(sum(relevance)).toBeCloseTo(completeness.sum, 8);
          expect(completeness.converged).toBe(completeness.relativeError <= 0.01);
          if (!completeness.converged) expect(warned).toContain(`block ${index} `);
        }
      }
    },
  );

  it("all blocks of a propagated baseline explain the same difference", async () => {
    const { blocks } = await explain(model, TEXTS[0] as string, { baseline: "mask", steps: 1 });
    for (const { completeness } of blocks) {
      expect(completeness.scoreAtInput).toBe(blocks[0]?.completeness.scoreAtInput);
      expect(completeness.scoreAtBaseline).toBe(blocks[0]?.completeness.scoreAtBaseline);
    }
  });

  it("the error shrinks with the number of points", async () => {
    const error = async (steps: number) =>
      sum(
        (await explain(model, TEXTS[1] as string, { steps })).blocks.map((block) => block.completeness.relativeError),
      );
    expect(await error(64)).toBeLessThan((await error(4)) / 4);
  });
});

/**
 * The attribution is the mean of the sum of the blocks by their weights and of two paths, which miss nothing: it misses the
 * score difference by a third of what the blocks miss it by.
 */
function expectConserved(explanation: TextExplanation): void {
  const delta = sum(explanation.attribution) - scoreDifference(explanation);
  const missed = explanation.blocks.map(({ weight, completeness }) => weight * completeness.delta);
  expect(explanation.method.options).toMatchObject({ paths: 2 });
  expect(Math.abs(delta - sum(missed) / 3)).toBeLessThanOrEqual(1e-5);
  const worst = Math.max(...explanation.blocks.map((block) => Math.abs(block.completeness.delta)));
  expect(Math.abs(delta)).toBeLessThanOrEqual(worst + 1e-6);
}

describe("conservation", () => {
  it.each(["uniform", "balanced", "magnitude", "decay", "last"] as const)(
    'with transport and a propagated baseline the attribution sums to the score difference, weights "%s"',
    async (layerWeights) => {
      for (const text of TEXTS) {
        // Few points: what is missed is larger, and adds up as exactly. Above, it holds for integrals refined to the tolerance.
        const explanation = await explain(model, text, { fusion: "transport", layerWeights, steps: 6 });
        expect(Math.max(...explanation.blocks.map(({ completeness }) => completeness.relativeError))).toBeGreaterThan(
          0,
        );
        expectConserved(explanation);
      }
    },
  );

  it("words and special tokens together hold the whole attribution", async () => {
    const { attribution, words, features } = await explain(model, TEXTS[3] as string);
    const special = sum(attribution.filter((_, t) => features[t]?.special));
    expect(sum(words.map((word) => word.attribution)) + special).toBeCloseTo(sum(attribution), 8);
  });
});

describe("linearity", () => {
  it("a label against another is the difference of the two labels", async () => {
    const text = TEXTS[0] as string;
    const options = { method: "integrated-gradients", steps: 12 } as const;
    const [positive, negative, contrast] = await Promise.all([
      explain(model, text, { ...options, target: "positive" }),
      explain(model, text, { ...options, target: "negative" }),
      explain(model, text, { ...options, target: "positive", against: "negative" }),
    ]);
    const expected = positive.attribution.map((value, t) => value - (negative.attribution[t] as number));
    expect(contrast.attribution).toBeAllClose(expected, ROUNDING);
    expect(contrast.target.score).toBeCloseTo(positive.target.score - negative.target.score, 5);
  });
});

describe("independence", () => {
  it("the memory budget changes the chunks, not the numbers", async () => {
    const text = TEXTS[3] as string;
    const [wide, narrow] = [
      await explain(model, text, { steps: 9 }),
      await explain(model, text, { steps: 9, memory: 1 }),
    ];
    expect(narrow.attribution).toBeAllClose(wide.attribution, ROUNDING);
    narrow.blocks.forEach((block, l) => {
      expect(block.relevance).toBeAllClose(wide.blocks[l]?.relevance ?? [], ROUNDING);
      expect(block.attentionEvidence).toBeAllClose(wide.blocks[l]?.attentionEvidence ?? [], ROUNDING);
    });
  });

  it("a block's relevance does not depend on which other blocks are explained", async () => {
    const text = TEXTS[1] as string;
    const all = await explain(model, text, { effort: "blocks", steps: 8 });
    const some = await explain(model, text, { effort: "blocks", steps: 8, layers: [4, 2] });
    expect(some.blocks.map((block) => block.index)).toEqual([2, 4]);
    for (const block of some.blocks) {
      expect(block.relevance).toBeAllClose(all.blocks[block.index]?.relevance ?? [], ROUNDING);
      expect(block.fused).toBeAllClose(all.blocks[block.index]?.fused ?? [], ROUNDING);
    }
  });

  it.each(FUSIONS)("the same input, options and seed give the same numbers, fusion %s", async (fusion) => {
    // Refined by the error once, with the default; what the others fuse is as exact with few points.
    const options = { fusion, ...(fusion === FUSIONS[0] ? {} : { steps: 6 }) };
    const [first, second] = [
      await explain(model, TEXTS[0] as string, options),
      await explain(model, TEXTS[0] as string, options),
    ];
    expect({ ...first, cost: null }).toEqual({ ...second, cost: null });
  });
});

/** @file Texts longer than the model reads: the joined map against the maps of its windows. */

import { explain, loadModel, type TextExplanation } from "@calig/node";
import { describe, expect, it } from "vitest";
import { completenessOf, scoreDifference } from "../support/completeness.ts";
import { useTempFolders } from "../support/temp-folder.ts";
import { tinyBertFiles } from "../support/tiny-bert.ts";

const tempFolder = useTempFolders();
const VOCABULARY = "the film is good bad long dull bright story and of a with no end it".split(" ");
/** 150 tokens for a model that reads 64: windows of 62 begin at 0, 44, 88. */
const WORDS = Array.from({ length: 150 }, (_, index) => VOCABULARY[(index * index + 3 * index) % 16] as string);
const STARTS = [0, 44, 88];
const OPTIONS = { steps: 4, target: 1, tolerance: 1 };

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

describe("explain() of a long text", () => {
  it("adds up what the windows say of a word, each times its share of the score", async () => {
    await using model = await loadModel(await tempFolder(tinyBertFiles()));
    const whole = await explain(model, WORDS.join(" "), OPTIONS);
    const windows: TextExplanation[] = [];
    for (const start of STARTS) {
      windows.push(await explain(model, WORDS.slice(start, start + 62).join(" "), OPTIONS));
    }
    // 44..61 are read by the first two windows, 88..105 by the last two; the score's shares go by halves of the overlaps.
    const shares = [53, 44, 53].map((count) => count / 150);
    const joined = (map: (window: TextExplanation) => readonly number[]) => {
      const values = WORDS.map(() => 0);
      STARTS.forEach((start, w) => {
        map(windows[w] as TextExplanation)
          .slice(1, -1)
          .forEach((value, index) => {
            (values[start + index] as number) += value * (shares[w] as number);
          });
      });
      return values;
    };
    expect(whole.attribution.slice(1, -1)).toBeAllClose(
      joined((window) => window.attribution),
      { rtol: 1e-3, atol: 1e-8 },
    );
    expect((whole.blocks[1] as TextExplanation["blocks"][number]).relevance.slice(1, -1)).toBeAllClose(
      joined((window) => (window.blocks[1] as TextExplanation["blocks"][number]).relevance),
      { rtol: 1e-3, atol: 1e-8 },
    );
    const mean = (value: (window: TextExplanation) => number) =>
      sum(windows.map((window, w) => value(window) * (shares[w] as number)));
    expect(whole.target.score).toBeCloseTo(
      mean((window) => window.target.score),
      7,
    );
    expect(scoreDifference(whole)).toBeCloseTo(mean(scoreDifference), 7);
    expect(completenessOf(whole).delta).toBeCloseTo(sum(whole.attribution) - scoreDifference(whole), 7);
    expect(whole.words).toHaveLength(150);
    expect(whole.features).toHaveLength(152);
    expect(whole.warnings.map(({ code }) => code)).toEqual(["windows"]);
    expect(whole.warnings[0]?.message).toMatch(/152 tokens, the model reads 64: it was read in 3 overlapping windows/);
  });

  it("is the weighted sum of its blocks, which have one weight for all windows", async () => {
    await using model = await loadModel(await tempFolder(tinyBertFiles()));
    for (const layerWeights of ["magnitude", "balanced", "decay", "uniform"] as const) {
      const { attribution, blocks, completeness } = await explain(model, WORDS.join(" "), { ...OPTIONS, layerWeights });
      expect(attribution).toBeAllClose(
        attribution.map((_, feature) => sum(blocks.map(({ fused, weight }) => weight * (fused[feature] as number)))),
        { rtol: 1e-9, atol: 1e-12 },
      );
      expect(sum(blocks.map(({ weight }) => weight))).toBeCloseTo(1, 10);
      expect(completeness?.scoreAtInput).toBeCloseTo(
        sum(blocks.map((block) => block.weight * block.completeness.scoreAtInput)),
        8,
      );
      const sizes = blocks.map(({ fused }) => sum(fused.map(Math.abs)));
      const [first = Number.NaN, second = Number.NaN] = blocks.map(({ weight }, b) => weight / (sizes[b] as number));
      if (layerWeights === "magnitude") expect(first).toBeCloseTo(second, 8);
    }
  });

  it("has all of the difference of the scores, overlaps or not", async () => {
    await using model = await loadModel(await tempFolder(tinyBertFiles()));
    const whole = await explain(model, WORDS.join(" "), { target: 1 });
    expect(completenessOf(whole).relativeError).toBeLessThan(0.01);
  });

  it("leaves a text that fits as it is, whatever is asked for", async () => {
    await using model = await loadModel(await tempFolder(tinyBertFiles()));
    const text = WORDS.slice(0, 20).join(" ");
    const inWindows = await explain(model, text, OPTIONS);
    const truncated = await explain(model, text, { ...OPTIONS, longText: "truncate" });
    expect(inWindows.attribution).toEqual(truncated.attribution);
    expect(inWindows.warnings).toEqual([]);
  });
});

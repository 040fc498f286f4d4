/** @file Texts longer than the model reads: the joined map against the maps of its windows. */

import { describe, expect, it } from "vitest";
import { explain, loadModel, type TextExplanation } from "../../src/node.ts";
import { completenessOf, scoreDifference } from "../support/completeness.ts";
import { useTempFolders } from "../support/temp-folder.ts";
import { tinyBertFiles } from "../support/tiny-bert.ts";

const tempFolder = useTempFolders();
const VOCABULARY = "the film is good bad long dull bright story and of a with no end it".split(" ");
/** 150 tokens for a model that reads 64: windows of 62 begin at 0, 44, 88. */
const WORDS = Array.from({ length: 150 }, (_, index) => VOCABULARY[(index * index + 3 * index) % 16] as string);
const OPTIONS = { steps: 4, target: 1, tolerance: 1 };

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

describe("explain() of a long text", () => {
  it("takes each word's evidence from the window where it is most central, times the window's share", async () => {
    await using model = await loadModel(await tempFolder(tinyBertFiles()));
    const whole = await explain(model, WORDS.join(" "), OPTIONS);
    const windows: TextExplanation[] = [];
    for (const start of [0, 44, 88]) {
      windows.push(await explain(model, WORDS.slice(start, start + 62).join(" "), OPTIONS));
    }
    // 44..61 are read by the first two windows, 88..105 by the last two; the halves go to either side.
    const owned = [53, 44, 53];
    const shares = owned.map((count) => count / 150);
    const own = (w: number, map: (window: TextExplanation) => readonly number[]) => {
      const values = map(windows[w] as TextExplanation).slice(1, -1);
      const from = w === 0 ? 0 : 9;
      return values.slice(from, from + (owned[w] as number)).map((value) => value * (shares[w] as number));
    };
    const joined = (map: (window: TextExplanation) => readonly number[]) => [0, 1, 2].flatMap((w) => own(w, map));
    expect(whole.attribution.slice(1, -1)).toBeAllClose(
      joined((window) => window.attribution),
      { rtol: 1e-4, atol: 1e-7 },
    );
    expect((whole.blocks[1] as TextExplanation["blocks"][number]).relevance.slice(1, -1)).toBeAllClose(
      joined((window) => (window.blocks[1] as TextExplanation["blocks"][number]).relevance),
      { rtol: 1e-4, atol: 1e-7 },
    );
    const mean = (value: (window: TextExplanation) => number) =>
      sum(windows.map((window, w) => value(window) * (shares[w] as number)));
    expect(whole.target.score).toBeCloseTo(
      mean((window) => window.target.score),
      4,
    );
    expect(scoreDifference(whole)).toBeCloseTo(mean(scoreDifference), 4);
    expect(completenessOf(whole).delta).toBeCloseTo(sum(whole.attribution) - scoreDifference(whole), 5);
    expect(whole.words).toHaveLength(150);
    expect(whole.units).toHaveLength(152);
    expect(whole.warnings.map(({ code }) => code)).toEqual(["windows"]);
    expect(whole.warnings[0]?.message).toMatch(/152 tokens, the model reads 64: it was read in 3 overlapping windows/);
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

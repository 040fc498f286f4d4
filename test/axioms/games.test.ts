/** @file Methods by forward passes remove exactly what metrics remove: the same features, replaced by the same. */

import { replacementOf } from "@calig/core/internal/attribution/replacement";
import type { DatasetItem } from "@calig/core/internal/evaluation/dataset";
import { without } from "@calig/core/internal/evaluation/features";
import { type MeasureSettings, openInput, openPerturbable } from "@calig/core/internal/evaluation/measure-input";
import { type BaselineName, explain, type LoadedModel, loadModel } from "@calig/node";
import { describe, expect, it } from "vitest";
import { syntheticPicture } from "../support/synthetic-picture.ts";
import { useTempFolders } from "../support/temp-folder.ts";
import { tinyBertFiles } from "../support/tiny-bert.ts";
import { tinyVitFiles } from "../support/tiny-vit.ts";

const tempFolder = useTempFolders();
const tinyBert = async (): Promise<LoadedModel> => loadModel(await tempFolder(tinyBertFiles()));

/** The loss without each feature: as the method says, and as the model answers to the variants of the metrics. */
async function losses(model: LoadedModel, input: DatasetItem["input"], baseline: BaselineName, features = "word") {
  const settings: MeasureSettings = { replacement: replacementOf(model, baseline), features, seed: 3 };
  const open = await openInput(model, { line: 1, input }, settings);
  const { attribution, probe } = await open.explain({ method: "occlusion", baseline });
  const count = probe.featureCount;
  const [whole, ...others] = await probe.outputs([
    without(count, []),
    ...attribution.map((_, feature) => without(count, [feature])),
  ]);
  return { said: attribution, measured: others.map(({ score }) => (whole?.score as number) - score) };
}

const TEXT = "It wasn't unwatchably bad, e.g. the cinematography";

describe("occlusion", () => {
  it.each(["mask", "pad", "unk"] as const)("removes the words that metrics remove: %s", async (baseline) => {
    await using model = await tinyBert();
    for (const features of ["word", "token"]) {
      const { said, measured } = await losses(model, { text: TEXT }, baseline, features);
      expect(said).toBeAllClose(measured, { rtol: 1e-3, atol: 1e-6 });
      expect(Math.max(...said.map(Math.abs))).toBeGreaterThan(1e-5);
    }
  });

  it("removes a word from every window that reads it", async () => {
    await using model = await tinyBert();
    const { said, measured } = await losses(model, { text: Array(12).fill(TEXT).join(" ") }, "mask");
    expect(said).toHaveLength(132);
    expect(said).toBeAllClose(measured, { rtol: 2e-3, atol: 1e-6 });
  });

  it.each(["blur", "black", "noise"] as const)("removes the patches that metrics remove: %s", async (baseline) => {
    await using model = await loadModel(await tempFolder(tinyVitFiles()));
    const { said, measured } = await losses(model, { image: syntheticPicture(16, 16) }, baseline);
    expect(said).toHaveLength(16);
    expect(said).toBeAllClose(measured, { rtol: 1e-3, atol: 1e-6 });
    expect(Math.max(...said.map(Math.abs))).toBeGreaterThan(1e-5);
  });

  it("gives the tokens of a word equal shares, and counts a pass for each word", async () => {
    await using model = await tinyBert();
    const { attribution, features, words, cost } = await explain(model, TEXT, { method: "occlusion" });
    expect(features.length).toBeGreaterThan(words.length + 2);
    words.forEach((word, w) => {
      const own = attribution.filter((_, t) => features[t]?.word === w);
      expect(new Set(own).size).toBe(1);
      expect(word.attribution).toBeCloseTo(
        own.reduce((sum, value) => sum + value, 0),
        12,
      );
    });
    // Beside the words: the forward pass at the input, the baseline, and all words at once.
    expect(cost.modelEvaluations).toBe(words.length + 3);
  });

  it("removes words where they are after they were put into another order", async () => {
    await using model = await tinyBert();
    const SETTINGS = { replacement: "mask", features: "word", seed: 1 } as const;
    const text = "unwatchably bad";
    const whole = await openPerturbable(model, { text }, SETTINGS);
    const [part] = whole.permuted([1, 0]);
    const [unwatchably, bad] = part?.input.groups ?? [];
    // "bad" is one token, the other word the rest.
    expect(unwatchably).toEqual(whole.parts[0]?.input.groups?.[0]?.map((position) => position + 1));
    expect(bad).toEqual([1]);
  });
});

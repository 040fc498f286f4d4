/** @file Methods by forward passes remove exactly what metrics remove: the same features, replaced by the same. */

import { replacementOf } from "@calig/core/internal/attribution/replacement";
import type { DatasetItem } from "@calig/core/internal/evaluation/dataset";
import { without } from "@calig/core/internal/evaluation/features";
import { type MeasureSettings, openInput, openPerturbable } from "@calig/core/internal/evaluation/measure-input";
import { type BaselineName, explain, type LoadedModel, loadModel } from "@calig/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { completenessOf } from "../support/completeness.ts";
import { syntheticPicture } from "../support/synthetic-picture.ts";
import { useTempFolders } from "../support/temp-folder.ts";
import { tinyBertFiles } from "../support/tiny-bert.ts";
import { tinyVitFiles } from "../support/tiny-vit.ts";

const tempFolder = useTempFolders();
let model: LoadedModel;
beforeAll(async () => {
  model = await loadModel(await tempFolder(tinyBertFiles()));
});
afterAll(() => model.dispose());

/** The loss without each feature: as the method says, and as the model answers to the variants of the metrics. */
async function losses(model: LoadedModel, input: DatasetItem["input"], baseline: BaselineName, features = "word") {
  const settings: MeasureSettings = { replacements: [replacementOf(model, baseline)], features, seed: 3 };
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
    for (const features of ["word", "token"]) {
      const { said, measured } = await losses(model, { text: TEXT }, baseline, features);
      expect(said).toBeAllClose(measured, { rtol: 1e-3, atol: 1e-6 });
      expect(Math.max(...said.map(Math.abs))).toBeGreaterThan(1e-5);
    }
  });

  it("removes a word from every window that reads it", async () => {
    const { said, measured } = await losses(model, { text: Array(12).fill(TEXT).join(" ") }, "mask");
    expect(said).toHaveLength(132);
    expect(said).toBeAllClose(measured, { rtol: 2e-3, atol: 1e-6 });
  });

  it.each(["blur", "black", "noise"] as const)("removes the patches that metrics remove: %s", async (baseline) => {
    await using vit = await loadModel(await tempFolder(tinyVitFiles()));
    const { said, measured } = await losses(vit, { image: syntheticPicture(16, 16) }, baseline);
    expect(said).toHaveLength(16);
    expect(said).toBeAllClose(measured, { rtol: 1e-3, atol: 1e-6 });
    expect(Math.max(...said.map(Math.abs))).toBeGreaterThan(1e-5);
  });

  it("gives the tokens of a word equal shares, and counts a pass for each word", async () => {
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

describe("methods by sampling", () => {
  it.each(["shapley", "owen", "kernel-shap"])(
    "%s adds up in a text of several windows, whatever the evaluations",
    async (method) => {
      const text = Array(12).fill(TEXT).join(" ");
      const explanation = await explain(model, text, { method, evaluations: 10 });
      const { attribution, cost, method: made } = explanation;
      const { scoreAtInput, scoreAtBaseline, delta } = completenessOf(explanation);
      expect(Math.abs(scoreAtInput - scoreAtBaseline)).toBeGreaterThan(1e-5);
      expect(Math.abs(delta)).toBeLessThan(1e-10);
      expect(made.options.evaluations).toBe(10);
      // Each window: its evaluations, the forward pass at the input, and the baseline.
      const windows = Math.ceil(attribution.length / 62);
      expect(cost.modelEvaluations).toBeLessThanOrEqual((windows + 1) * 12);
    },
  );

  it("are the mean over several baselines, at the cost of each", async () => {
    const of = (baseline: BaselineName | BaselineName[]) =>
      explain(model, TEXT, { method: "owen", evaluations: 30, baseline });
    const [mask, pad, both] = [await of("mask"), await of("pad"), await of(["mask", "pad"])];
    expect(both.completeness?.scoreAtBaseline).toBeCloseTo(
      ((mask.completeness?.scoreAtBaseline ?? 0) + (pad.completeness?.scoreAtBaseline ?? 0)) / 2,
      6,
    );
    expect(both.cost.modelEvaluations).toBe(mask.cost.modelEvaluations + pad.cost.modelEvaluations - 1);
  });

  it("say how far they are, and stop when they are told to", async () => {
    const seen: number[] = [];
    await explain(model, TEXT, { method: "shapley", evaluations: 300, onProgress: (done) => seen.push(done) });
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.filter((done) => done > 0.1 && done < 0.95).length).toBeGreaterThan(1);
    const stop = new AbortController();
    const onProgress = (done: number) => done > 0.1 && stop.abort(new Error("enough"));
    await expect(
      explain(model, TEXT, { method: "shapley", evaluations: 300, onProgress, signal: stop.signal }),
    ).rejects.toThrow("enough");
  });
});

/** @file Labels that a model was never trained on, and relevance to a query: as transformers and sentence-transformers have them. */

import { readFileSync } from "node:fs";
import { explain, type LoadedModel, loadModel } from "@calig/node";
import { renderHtml, renderTerminal } from "calig";
import { beforeAll, describe, expect, it } from "vitest";
import { headFiles } from "../support/head-models.ts";
import "../support/matchers.ts";
import { useTempFolders } from "../support/temp-folder.ts";

/** By tools/make_zero_shot_reference.py. */
const REFERENCE = JSON.parse(readFileSync(new URL("../golden/zero-shot.json", import.meta.url), "utf8")) as {
  readonly text: string;
  readonly labels: readonly string[];
  readonly hypothesis: string;
  /** Contradiction, neutral, entailment of each label. */
  readonly logits: readonly (readonly [number, number, number])[];
  /** Probabilities of the labels, where one fits and where several may. */
  readonly single: readonly number[];
  readonly multi: readonly number[];
  readonly query: string;
  readonly relevance: number;
};
const { text, labels, hypothesis, logits, query } = REFERENCE;
const CLOSE = { atol: 1e-5, rtol: 1e-4 };
const NAMES = { id2label: { 0: "contradiction", 1: "neutral", 2: "entailment" } };
const tempFolder = useTempFolders();

describe("labels that a model was never trained on", () => {
  let model: LoadedModel;
  beforeAll(async () => {
    model = await loadModel(await tempFolder(headFiles("three", NAMES)), { task: "zero-shot" });
    return () => model.dispose();
  });

  it.each([false, true])("have the probabilities of the pipeline: several labels %s", async (multiLabel) => {
    const input = { text, labels, hypothesis, multiLabel };
    for (const [index, label] of labels.entries()) {
      const { target, predictions, completeness, words } = await explain(model, input, { target: label });
      const [contradiction, , entailment] = logits[index] as readonly [number, number, number];
      const score = multiLabel ? entailment - contradiction : entailment;
      const probability = (multiLabel ? REFERENCE.multi : REFERENCE.single)[index] as number;
      expect(target).toMatchObject({ index, label, kind: multiLabel ? "entailment-margin" : "entailment" });
      expect(target.against).toBeUndefined();
      expect(target.score).toBeCloseTo(score, 4);
      expect(target.probability).toBeCloseTo(probability, 5);
      expect(completeness?.scoreAtInput).toBeCloseTo(score, 4);
      expect(completeness?.relativeError).toBeLessThan(0.02);
      const byIndex = [...predictions].sort((a, b) => a.index - b.index);
      expect(byIndex.map((prediction) => prediction.label)).toEqual(labels);
      expect(byIndex.map((prediction) => prediction.probability ?? 0)).toBeAllClose(
        multiLabel ? REFERENCE.multi : REFERENCE.single,
        CLOSE,
      );
      // Words of the hypothesis are none of the text's.
      expect(words.map((word) => word.text)).toEqual(["how", "many", "people", "live", "in", "berlin", "?"]);
    }
    const best = await explain(model, input, { method: "random" });
    expect(best.target.label).toBe(best.predictions[0]?.label);
    expect(renderTerminal(best, { unicode: false, columns: 80, colors: 0 })).toMatch(
      /Held fixed, not explained: "it is/,
    );
    expect(renderHtml(best)).toContain("is held fixed and not explained");
  });

  it("are refused where nothing can be asked", async () => {
    await expect(explain(model, { text, labels: [] })).rejects.toThrow(/give a list of texts/);
    await expect(explain(model, { text, labels: ["a", "a"] })).rejects.toThrow(/twice/);
    await expect(explain(model, { text, labels, hypothesis: "about" })).rejects.toThrow(/write \{\} where/);
    await expect(explain(model, { text, labels }, { target: "x" })).rejects.toThrow(
      /the labels are "people", "berlin"/,
    );
    await expect(explain(model, { text, labels }, { score: "logit" })).rejects.toThrow(/leave "score" out/);
    await using other = await loadModel(await tempFolder(headFiles("three", { num_labels: 3 })));
    await expect(explain(other, { text, labels })).rejects.toThrow(/its classes are "LABEL_0".* wanted a classifier/);
    await expect(loadModel(other.folder, { task: "zero-shot" })).rejects.toThrow(/for the task zero-shot/);
  });
});

it("relevance is that of a CrossEncoder, and the query is none of what is explained", async () => {
  const files = headFiles("one", { id2label: { 0: "LABEL_0" } });
  await using model = await loadModel(await tempFolder(files), { task: "relevance" });
  const { target, words, completeness } = await explain(model, { text, query });
  expect(target.probability).toBeCloseTo(REFERENCE.relevance, 5);
  expect(words.map((word) => word.text)).toEqual(["how", "many", "people", "live", "in", "berlin", "?"]);
  expect(completeness?.relativeError).toBeLessThan(0.02);
  await expect(explain(model, { text, query, pair: query })).rejects.toThrow(/"query" and a "pair"/);
});

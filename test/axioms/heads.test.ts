/** @file Heads besides one class of many: several labels at once, regression, pairs of texts. */

import { describe, expect, it } from "vitest";
import { encodeSafetensors } from "../../src/checkpoint/safetensors.ts";
import { explain, loadModel } from "../../src/node.ts";
import { hashedParameter } from "../support/hashed-weights.ts";
import { useTempFolders } from "../support/temp-folder.ts";
import { TINY_CONFIG, tinyBertFiles, tinyTensors } from "../support/tiny-bert.ts";

const tempFolder = useTempFolders();
const TEXT = "The ugly film has an unbelievably good story";
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

const withConfig = async (changes: object) =>
  loadModel(await tempFolder({ ...tinyBertFiles(), "config.json": JSON.stringify({ ...TINY_CONFIG, ...changes }) }));

/** The tiny model with one output. */
async function regression() {
  const tensors = tinyTensors().map(
    ([name, shape]) => [name, name.startsWith("classifier") ? [1, ...shape.slice(1)] : shape] as const,
  );
  return loadModel(
    await tempFolder({
      ...tinyBertFiles(),
      "config.json": JSON.stringify({ ...TINY_CONFIG, id2label: { "0": "stars" } }),
      "model.safetensors": encodeSafetensors(
        tensors.map(([name, shape]) => ({ name, dtype: "float32", shape, data: hashedParameter(name, shape) })),
      ),
    }),
  );
}

describe("a head of several labels at once", () => {
  it("gives every label a probability of its own", async () => {
    await using model = await withConfig({ problem_type: "multi_label_classification" });
    const { predictions } = await explain(model, TEXT, { steps: 1, tolerance: 10 });
    for (const { logit, probability } of predictions) expect(probability).toBeCloseTo(1 / (1 + Math.exp(-logit)), 6);
    expect(sum(predictions.map(({ probability }) => probability))).not.toBeCloseTo(1, 2);
  });

  it.each(["logit", "probability", "log-probability"] as const)("explains the %s of one label", async (score) => {
    await using model = await withConfig({ problem_type: "multi_label_classification" });
    const explanation = await explain(model, TEXT, { score, target: "perhaps" });
    const { scoreAtInput = 0, scoreAtBaseline = 0, relativeError } = explanation.completeness ?? {};
    const { logit, probability } = explanation.predictions.find(({ label }) => label === "perhaps") ?? {
      logit: Number.NaN,
      probability: Number.NaN,
    };
    const expected = { logit, probability, "log-probability": Math.log(probability) }[score];
    expect(explanation.target.score).toBeCloseTo(expected, 5);
    expect(sum(explanation.attribution)).toBeCloseTo(scoreAtInput - scoreAtBaseline, 3);
    expect(relativeError).toBeLessThan(0.01);
  });
});

describe("a regression", () => {
  it("is explained in units of what it predicts", async () => {
    await using model = await regression();
    const explanation = await explain(model, TEXT);
    expect(explanation.target).toMatchObject({ label: "stars", index: 0, kind: "logit" });
    expect(explanation.predictions[0]?.probability).toBe(explanation.predictions[0]?.logit);
    expect(explanation.completeness?.relativeError).toBeLessThan(0.01);
  });

  it("has no probability to explain", async () => {
    await using model = await regression();
    await expect(explain(model, TEXT, { score: "probability" })).rejects.toThrow(/regression without probabilities/);
  });
});

describe("a pair of texts", () => {
  it("is explained as one input; both texts have words", async () => {
    await using model = await withConfig({});
    const explanation = await explain(model, { text: "A good film", pair: "The film is bad" });
    expect(explanation.words.map(({ text }) => text)).toEqual("A good film The film is bad".split(" "));
    for (const { text, start, end } of explanation.words) expect(explanation.input.text.slice(start, end)).toBe(text);
    expect(explanation.completeness?.relativeError).toBeLessThan(0.01);
  });
});

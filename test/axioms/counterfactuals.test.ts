/** @file Counterfactuals: everything that is stated is asked of the model again, in another way than it was found. */

import { type Explanation, explain, InvalidOptionError, loadModel, parseExplanation } from "@calig/node";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { headFiles } from "../support/head-models.ts";
import { recheck } from "../support/restate.ts";
import { syntheticPicture } from "../support/synthetic-picture.ts";
import { useTempFolders } from "../support/temp-folder.ts";

const tempFolder = useTempFolders();

const SENTENCES = [
  "A superb film, moving and funny.",
  "A gripping film that forgets to end",
  "It is not bad at all.",
  "The plot is thin, but the actors are wonderful and the music is a delight.",
  "Dull.",
];

describe("counterfactuals of a text", () => {
  let model: Awaited<ReturnType<typeof loadModel>>;
  beforeAll(async () => {
    model = await loadModel("sst2");
  });
  afterAll(() => model.dispose());

  it.each(SENTENCES)("of %j are what the model says, and the set is minimal", async (text) => {
    const explanation = await explain(model, text, { counterfactuals: true, effort: "fast" });
    expect(await recheck(model, { text }, explanation)).toMatchObject({ wrong: [] });
    const { searched, replacement, evaluations, decision } = explanation.counterfactuals as NonNullable<
      Explanation["counterfactuals"]
    >;
    expect(replacement).toEqual({ name: "mask", becomes: "the mask token" });
    expect(decision).toBe("class");
    expect(evaluations).toBe(searched.variants);
    expect(parseExplanation(JSON.parse(JSON.stringify(explanation)))).toEqual(explanation);
  });

  it("are the same every time, absent where nobody asks, and change no other number", async () => {
    const text = SENTENCES[1] as string;
    const of = (counterfactuals: boolean) => explain(model, text, { counterfactuals, effort: "instant" });
    const [first, again, without] = [await of(true), await of(true), await of(false)];
    expect(first.counterfactuals).toEqual(again.counterfactuals);
    expect(without.counterfactuals).toBeUndefined();
    expect(without.attribution).toEqual(first.attribution);
  });

  it("of a class that is not predicted take away what speaks against it", async () => {
    const text = SENTENCES[1] as string;
    const explanation = await explain(model, text, { target: "positive", counterfactuals: true, effort: "fast" });
    expect(explanation.predictions[0]?.label).toBe("negative");
    const { smallestFlip } = explanation.counterfactuals as NonNullable<Explanation["counterfactuals"]>;
    expect(smallestFlip?.prediction.label).toBe("positive");
    expect(smallestFlip?.features.every(({ attribution }) => attribution < 0)).toBe(true);
    expect(await recheck(model, { text }, explanation)).toMatchObject({ wrong: [] });
  });

  it("put back first what leaves the decision most clearly changed, which leaves fewer features", async () => {
    // The least clearly changed first leaves 6 of the first and 8 of the second.
    for (const text of [
      "it 's a stunning lyrical work of considerable force and truth .",
      "a swashbuckling tale of love , betrayal , revenge and above all , faith .",
    ]) {
      const { counterfactuals } = await explain(model, text, { counterfactuals: true, effort: "instant" });
      expect(counterfactuals?.smallestFlip?.features).toHaveLength(5);
    }
  });

  it("take another replacement, as many features and as few questions as they are told", async () => {
    const text = SENTENCES[3] as string;
    const options = { replacement: "drop", strongest: 2, limit: 8 };
    const { counterfactuals } = await explain(model, text, { counterfactuals: options, effort: "instant" });
    expect(counterfactuals?.replacement.name).toBe("drop");
    expect(counterfactuals?.single).toHaveLength(2);
    expect(counterfactuals?.searched.limit).toBe(8);
    for (const wrong of [{ replacement: "blur" }, { strongest: 0 }, { limit: 1.5 }, { words: 3 }]) {
      await expect(explain(model, text, { counterfactuals: wrong as never })).rejects.toThrow(InvalidOptionError);
    }
  });
});

test("counterfactuals of a picture are what the model says of the picture with blurred patches", async () => {
  await using model = await loadModel("cifar10");
  for (const image of [syntheticPicture(40, 32), syntheticPicture(33, 70, true)]) {
    const explanation = await explain(model, { image }, { counterfactuals: true, effort: "fast" });
    expect(await recheck(model, { image }, explanation)).toMatchObject({ wrong: [] });
    const [first] = explanation.counterfactuals?.single ?? [];
    expect(first?.features[0]?.text).toBeUndefined();
    expect(first?.features[0]?.row).toBeGreaterThanOrEqual(0);
  }
});

describe("counterfactuals of other heads", () => {
  const TEXT = "The ugly film has an unbelievably good story";
  const head = async (weights: "one" | "three", config: object) =>
    loadModel(await tempFolder(headFiles(weights, config)));
  const FAST = { effort: "instant", counterfactuals: true } as const;

  it("of a number say how it changes, and flip nothing", async () => {
    await using model = await head("one", { id2label: { 0: "stars" }, problem_type: "regression" });
    const { counterfactuals, target } = await explain(model, TEXT, FAST);
    expect(counterfactuals).toMatchObject({ decision: "none", smallestFlip: null, allRemoved: { flips: false } });
    const all = [...(counterfactuals?.single ?? []), ...(counterfactuals?.together ?? [])];
    expect(all.length).toBeGreaterThan(3);
    for (const { prediction, flips } of all) {
      expect(flips).toBe(false);
      expect(prediction).toMatchObject({ label: "stars", probability: null, targetProbability: null });
    }
    expect(new Set(all.map(({ prediction }) => prediction.score)).size).toBeGreaterThan(1);
    expect(all.some(({ prediction }) => Math.abs(prediction.score - target.score) > 1e-4)).toBe(true);
  });

  it.each([
    ["one output, yes or no", "one", { id2label: { 0: "toxic" } }, "toxic"],
    [
      "each label by itself",
      "three",
      { id2label: { 0: "a", 1: "b", 2: "c" }, problem_type: "multi_label_classification" },
      "c",
    ],
  ] as const)("of %s, the label that is explained goes on or off", async (_, weights, config, label) => {
    await using model = await head(weights, config);
    const { counterfactuals, target } = await explain(model, TEXT, { ...FAST, target: label });
    expect(counterfactuals?.decision).toBe("label");
    const isOn = (probability: number | null) => (probability ?? 0) > 0.5;
    const { single = [], evidenceAlone, together = [] } = counterfactuals ?? {};
    for (const { prediction, flips } of [...single, ...together, evidenceAlone!]) {
      expect(prediction.label).toBe(label);
      expect(prediction.probability).toBe(prediction.targetProbability);
      expect(flips).toBe(isOn(prediction.probability) !== isOn(target.probability));
    }
    // The label is off: what speaks against it is taken away.
    expect(isOn(target.probability)).toBe(false);
    for (const { features } of single) expect(features[0]?.attribution).toBeLessThan(0);
  });

  it("of a token's label are of that token, in the part that is responsible for it", async () => {
    await using model = await head("three", {
      id2label: { 0: "a", 1: "b", 2: "c" },
      architectures: ["BertForTokenClassification"],
    });
    const long = `${"good ".repeat(120)}${TEXT}`;
    const { counterfactuals, target, predictions, features } = await explain(model, long, { ...FAST, token: "story" });
    expect(features.length).toBeGreaterThan(100);
    expect(counterfactuals?.decision).toBe("class");
    const all = [...(counterfactuals?.single ?? [])];
    expect(all.length).toBeGreaterThan(0);
    // Removing a word that the part does not read changes nothing; near ones change the score of the token a little.
    for (const { prediction } of all) expect(Math.abs(prediction.score - target.score)).toBeLessThan(2);
    expect(predictions[0]?.label).toBe(target.label);
  });

  it("of a pair and of a long text in parts remove words of both, wherever they are read", async () => {
    await using model = await head("three", { id2label: { 0: "a", 1: "b", 2: "c" } });
    const pair = await explain(model, { text: TEXT, pair: "The actors are good" }, FAST);
    expect(pair.counterfactuals?.searched.features).toBe(pair.words.length);
    const long = await explain(model, `${TEXT} `.repeat(30), FAST);
    const { searched, evaluations = 0 } = long.counterfactuals ?? {};
    expect(searched?.features).toBe(long.words.length);
    // Every window is asked about every changed text.
    expect(evaluations).toBeGreaterThan(searched?.variants ?? 0);
    expect(evaluations % (searched?.variants ?? 1)).toBe(0);
  });
});

/** @file Models that label every token: the explanation of one token's label. */

import { explain, InvalidOptionError, loadModel, type TextExplanation } from "@calig/node";
import { describe, expect, it } from "vitest";
import { completenessOf } from "../support/completeness.ts";
import { useTempFolders } from "../support/temp-folder.ts";
import { TINY_CONFIG, tinyBertFiles } from "../support/tiny-bert.ts";

const tempFolder = useTempFolders();
const TEXT = "The ugly film has an unbelievably good story";

/** The tiny model with a head that labels tokens. */
const labeller = async () =>
  loadModel(
    await tempFolder({
      ...tinyBertFiles(["bert.pooler.dense.weight", "bert.pooler.dense.bias"]),
      "config.json": JSON.stringify({ ...TINY_CONFIG, architectures: ["BertForTokenClassification"] }),
    }),
  );

describe("explain() of a token's label", () => {
  it("explains the label that the model gives to the word that is named", async () => {
    await using model = await labeller();
    const explanation = await explain(model, TEXT, { token: "good", steps: 16 });
    const { target, features, blocks } = explanation;
    expect(features[target.token?.index as number]?.text).toBe("good");
    expect(target.token?.text).toBe("good");
    expect(target.label).toBe(explanation.predictions[0]?.label);
    expect(completenessOf(explanation).relativeError).toBeLessThan(0.02);
    expect(blocks).toHaveLength(2);
  });

  it("gives the same for the index of the token, and another map for another token", async () => {
    await using model = await labeller();
    const of = async (token: number | string) => explain(model, TEXT, { token, target: 1, steps: 4 });
    const byWord = await of("good");
    const index = byWord.target.token?.index as number;
    expect((await of(index)).attribution).toEqual(byWord.attribution);
    expect((await of(String(index))).attribution).toEqual(byWord.attribution);
    expect((await of("film")).attribution).not.toEqual(byWord.attribution);
  });

  it("finds a word of several tokens by its whole text", async () => {
    await using model = await labeller();
    const { target, features } = await explain(model, "An unfathomably good film", { token: "unfathomably", steps: 2 });
    const index = target.token?.index as number;
    expect(features.filter(({ word }) => word === features[index]?.word).length).toBeGreaterThan(1);
    expect(features[index - 1]?.word).not.toBe(features[index]?.word);
  });

  it("chooses a token when none is named, and works beyond the model's limit", async () => {
    await using model = await labeller();
    const long = `${"plain ".repeat(90)}${TEXT}`;
    const explanation: TextExplanation = await explain(model, long, { token: "story", steps: 4 });
    const index = explanation.target.token?.index as number;
    expect(index).toBe(explanation.features.length - 2);
    // The window that is responsible for the last word does not read the first ones.
    expect(explanation.attribution.slice(1, 20).every((value) => value === 0)).toBe(true);
    expect(explanation.attribution[index]).not.toBe(0);
    expect((await explain(model, TEXT, { steps: 2 })).target.token).toBeDefined();
  });

  it("lists the tokens when there is no such one", async () => {
    await using model = await labeller();
    const explaining = explain(model, TEXT, { token: "bad" });
    await expect(explaining).rejects.toThrow(InvalidOptionError);
    await expect(explaining).rejects.toThrow(/the word "bad": the text has the tokens 1 "The", 2 "ugly"/);
  });

  it("refuses a token for a model that labels the whole input", async () => {
    await using model = await loadModel(await tempFolder(tinyBertFiles()));
    await expect(explain(model, TEXT, { token: 1 })).rejects.toThrow(/it labels the whole input/);
  });
});

/** @file Entities, as transformers joins them, and what is explained of them: block relevance as that of PyTorch. */

import { readFileSync } from "node:fs";
import { questionForms } from "@calig/core/internal/modality/text/question-forms";
import { explain, loadModel } from "@calig/node";
import { describe, expect, it } from "vitest";
import { completenessOf } from "../support/completeness.ts";
import { headFiles } from "../support/head-models.ts";
import "../support/matchers.ts";
import { useTempFolders } from "../support/temp-folder.ts";

interface Joined {
  readonly entity_group: string;
  readonly score: number;
  readonly start: number;
  readonly end: number;
}

/** By tools/make_entity_reference.py. */
interface Reference {
  readonly texts: readonly string[];
  readonly cases: Readonly<
    Record<
      string,
      {
        readonly labels: readonly string[];
        readonly first: readonly (readonly Joined[])[];
        readonly simple: readonly (readonly Joined[])[];
      }
    >
  >;
  readonly relevance: {
    readonly text: string;
    readonly entity: string;
    readonly label: string;
    readonly score: number;
    readonly blocks: readonly (readonly number[])[];
  };
}

const REFERENCE = JSON.parse(readFileSync(new URL("../golden/entities.json", import.meta.url), "utf8")) as Reference;
const { texts, cases, relevance } = REFERENCE;
const tempFolder = useTempFolders();

const open = async (name: string) => {
  const labels = cases[name]?.labels ?? [];
  const config = { architectures: ["BertForTokenClassification"], id2label: { ...labels } };
  return loadModel(await tempFolder(headFiles("three", config)));
};

const plain = (list: readonly Joined[]) =>
  list.map(({ entity_group: label, score, start, end }) => ({ label, start, end, probability: score }));

describe("entities", () => {
  it.each(Object.keys(cases))("%s: those of the pipeline of transformers, with its scores", async (name) => {
    await using model = await open(name);
    for (const [t, text] of texts.entries()) {
      const wanted = plain(cases[name]?.first[t] ?? []);
      const options = { entity: 0, method: "random", score: "probability" } as const;
      const { entities = [], target, predictions } = await explain(model, text, options);
      expect(entities.map(({ label, start, end }) => ({ label, start, end }))).toEqual(
        wanted.map(({ label, start, end }) => ({ label, start, end })),
      );
      for (const [e, { probability }] of entities.entries()) {
        expect(probability).toBeCloseTo(wanted[e]?.probability ?? 0, 4);
      }
      // Where words are tokens, joining tokens is the same.
      if (t === 0) expect(plain(cases[name]?.simple[t] ?? [])).toEqual(wanted);
      const [first] = entities;
      expect(target).toMatchObject({ label: first?.label, token: { text: first?.text, features: first?.features } });
      expect(target.score).toBeCloseTo(first?.probability ?? 0, 5);
      expect(target.probability).toBeCloseTo(first?.probability ?? 0, 5);
      expect(predictions[0]?.label).toBe(first?.label);
      // B- and I- are one kind.
      expect(predictions.map(({ label }) => label).sort()).toEqual(
        [...new Set(cases[name]?.labels.map((label) => label.replace(/^[BI]-/, "")))].sort(),
      );
    }
  });

  it("have the block relevance of PyTorch, and add up with other scores", async () => {
    await using model = await open("begin and inside");
    const { text, entity, label, score, blocks: wanted } = relevance;
    const run = { tolerance: 1e-5, effort: "blocks" } as const;
    const { blocks, target } = await explain(model, text, { entity, ...run });
    expect(target).toMatchObject({ label, token: { text: entity } });
    expect(target.score).toBeCloseTo(score, 4);
    for (const [b, block] of blocks.entries()) {
      expect(block.relevance).toBeAllClose(wanted[b] as readonly number[], { atol: 1e-5, rtol: 1e-3 });
      expect(block.completeness.relativeError).toBeLessThan(1e-3);
    }
    const against = await explain(model, text, { entity, against: "O", score: "log-probability", heads: true });
    expect(against.target.against?.label).toBe("O");
    expect(completenessOf(against).relativeError).toBeLessThan(0.02);
    // A method that starts from what the head reads.
    expect((await explain(model, text, { entity, method: "attention-rollout" })).attribution.some((v) => v > 0)).toBe(
      true,
    );
  });

  it("of one word are that word's label", async () => {
    await using model = await open("begin and inside");
    const [text = ""] = texts;
    const one = await explain(model, text, { entity: "London", steps: 8 });
    const token = await explain(model, text, { token: "London", steps: 8 });
    expect(one.attribution).toBeAllClose(token.attribution, { atol: 1e-6, rtol: 1e-5 });
    expect(one.target).toMatchObject({ label: "LOC", score: token.target.score });
    expect(questionForms(model).map(({ name }) => name)).toEqual(["token", "entity"]);
  });

  it("can be any words, and are taken apart from what is removed", async () => {
    await using model = await open("begin and inside");
    const text = texts[2] as string;
    const options = {
      entity: "of Nice was",
      target: "B-LOC",
      method: "gradient-x-input",
      counterfactuals: true,
    } as const;
    const { target, counterfactuals } = await explain(model, text, options);
    expect(target).toMatchObject({ label: "LOC", token: { text: "of Nice was", features: [3, 4, 5] } });
    expect(counterfactuals?.decision).toBe("class");
    expect(counterfactuals?.single.length).toBe(5);
    // The words are O, LOC and LOC to the model; kinds of all words together are what flips.
    expect(counterfactuals?.single.every(({ prediction }) => /^(O|LOC|O, LOC|LOC, O)$/.test(prediction.label))).toBe(
      true,
    );
    const same = await explain(model, text, { entity: "#3-5", target: "LOC", method: "random" });
    expect(same.target.score).toBeCloseTo(target.score, 6);
  });

  it("are refused in a sentence", async () => {
    await using model = await open("begin and inside");
    const refused = async (entity: string | number, message: RegExp, more: object = {}) =>
      expect(explain(model, "is it nice and is it bad", { entity, ...more })).rejects.toThrow(message);
    await refused("is it", /the text has it 2 times; give its tokens: "#1-2" or "#5-6"/);
    await refused("berlin", /Cannot find the entity "berlin": the model finds .*words as they stand in the text/);
    await refused("nice", /score "margin" with an entity: use one of "logit"/, { score: "margin" });
    await refused("nice", /a token and an entity at once/, { token: "nice" });
    await refused("nice", /target "PER": .*"O" \(#0\), "LOC" \(#1\)/, { target: "PER" });
    await using whole = await loadModel(await tempFolder(headFiles("three", { id2label: { 0: "a", 1: "b", 2: "c" } })));
    await expect(explain(whole, "nice", { entity: 0 })).rejects.toThrow(
      /does not label every token; leave "entity" out/,
    );
  });
});

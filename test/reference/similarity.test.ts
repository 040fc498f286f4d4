/** @file Similarities of texts: those of sentence-transformers, and their block relevance that of PyTorch. */

import { readFileSync } from "node:fs";
import { encodeSafetensors } from "@calig/core/internal/checkpoint/safetensors";
import { explain, loadModel } from "@calig/node";
import { describe, expect, it } from "vitest";
import { hashedParameter } from "../support/hashed-weights.ts";
import { headFiles } from "../support/head-models.ts";
import "../support/matchers.ts";
import { type Files, useTempFolders } from "../support/temp-folder.ts";

/** By tools/make_similarity_reference.py. */
interface Reference {
  readonly text: string;
  readonly other: string;
  readonly cases: Readonly<Record<string, Case>>;
  /** Relevance of each token in each block of the case "mean, normalized". */
  readonly blocks: readonly (readonly number[])[];
  /** Of each token with each token of the other text, special ones left out. */
  readonly pairs: readonly (readonly number[])[];
}

interface Case {
  readonly files: Readonly<Record<string, object>>;
  /** Shapes of the weights of linear layers by folder. */
  readonly dense: Readonly<Record<string, readonly [number, number]>>;
  /** Prompts of the text and of the other one. */
  readonly names?: readonly [string, string];
  readonly embedding: readonly number[];
  readonly similarity: number;
}

const REFERENCE = JSON.parse(readFileSync(new URL("../golden/similarity.json", import.meta.url), "utf8")) as Reference;
const { text, other } = REFERENCE;
const tempFolder = useTempFolders();

const caseOf = (title: string) => REFERENCE.cases[title] as Case;

function filesOf({ files, dense }: Case): Files {
  const small = Object.entries(files).map(([name, content]) => [name, JSON.stringify(content)] as const);
  const layers = Object.entries(dense).map(([folder, [out, wide]]) => {
    const tensor = (name: string, shape: readonly number[], gain?: number) => {
      const data = hashedParameter(`${folder}.${name}`, shape, gain);
      return { name, dtype: "float32" as const, shape, data };
    };
    const bytes = encodeSafetensors([tensor("linear.weight", [out, wide], 4), tensor("linear.bias", [out])]);
    return [`${folder}/model.safetensors`, bytes] as const;
  });
  return { ...headFiles("three", { architectures: ["BertModel"] }), ...Object.fromEntries([...small, ...layers]) };
}

const open = async (found: Case, changed: Files = {}) => loadModel(await tempFolder({ ...filesOf(found), ...changed }));

describe("similarity of texts", () => {
  it.each(Object.keys(REFERENCE.cases))("%s: as sentence-transformers computes it", async (title) => {
    const { names, embedding, similarity, ...found } = caseOf(title);
    await using model = await open({ ...found, embedding, similarity });
    const prompts = names === undefined ? {} : { textPrompt: names[0], withPrompt: names[1] };
    const options = { method: "integrated-gradients", steps: 4 } as const;
    const { target, completeness, features, words } = await explain(model, { text, with: other, ...prompts }, options);
    expect(target).toMatchObject({ index: -1, label: `similarity with "${other}"`, probability: null });
    expect(target.score).toBeCloseTo(similarity, 4);
    expect(completeness?.scoreAtInput).toBeCloseTo(similarity, 4);
    // What a text is compared with may be its own embedding.
    const own = await explain(model, { text, direction: embedding, ...prompts }, { method: "random" });
    const length = Math.hypot(...embedding);
    expect(own.target.score).toBeCloseTo(target.kind === "dot" ? length ** 2 : 1, 4);
    // Words of prompts are none of the text's.
    expect(words.map((word) => word.text)).toEqual(["how", "many", "people", "live", "in", "berlin", "?"]);
    const prompted = features.filter(({ special, start, end }) => special && end > start);
    expect(prompted.length).toBe(names === undefined ? 0 : 3);
  });

  it("has the block relevance of PyTorch", async () => {
    await using model = await open(caseOf("mean, normalized"));
    const { blocks } = await explain(model, { text, with: other }, { tolerance: 1e-5, effort: "blocks" });
    expect(blocks.length).toBe(REFERENCE.blocks.length);
    for (const [b, { relevance, completeness }] of blocks.entries()) {
      expect(relevance).toBeAllClose(REFERENCE.blocks[b] as readonly number[], { atol: 1e-5, rtol: 1e-3 });
      expect(completeness?.relativeError).toBeLessThan(1e-3);
    }
  });

  it("has the pairs of words of PyTorch, which add up to what the texts have together", async () => {
    await using model = await open(caseOf("mean, normalized"));
    const { pairs, features, words } = await explain(model, { text, with: other, pairs: true }, { method: "random" });
    const { values, sum, interaction, relativeError, rest, other: theirs } = pairs as NonNullable<typeof pairs>;
    expect(theirs.words.map((word) => word.text)).toEqual("berlin is a city with people .".split(" "));
    expect(values.length).toBe(words.length);
    // Words of several tokens have the sum of theirs.
    const own = features.flatMap(({ word }) => (word === null ? [] : [word]));
    for (const [w, row] of values.entries()) {
      const summed = theirs.words.map((_, o) =>
        REFERENCE.pairs.reduce((total, tokens, t) => total + (own[t] === w ? (tokens[o] as number) : 0), 0),
      );
      expect(row).toBeAllClose(summed, { atol: 2e-4, rtol: 1e-3 });
    }
    expect(relativeError).toBeLessThan(1e-3);
    expect(sum).toBeCloseTo(
      values.flat().reduce((total, value) => total + value, rest),
      6,
    );
    expect(sum / interaction).toBeCloseTo(1, 3);
    const several = explain(model, { text, with: [other, text], pairs: true }, { method: "random" });
    await expect(several).rejects.toThrow(/pairs of words .* leave "pairs" out/);
  });

  it("adds up with every pooling and every effort of methods", async () => {
    for (const title of ["max", "weightedmean", "lasttoken", "cls and mean", "two dense"]) {
      await using model = await open(caseOf(title));
      const { completeness, attribution } = await explain(model, { text, with: [other, "people live in berlin"] });
      expect(completeness?.relativeError).toBeLessThan(0.02);
      expect(attribution.every(Number.isFinite)).toBe(true);
    }
  });

  it("takes the mean of an encoder without a head where similarity is asked for", async () => {
    const { files: _, ...found } = caseOf("mean");
    const folder = await tempFolder(filesOf({ files: {}, ...found }));
    await using model = await loadModel(folder, { task: "similarity" });
    const { target } = await explain(model, { text, with: other }, { method: "random" });
    expect(target.score).toBeCloseTo(found.similarity, 5);
    expect(model.warnings?.map(({ code }) => code)).toContain("assumed-pooling");
  });

  it("is the same from an ONNX file of the encoder", async () => {
    const files = filesOf(caseOf("mean, normalized"));
    const { "model.safetensors": _, ...others } = files;
    const onnx = readFileSync(new URL("../fixtures/similarity/encoder.onnx", import.meta.url));
    for (const [title, pooled] of [
      ["mean, normalized", others],
      ["weightedmean", { ...others, ...filesOf(caseOf("weightedmean")), "model.safetensors": undefined }],
      ["cls", { ...others, ...filesOf(caseOf("cls")), "model.safetensors": undefined }],
    ] as const) {
      const given = Object.entries(pooled).filter((entry): entry is [string, string] => entry[1] !== undefined);
      await using model = await loadModel(await tempFolder({ ...Object.fromEntries(given), "onnx/model.onnx": onnx }));
      const run = { tolerance: 1e-5, effort: "blocks" } as const;
      const { blocks, target } = await explain(model, { text, with: other }, run);
      expect(target.score).toBeCloseTo(caseOf(title).similarity, 5);
      if (title !== "mean, normalized") continue;
      for (const [b, { relevance }] of blocks.entries()) {
        expect(relevance).toBeAllClose(REFERENCE.blocks[b] as readonly number[], { atol: 1e-5, rtol: 1e-3 });
      }
    }
  });

  it("refuses what has no meaning, in a sentence", async () => {
    await using model = await open(caseOf("prompts"));
    await expect(explain(model, text)).rejects.toThrow(/makes embeddings: found nothing to compare it with/);
    await expect(explain(model, { text, with: other, direction: [1] })).rejects.toThrow(/"with" and "direction"/);
    await expect(explain(model, { text, direction: [1, 2] })).rejects.toThrow(/has 2 numbers, .* have 16/);
    await expect(explain(model, { text, direction: [0, 0] })).rejects.toThrow(/no direction/);
    await expect(explain(model, { text, with: other, textPrompt: "passage" })).rejects.toThrow(/"query", "document"/);
    await expect(explain(model, { text, with: other }, { score: "logit" })).rejects.toThrow(/leave "score" out/);
    await expect(explain(model, { text, with: other }, { target: 0 })).rejects.toThrow(/Cannot use target/);
    await expect(loadModel(model.folder, { task: "classification" })).rejects.toThrow(/its files say similarity/);
    await using classifier = await loadModel(await tempFolder(headFiles("three", { num_labels: 3 })));
    await expect(explain(classifier, { text, with: other })).rejects.toThrow(/makes no embeddings/);
    // What a head was trained on tells classes apart, and texts of one class hardly.
    await expect(loadModel("sst2", { task: "similarity" })).rejects.toThrow(
      /is "BertForSequenceClassification", and nothing/,
    );
  });

  it.each([
    ["modules.json", '[{"type":"a.Transformer","path":"0_Transformer"}]', /in the folder "0_Transformer"/],
    ["modules.json", '[{"type":"a.Transformer","path":""},{"type":"a.SpladePooling","path":"1"}]', /"SpladePooling"/],
    ["modules.json", "{}", /wanted a list of modules/],
    ["1_Pooling/config.json", "{}", /names no pooling/],
    ["1_Pooling/config.json", '{"pooling_mode":"attention"}', /the pooling "attention"/],
    ["config_sentence_transformers.json", '{"similarity_fn_name":"euclidean"}', /by "euclidean"; calig knows cosine/],
  ])("refuses %s with %s", async (file, content, message) => {
    await expect(open(caseOf("mean"), { [file]: content })).rejects.toThrow(message);
  });
});

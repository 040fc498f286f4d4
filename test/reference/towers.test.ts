/** @file Models of two towers: what fits a picture, as transformers says it, and the block relevance of PyTorch. */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { RgbImage } from "@calig/core/internal/input/image/rgb-image";
import { siglip } from "@calig/core/internal/transformer/families/siglip";
import {
  createNodeRuntime,
  explain,
  type LoadedModel,
  loadModel,
  type TextExplanation,
  testCounterfactuals,
} from "@calig/node";
import { checkFamily } from "calig/extend";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import "../support/matchers.ts";
import { runCli } from "../support/run-cli.ts";
import { type Files, useTempFolders } from "../support/temp-folder.ts";

/** By tools/make_towers_reference.py: transformers 4.57 and 5.24 say the same. */
interface Reference {
  readonly size: readonly [width: number, height: number];
  readonly pixels: readonly number[];
  readonly labels: readonly string[];
  readonly text: string;
  readonly models: Readonly<Record<"clip" | "siglip", TowerReference>>;
}

interface TowerReference {
  readonly logits: readonly number[];
  readonly probabilities: readonly number[];
  /** Of the text. */
  readonly logit: number;
  /** Relevance of each position in each block, of the first label and of the text. */
  readonly vision: readonly (readonly number[])[];
  readonly words: readonly (readonly number[])[];
}

const REFERENCE = JSON.parse(readFileSync(new URL("../golden/towers.json", import.meta.url), "utf8")) as Reference;
const { labels, text } = REFERENCE;
const [width, height] = REFERENCE.size;
const image: RgbImage = { width, height, data: Uint8Array.from(REFERENCE.pixels) };
const tempFolder = useTempFolders();
const folder = (name: string) => fileURLToPath(new URL(`../fixtures/towers/${name}`, import.meta.url));

describe.each(["clip", "siglip"] as const)("%s", (name) => {
  const reference = REFERENCE.models[name];
  let model: LoadedModel;
  beforeAll(async () => {
    model = await loadModel(folder(name));
  });
  afterAll(() => model.dispose());

  it("gives labels the logits and probabilities of transformers", async () => {
    const { predictions, target } = await explain(model, { image, labels }, { method: "random" });
    const byIndex = [...predictions].sort((a, b) => a.index - b.index);
    expect(byIndex.map(({ label }) => label)).toEqual(labels);
    expect(byIndex.map(({ logit }) => logit)).toBeAllClose(reference.logits, { atol: 1e-4, rtol: 0 });
    expect(byIndex.map(({ probability }) => probability as number)).toBeAllClose(reference.probabilities, {
      atol: 1e-4,
      rtol: 0,
    });
    const best = reference.logits.indexOf(Math.max(...reference.logits));
    expect(target).toMatchObject({ index: best, label: labels[best], kind: "logit" });
    const one = await explain(model, { image, text }, { method: "random" });
    expect(one.target.score).toBeCloseTo(reference.logit, 4);
  });

  it("has the block relevance of PyTorch: patches for a label", async () => {
    const options = { target: "a cat", baseline: "black", tolerance: 1e-5, effort: "blocks" } as const;
    const { blocks } = await explain(model, { image, labels }, options);
    expect(blocks.length).toBe(reference.vision.length);
    for (const [b, { relevance, completeness }] of blocks.entries()) {
      expect(relevance).toBeAllClose(reference.vision[b] as readonly number[], { atol: 1e-4, rtol: 1e-3 });
      expect(completeness?.relativeError).toBeLessThan(1e-3);
    }
  });

  it("has the block relevance of PyTorch: words for the picture", async () => {
    const options = { baseline: "zero-embedding", tolerance: 1e-5, effort: "blocks" } as const;
    const found = await explain<object>(model, { image, text, side: "text" }, options);
    const { blocks, words, target } = found as TextExplanation;
    expect(target.score).toBeCloseTo(reference.logit, 4);
    for (const [b, { relevance, completeness }] of blocks.entries()) {
      expect(relevance).toBeAllClose(reference.words[b] as readonly number[], { atol: 1e-4, rtol: 1e-3 });
      expect(completeness?.relativeError).toBeLessThan(1e-3);
    }
    expect(words.map((word) => word.text)).toEqual(text.split(" "));
  });
});

describe.each(["clip", "siglip"] as const)("ONNX files of %s", (name) => {
  const quick = { baseline: "black", tolerance: 1e-5, effort: "blocks", target: "a cat" } as const;
  const beside = ["config.json", "tokenizer.json", "tokenizer_config.json", "preprocessor_config.json"];
  const from = (names: readonly string[]): Files =>
    Object.fromEntries(names.map((file) => [file, readFileSync(`${folder(name)}/${file}`)]));
  const reference = REFERENCE.models[name];
  const [scale, bias] = name === "clip" ? [Math.exp(2), 0] : [Math.exp(1.2), -1.5];

  it("are read where both towers are in one file: the factor of cosines is found in it", async () => {
    await using model = await loadModel(await tempFolder(from([...beside, "onnx/model.onnx"])));
    expect(model.texts).toMatchObject({ scale: expect.closeTo(scale, 5), bias: expect.closeTo(bias, 5) });
    const { predictions, blocks } = await explain(model, { image, labels }, quick);
    for (const { index, logit, probability } of predictions) {
      expect(logit).toBeCloseTo(reference.logits[index] as number, 4);
      expect(probability).toBeCloseTo(reference.probabilities[index] as number, 4);
    }
    for (const [b, { relevance }] of blocks.entries()) {
      expect(relevance).toBeAllClose(reference.vision[b] as readonly number[], { atol: 1e-4, rtol: 1e-3 });
    }
    const side = { baseline: "zero-embedding", tolerance: 1e-5, effort: "blocks" } as const;
    const words = await explain<object>(model, { image, text, side: "text" }, side);
    for (const [b, { relevance }] of words.blocks.entries()) {
      expect(relevance).toBeAllClose(reference.words[b] as readonly number[], { atol: 1e-4, rtol: 1e-3 });
    }
  });

  it("are read where each tower has its own: then scores are cosines", async () => {
    const files = from([...beside, "onnx/vision_model.onnx", "onnx/text_model.onnx"]);
    await using model = await loadModel(await tempFolder(files));
    expect(model.warnings?.map(({ code }) => code)).toEqual(["unknown-scale"]);
    const { predictions, blocks, target } = await explain(model, { image, labels }, quick);
    expect(target).toMatchObject({ label: "a cat", unit: "cosine similarity", probability: null });
    for (const { index, logit } of predictions) {
      expect(logit * scale + bias).toBeCloseTo(reference.logits[index] as number, 4);
    }
    for (const [b, { relevance }] of blocks.entries()) {
      const scaled = relevance.map((value) => value * scale);
      expect(scaled).toBeAllClose(reference.vision[b] as readonly number[], { atol: 1e-4, rtol: 1e-3 });
    }
    await expect(explain(model, { image, labels }, { score: "probability" })).rejects.toThrow(/no probabilities/);
  });
});

it("is measured on a folder of pictures, whose folders name the right label", async () => {
  const changed = { ...image, data: image.data.map((value) => 255 - value) };
  const pictures = { "a dog/1.ppm": asPpm(image), "a cat/2.ppm": asPpm(image), "a cat/3.ppm": asPpm(changed) };
  const dataset = await tempFolder(pictures);
  const out = `${await tempFolder({})}/out.json`;
  const choice = [
    "--model",
    folder("clip"),
    "--labels",
    labels.join(","),
    "--methods",
    "gradient-x-input,random",
    "--metrics",
    "deletion,margin",
  ];
  const { code, stderr } = await runCli(["evaluate", "--dataset", dataset, ...choice, "--out", out]);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const { dataset: of, inputs } = JSON.parse(readFileSync(out, "utf8")) as Record<string, Record<string, unknown>>;
  expect(of).toMatchObject({ size: 3, measured: 3 });
  // The first two are one picture, of which one folder says that it is a dog, as the model does.
  expect(inputs).toMatchObject([
    { correct: false },
    { target: expect.any(String) },
    { predicted: "a dog", correct: true },
  ]);
  for (const { measurements } of inputs as unknown as readonly { readonly measurements: object }[]) {
    const { random } = measurements as Record<string, Record<string, readonly number[]>>;
    // Of three labels the best is ahead by less than its score.
    expect(random?.margin?.every(Number.isFinite)).toBe(true);
    expect(random?.margin?.[0]).not.toBeCloseTo(random?.deletion?.[0] as number, 3);
  }
});

it("reads CLIP's vocabulary from the files of the Python tokenizer, too", async () => {
  const names = ["config.json", "model.safetensors", "preprocessor_config.json", "vocab.json", "merges.txt"];
  const files = Object.fromEntries(names.map((name) => [name, readFileSync(`${folder("clip")}/${name}`)]));
  await using model = await loadModel(await tempFolder(files));
  const { tokenizer } = (model.texts as NonNullable<typeof model.texts>).model;
  for (const odd of [text, "A  Cat's 12 dogs, éa!", "PHOTO\tof"]) {
    const [own, whole] = [await tokenizer?.encode(odd), await clipTokenizer(odd)];
    expect(own?.ids).toEqual(whole);
  }
  const one = await tokenizer?.encode("of");
  expect(one?.ids.map((id) => tokenizer?.textOf(id))).toEqual(["<|startoftext|>", "of ", "<|endoftext|>"]);
});

/** Ids by tokenizer.json. */
async function clipTokenizer(given: string): Promise<readonly number[] | undefined> {
  await using model = await loadModel(folder("clip"));
  return (await model.texts?.model.tokenizer?.encode(given))?.ids;
}

describe("what is asked", () => {
  let model: LoadedModel;
  beforeAll(async () => {
    model = await loadModel(folder("clip"), { task: "zero-shot-image" });
  });
  afterAll(() => model.dispose());
  const quick = { method: "integrated-gradients", steps: 8 } as const;
  const logitOf = (label: string) => REFERENCE.models.clip.logits[labels.indexOf(label)] as number;

  it("may be one label against another, or a probability", async () => {
    const against = await explain(model, { image, labels }, { ...quick, target: "a dog", against: "an owl" });
    expect(against.target).toMatchObject({ label: "a dog", against: { index: 2, label: "an owl" } });
    expect(against.target.score).toBeCloseTo(logitOf("a dog") - logitOf("an owl"), 4);
    for (const score of ["log-probability", "probability", "margin"] as const) {
      const { target, completeness } = await explain(model, { image, labels }, { ...quick, score, target: 0 });
      const share = REFERENCE.models.clip.probabilities[0] as number;
      const wanted = {
        probability: share,
        "log-probability": Math.log(share),
        margin: logitOf("a cat") - Math.max(logitOf("a dog"), logitOf("an owl")),
      }[score];
      expect(target).toMatchObject({ kind: score, label: "a cat" });
      expect(target.score).toBeCloseTo(wanted, 4);
      expect(completeness?.scoreAtInput).toBeCloseTo(wanted, 4);
    }
  });

  it("is tried out without the strongest patches, until another label fits best", async () => {
    const options = { method: "gradient-x-input", counterfactuals: true } as const;
    const { counterfactuals, target } = await explain(model, { image, labels }, options);
    expect(counterfactuals).toMatchObject({ decision: "class", replacement: { name: "blur" } });
    const { single = [], smallestFlip, allRemoved } = counterfactuals ?? {};
    for (const { prediction, flips } of single) {
      expect(labels).toContain(prediction.label);
      expect(flips).toBe(prediction.label !== target.label);
      expect(prediction.probability).toBeGreaterThan(1 / labels.length);
    }
    expect([undefined, ...labels]).toContain(smallestFlip?.prediction.label);
    expect(labels).toContain(allRemoved?.prediction.label);
    const tested = await testCounterfactuals(
      model,
      { image, labels },
      await explain(model, { image, labels }, options),
    );
    expect(tested).toEqual(counterfactuals);
    const words = { ...options, method: "occlusion" } as const;
    const one = await explain<object>(model, { image, text, side: "text" }, words);
    expect(one.counterfactuals?.decision).toBe("none");
    expect(one.counterfactuals?.single[0]?.prediction.score).toBeLessThan(one.target.score);
  });

  it("may be the words of a label's text", async () => {
    const found = await explain<object>(model, { image, labels, side: "text" }, { ...quick, target: "a cat" });
    expect((found as TextExplanation).words.map((word) => word.text).join(" ")).toBe("This is a photo of a cat .");
    expect(found.target).toMatchObject({ label: "similarity with the picture", probability: null });
    expect(found.target.score).toBeCloseTo(logitOf("a cat"), 4);
  });

  it.each([
    [{ image }, {}, /found a picture alone; give a picture with a text, or with labels/],
    [{ text: "a cat" }, {}, /found no picture/],
    [{ image, text: "a cat", labels }, {}, /found "text" and "labels"/],
    [{ image, text: " " }, {}, /"text" is none/],
    [{ image, labels: [] }, {}, /"labels" has none/],
    [{ image, labels }, { target: "a cow" }, /the labels are "a cat", "a dog", "an owl"/],
    [{ image, labels }, { target: 0, against: 0 }, /a label cannot be held against itself/],
    [{ image, labels }, { score: "margin", against: "an owl" }, /already compares/],
    [{ image, text: "a cat" }, { score: "probability" }, /give "labels" to choose from/],
    [{ image, text: "a cat" }, { target: "a cat" }, /there are no labels/],
    [{ image, text: "a cat", side: "words" }, {}, /side/],
  ])("%#: is refused where it makes no sense", async (input, options, message) => {
    await expect(explain<object>(model, input, { method: "random", ...options } as object)).rejects.toThrow(message);
  });

  it("is asked of models of two towers alone", async () => {
    await using classifier = await loadModel("cifar10");
    await expect(explain(classifier, { image, labels })).rejects.toThrow(
      /give the picture alone, or a model of two towers/,
    );
    await expect(loadModel(folder("clip"), { task: "similarity" })).rejects.toThrow(
      /its files say zero-shot-image, image-text/,
    );
  });

  it("is asked on the command line, of a picture and of a folder", async () => {
    const photos = await tempFolder({ "a.ppm": asPpm(image), "b.ppm": asPpm(image) });
    const common = ["explain", "--model", folder("clip"), "--labels", "a cat, a dog", "--method", "random", "--json"];
    const one = await runCli([...common, "--image", `${photos}/a.ppm`, "--task", "zero-shot-image"]);
    expect(one.code).toBe(0);
    expect(JSON.parse(one.stdout)).toMatchObject({ layout: "grid", target: { label: "a dog" } });
    const all = await runCli([...common, "--input", photos]);
    expect(all.code).toBe(0);
    expect(all.stdout.trim().split("\n")).toHaveLength(2);
    const words = await runCli([
      "explain",
      "--model",
      folder("clip"),
      "--image",
      `${photos}/a.ppm`,
      "--text",
      "a cat",
      "--side",
      "text",
      "--json",
    ]);
    expect(JSON.parse(words.stdout)).toMatchObject({ layout: "text", input: { text: "a cat" } });
    const query = await runCli(["explain", "--image", `${photos}/a.ppm`, "--query", "a cat"]);
    expect(query).toMatchObject({ code: 2 });
  });
});

it("builds SigLIP with a classifier as transformers does", async () => {
  const files = (file: string) => readFileSync(`${folder("siglip-classifier")}/${file}`);
  const reference = {
    config: files("config.json").toString(),
    weights: files("model.safetensors"),
    reference: files("reference.safetensors"),
  };
  expect(await checkFamily(siglip, reference, { runtime: createNodeRuntime() })).toHaveLength(6);
});

/** A picture as a file that needs no library. */
const asPpm = ({ width: wide, height: high, data }: RgbImage): Uint8Array =>
  Buffer.concat([Buffer.from(`P6 ${wide} ${high} 255\n`), data]);

/** @file Small random models in the layout of transformers.js, one for each task, as folders by the name that a pipeline gives. */

import { readdirSync, readFileSync } from "node:fs";
import { encodeModel } from "@calig/core/internal/onnx/encode";
import { headFiles } from "./head-models.ts";
import { onnxExports, readExport } from "./onnx-exports.ts";
import type { Files } from "./temp-folder.ts";
import { TINY_CONFIG } from "./tiny-bert.ts";
import { tinyTokenizer } from "./tiny-tokenizer.ts";
import { tinyVitFiles } from "./tiny-vit.ts";

const FIXTURES = new URL("../fixtures/", import.meta.url);
const fixture = (path: string): Uint8Array => readFileSync(new URL(path, FIXTURES));

const texts: Files = { "tokenizer.json": tinyTokenizer(), "tokenizer_config.json": "{}" };
const config = (fields: object): Files => ({ "config.json": JSON.stringify({ ...TINY_CONFIG, ...fields }) });
const ENTAILMENT = { 0: "contradiction", 1: "neutral", 2: "entailment" };

const withoutWeights = (files: Files): Files =>
  Object.fromEntries(Object.entries(files).filter(([name]) => name !== "model.safetensors"));

/** transformers.js does nothing to pictures that is not stated; transformers knows what each kind of model does. */
function stated(): Files {
  const { "preprocessor_config.json": text } = tinyVitFiles();
  const steps = { do_resize: true, do_rescale: true, do_normalize: true };
  return { "preprocessor_config.json": JSON.stringify({ ...JSON.parse(String(text)), ...steps }) };
}

function tokens(): Files {
  const exported = onnxExports().find(({ name }) => name === "bert, tokens, legacy exporter");
  if (exported === undefined) throw new Error("no export of a classifier of tokens");
  const { config: own } = exported.reference;
  return { ...texts, "config.json": JSON.stringify(own), "onnx/model.onnx": encodeModel(readExport(exported)) };
}

/** A model that fills masks, or finds answers in texts. */
function placed(kind: "masked" | "span"): Files {
  const reference = JSON.parse(readFileSync(new URL("../golden/placed.json", import.meta.url), "utf8"));
  const { bert } = reference[kind === "span" ? "spans" : kind];
  return {
    ...withoutWeights(headFiles("three", {})),
    "config.json": JSON.stringify(bert.config),
    "onnx/model.onnx": fixture(`placed/${kind}.onnx`),
  };
}

function words(): Files {
  const folder = new URL("decoders/past-llama/", FIXTURES);
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => /\.\w+$/.test(name));
  return Object.fromEntries(names.map((name) => [name, fixture(`decoders/past-llama/${name}`)]));
}

/** Files of all of them: "some-one/classes/config.json". */
export function pipelineModels(): Files {
  const bert = fixture("onnx/bert-legacy-17-eager.onnx");
  const { other: _, ...similar } = JSON.parse(
    readFileSync(new URL("../golden/similarity.json", import.meta.url), "utf8"),
  );
  const pooling = similar.cases["mean, normalized"].files as Readonly<Record<string, object>>;
  const models: Readonly<Record<string, Files>> = {
    classes: {
      ...texts,
      ...config({}),
      "onnx/model.onnx": bert,
      "onnx/model_quantized.onnx": fixture("onnx/bert-q8.onnx"),
    },
    entailment: {
      ...texts,
      // Without its name transformers.js does not say which of two texts a token is of.
      "tokenizer_config.json": JSON.stringify({ tokenizer_class: "BertTokenizer" }),
      ...config({ id2label: ENTAILMENT, label2id: invert(ENTAILMENT) }),
      "onnx/model.onnx": bert,
    },
    tokens: tokens(),
    words: words(),
    pictures: { ...withoutWeights(tinyVitFiles()), ...stated(), "onnx/model.onnx": fixture("onnx/vit-legacy-14.onnx") },
    masked: placed("masked"),
    answers: placed("span"),
    meaning: {
      ...withoutWeights(headFiles("three", { architectures: ["BertModel"] })),
      ...Object.fromEntries(Object.entries(pooling).map(([name, content]) => [name, JSON.stringify(content)])),
      "onnx/model.onnx": fixture("similarity/encoder.onnx"),
    },
  };
  return Object.fromEntries(
    Object.entries(models).flatMap(([name, files]) =>
      Object.entries(files).map(([path, content]) => [`some-one/${name}/${path}`, content]),
    ),
  );
}

const invert = (labels: Readonly<Record<number, string>>) =>
  Object.fromEntries(Object.entries(labels).map(([index, label]) => [label, Number(index)]));

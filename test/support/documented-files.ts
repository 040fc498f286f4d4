/** @file The files that the pages speak of, small: models of every kind by the names that they have there, tables, pictures. */

import { readdirSync, readFileSync } from "node:fs";
import { encodeSafetensors } from "@calig/core/internal/checkpoint/safetensors";
import { parquetWriteBuffer } from "hyparquet-writer";
import { codeBlocks } from "./code-blocks.ts";
import { hashedParameter } from "./hashed-weights.ts";
import { headFiles } from "./head-models.ts";
import { pipelineModels } from "./pipeline-models.ts";
import type { Files } from "./temp-folder.ts";
import { TINY_CONFIG, tinyBertFiles, tinyTensors } from "./tiny-bert.ts";
import { tinyVitFiles } from "./tiny-vit.ts";

const FIXTURES = new URL("../fixtures/", import.meta.url);
const read = (path: string): Uint8Array => readFileSync(new URL(path, FIXTURES));

const below = (folder: string, files: Files): Files =>
  Object.fromEntries(Object.entries(files).map(([path, content]) => [`${folder}/${path}`, content]));

const pipelines = pipelineModels();
const ofPipeline = (name: string): Files =>
  Object.fromEntries(
    Object.entries(pipelines).flatMap(([path, content]) =>
      path.startsWith(`some-one/${name}/`) ? [[path.slice(`some-one/${name}/`.length), content]] : [],
    ),
  );

const LABELS = { 0: "negative", 1: "positive", 2: "neutral" };

/** A classifier of sentiment, as the built-in one. */
const sentiment = (): Files => ({
  ...tinyBertFiles(),
  "config.json": JSON.stringify({ ...TINY_CONFIG, id2label: LABELS }),
});

function towers(): Files {
  const folder = new URL("towers/clip/", FIXTURES);
  const names = readdirSync(folder).filter((name) => name.includes("."));
  return Object.fromEntries(names.map((name) => [name, readFileSync(new URL(name, folder))]));
}

/** A cross-encoder: one output. */
const relevance = (): Files => ({
  ...tinyBertFiles(),
  "config.json": JSON.stringify({ ...TINY_CONFIG, id2label: { 0: "LABEL_0" } }),
  "model.safetensors": encodeSafetensors(
    tinyTensors().map(([name, [first = 1, ...rest]]) => {
      const shape = [name.startsWith("classifier") ? 1 : first, ...rest];
      return { name, dtype: "float32" as const, shape, data: hashedParameter(name, shape) };
    }),
  ),
});

/** A model that labels tokens. */
const entities = (): Files =>
  headFiles("three", {
    architectures: ["BertForTokenClassification"],
    id2label: { 0: "B-ORG", 1: "I-LOC", 2: "B-LOC" },
  });

/** One of its words is the one that pages ask for. */
function masked(): Files {
  const { "tokenizer.json": tokenizer, ...files } = ofPipeline("masked");
  return {
    ...files,
    "tokenizer.json": Buffer.from(tokenizer ?? [])
      .toString()
      .replace('"people"', '"capital"'),
  };
}

/** Of the model in the cache. */
const COMMIT = "0123456789abcdef0123456789abcdef01234567";
const TEMPLATE = "{% for message in messages %}{{ message.content }}\n{% endfor %}";
const REVIEWS = [
  "A gripping film",
  "Dull and far too long",
  "Not bad at all",
  "The plot is thin",
  "The acting is superb",
];
const rows = Array.from({ length: 20 }, (_, i) => ({
  text: `${REVIEWS[i % REVIEWS.length]}${i < REVIEWS.length ? "" : `, part ${i}`}`,
  label: i % 2 === 0 ? "positive" : "negative",
}));
const table = (name: string, between: string, count = rows.length): string =>
  [[name, "label"], ...rows.slice(0, count).map(({ text, label }) => [text, label])]
    .map((cells) => cells.map((cell) => `"${cell}"`).join(between))
    .join("\n");
const lines = (values: readonly object[]): string => values.map((value) => JSON.stringify(value)).join("\n");

/** All of them, by their path where commands are typed. */
export function documentedFiles(): Files {
  // As many positions as the file has.
  const config = { "config.json": JSON.stringify({ ...TINY_CONFIG, max_position_embeddings: 16, id2label: LABELS }) };
  const classes = Object.fromEntries(
    Object.entries(ofPipeline("classes")).filter(([path]) => !path.startsWith("onnx/")),
  );
  return {
    ...below("built-in/sst2", sentiment()),
    ...below("built-in/cifar10", tinyVitFiles()),
    ...below("my-bert", sentiment()),
    ...below("my-model", { ...ofPipeline("classes"), ...config }),
    ...below("hub/models--my-name--my-model", {
      "refs/main": COMMIT,
      ...below(`snapshots/${COMMIT}`, sentiment()),
    }),
    ...below("my-bert-onnx", ofPipeline("classes")),
    ...classes,
    ...config,
    "model.onnx": read("onnx/bert-legacy-17-eager.onnx"),
    ...below("my-vit", tinyVitFiles()),
    ...below("deit-tiny", tinyVitFiles()),
    ...below("smollm2", {
      ...ofPipeline("words"),
      "tokenizer_config.json": JSON.stringify({ chat_template: TEMPLATE }),
    }),
    ...below("all-MiniLM-L6-v2", ofPipeline("meaning")),
    ...below("nli-deberta", ofPipeline("entailment")),
    ...below("ms-marco-MiniLM", relevance()),
    ...below("bert", masked()),
    ...below("squad", ofPipeline("answers")),
    ...below("bert-ner", entities()),
    ...below("clip", towers()),
    "reviews.csv": table("text", ","),
    "reviews.jsonl": lines(rows.slice(0, 3)),
    "export.csv": `Nr,Body\n${rows
      .slice(0, 3)
      .map(({ text }, i) => `${i},"${text}"`)
      .join("\n")}`,
    "sst2_dev.tsv": table("sentence", "\t", 4).replaceAll('"', ""),
    "dev.tsv": table("text", "\t", 4).replaceAll('"', ""),
    "dev.csv": table("text", ",", 4),
    "data.csv": table("text", ","),
    "clean.csv": table("text", ","),
    "data/part.parquet": new Uint8Array(
      parquetWriteBuffer({ columnData: [{ name: "review", data: REVIEWS, type: "STRING" }] }),
    ),
    "pairs.tsv": "text\tpair\nmaria works at acme\tpeople in berlin\na nice city\tlondon is nice\n",
    "tickets.csv": "text,label\nno film,quality\nyes the end,price\n",
    "messages.json": JSON.stringify([{ role: "user", content: "The capital of France is" }]),
    "report.txt": "maria works at acme in london and he was with berlin people.",
    "rag.txt": "The car of Ivo is red.\nMilo drinks tea.\n\nThe car of Ivo is",
    "documents.json": JSON.stringify([
      { name: "cars", text: "The car of Ivo is red." },
      { name: "drinks", text: "Milo drinks tea." },
    ]),
    "answer.txt": " red",
    "labels.json": JSON.stringify({ positive: [" good"], negative: [" bad"] }),
    // As docs/decoders.md shows one.
    "prompts.jsonl": lines(
      codeBlocks().flatMap(({ page, language, text }) =>
        page === "docs/decoders.md" && language === "json" ? [JSON.parse(text) as object] : [],
      ),
    ),
  };
}

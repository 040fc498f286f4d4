/** @file Heads of all kinds in ONNX files: logits are found wherever they are, and what has none is refused with what it holds. */

import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { Feeds } from "@calig/core/internal/runtime/runtime";
import type { Tensor } from "@calig/core/internal/tensor/tensor";
import { logitsOf, streamOf } from "@calig/core/internal/transformer/anatomy";
import { AnatomyError, explain, loadModel, UnsupportedModelError, verify } from "@calig/node";
import { describe, expect, it } from "vitest";
import "../support/matchers.ts";
import { useTempFolders } from "../support/temp-folder.ts";
import { tinyTokenizer } from "../support/tiny-tokenizer.ts";

const FOLDER = new URL("../fixtures/onnx/heads/", import.meta.url);
const golden = JSON.parse(readFileSync(new URL("heads.json", FOLDER), "utf8")) as {
  readonly ids: readonly (readonly number[])[];
  readonly logits: Readonly<Record<string, readonly number[]>>;
};

const tempFolder = useTempFolders();
const EXPORTERS = ["legacy", "dynamo"] as const;

const load = async (name: string, config?: object) =>
  loadModel(
    await tempFolder({
      "model.onnx": gunzipSync(readFileSync(new URL(`${name}.onnx.gz`, FOLDER))),
      "tokenizer.json": tinyTokenizer(),
      ...(config === undefined ? {} : { "config.json": JSON.stringify(config) }),
    }),
  );

/** The stored text for each input by its role, none masked. */
function feeds({ ids, mask, typeIds }: { ids?: string; mask?: string; typeIds?: string }, row: number): Feeds {
  const own = golden.ids[row] ?? [];
  const tensor = (values: readonly number[]): Tensor => ({
    dtype: "int64",
    shape: [1, values.length],
    data: BigInt64Array.from(values, BigInt),
  });
  return Object.fromEntries(
    [
      [ids, tensor(own)] as const,
      [mask, tensor(own.map(() => 1))] as const,
      [typeIds, tensor(own.map(() => 0))] as const,
    ].flatMap(([name, value]) => (name === undefined ? [] : [[name, value]])),
  );
}

const classifiers = Object.keys(golden.logits).flatMap((name) =>
  EXPORTERS.map((exporter) => [name, exporter] as const),
);

describe.each(classifiers)("%s, %s exporter", (name, exporter) => {
  it("gives the logits of PyTorch, and a map that adds up", async () => {
    await using model = await load(`${name}-${exporter}`);
    const expected = golden.logits[name] ?? [];
    const found: number[] = [];
    for (const row of golden.ids.keys()) {
      const { logits } = await model.programs.forward(feeds(streamOf(model.anatomy).inputs, row));
      found.push(...logits.data);
    }
    expect(found).toBeAllClose(expected, { rtol: 1e-4, atol: 1e-5 });
    expect(logitsOf(model.anatomy).per).toBe(/token|flattened/.test(name) ? "token" : "input");
    const { completeness, warnings } = await explain(model, "no film, yes the film");
    expect(completeness?.relativeError).toBeLessThan(0.01);
    // The vocabulary knows few words. One output without a word of what it is has a warning of its own.
    const others = warnings.filter(({ code }) => !code.includes("unknown"));
    expect(others).toHaveLength(name === "squeezed" ? 1 : 0);
  });
});

it.each(["flattened-states", "loss", "squeezed", "probabilities-too"])(
  "%s: verify compares the logits with those of the file",
  async (name) => {
    await using model = await load(`${name}-legacy`);
    const { checks } = await verify(model, { checks: ["logits"] });
    expect(checks.map(({ status }) => status)).toEqual(["pass"]);
  },
);

/** What the error says of files that hold no logits of classes. */
const REFUSED: readonly (readonly [name: string, message: RegExp, type?: unknown])[] = [
  ["hidden", /no classification head.* "x" \[batch, tokens, 8\]: hidden states of every position/],
  ["hidden-of-modernbert", /"x" \[batch, tokens, 8\]: hidden states of every position/],
  ["hidden-of-t5", /"x" \[batch, .*, 8\]: hidden states of every position/],
  ["hidden-and-pooled", /"last_hidden_state" .*: hidden states .*; "pooler_output" \[batch, 8\]: one vector for the whole input/],
  ["mean", /"x" \[batch, 8\]: one vector for the whole input/],
  ["mean-of-length-1", /"x" \[batch, 8\]: one vector for the whole input/],
  ["pooled", /"x" \[batch, 8\]: one vector for the whole input/],
  ["projected", /"text_embeds" \[batch, 8\]: one vector for the whole input/],
  ["words-and-next-sentence", /head of another task .*"seq_relationship_logits" \[batch, 2\]: .*"prediction_logits" .*: scores of all words/],
  ["replaced-tokens", /"logits" \[batch, tokens\]: one number for every token/],
  ["choices", /"input_ids" has shape \[batch, 2, .*\], .*chooses among several texts/, AnatomyError],
]; // biome-ignore format: one table

it.each(
  EXPORTERS.flatMap((exporter) => [
    ["words", exporter, "masked-token"] as const,
    ["answers", exporter, "span"] as const,
  ]),
)("%s, %s exporter: a question of its own", async (name, exporter, kind) => {
  await using model = await load(`${name}-${exporter}`);
  expect(model.anatomy.outputs.map((output) => output.kind)).toEqual([kind]);
});

const files = REFUSED.flatMap((row) => EXPORTERS.map((exporter) => [row[0], exporter, row] as const));

describe.each(files)("%s, %s exporter", (name, exporter, [, message, type = UnsupportedModelError]) => {
  it("is refused with what the file offers", async () => {
    const loading = load(`${name}-${exporter}`);
    await expect(loading).rejects.toThrow(message);
    await expect(loading).rejects.toBeInstanceOf(type);
  });
});

describe("with config.json", () => {
  const labels = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [i, `class ${i}`]));
  const bert = { model_type: "bert", max_position_embeddings: 20 };

  it("hidden states are refused though it names a classifier with as many classes as they are wide", async () => {
    const config = { ...bert, architectures: ["BertForSequenceClassification"], id2label: labels(8) };
    await expect(load("hidden-legacy", config)).rejects.toThrow(/hidden states of every position/);
    await expect(load("mean-legacy", config)).rejects.toThrow(/one vector for the whole input/);
  });

  it("as many classes as the model is wide are classes", async () => {
    await using model = await load("classifier-as-wide-as-the-model-legacy", { ...bert, id2label: labels(8) });
    expect(model.labels).toHaveLength(8);
  });

  it("as many classes as there are words, or vectors of some name, are classes where it names them", async () => {
    await using words = await load("words-legacy", { ...bert, id2label: labels(40) });
    expect(words.facts.task).toBe("token-classification");
    await using projected = await load("projected-legacy", { ...bert, id2label: labels(8) });
    expect(projected.facts.task).toBe("text-classification");
  });

  it("a head of another task is refused with what the file holds, and the way out where it may classify", async () => {
    const hidden = load("hidden-legacy", { ...bert, architectures: ["BertModel"] });
    await expect(hidden).rejects.toThrow(
      /config.json says it is a BertModel. The file's outputs: "x" .*: hidden states/,
    );
    const classifier = load("loss-legacy", { ...bert, architectures: ["BertModel"] });
    await expect(classifier).rejects.toThrow(
      /"logits" \[batch, 3\]: what could be .*name it in "architectures" of config.json/,
    );
  });
});

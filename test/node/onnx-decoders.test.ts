/** @file Decoders in ONNX files: the layouts that they come in, what is said of those that are not explained, and a checkpoint's numbers. */

import { readFileSync } from "node:fs";
import { createModel } from "@calig/core/internal/onnx/create-model";
import { decodeModel } from "@calig/core/internal/onnx/decode";
import { encodeModel } from "@calig/core/internal/onnx/encode";
import { int, type Node } from "@calig/core/internal/onnx/model";
import { explain, loadModel, UnsupportedModelError, verify } from "@calig/node";
import { describe, expect, it } from "vitest";
import { type Files, useTempFolders } from "../support/temp-folder.ts";
import "../support/matchers.ts";

const tempFolder = useTempFolders();

const FOLDER = "test/fixtures/decoders";
const read = (path: string): Uint8Array => readFileSync(`${FOLDER}/${path}`);
const QUESTION = { prompt: "A gripping, beautifully shot film that", answer: " forgets to end." };
const LOG_PROBABILITY = -22.93389;

const tokenizer: Files = { "tokenizer.json": read("past-llama/tokenizer.json") };
const config = (fields: object): Files => ({ "config.json": JSON.stringify({ model_type: "llama", ...fields }) });
const withPast = read("past-llama/onnx/model.onnx");
const CAUSAL = config({ architectures: ["LlamaForCausalLM"], max_position_embeddings: 64 });

const genai = (fields: object): string =>
  JSON.stringify({ model: { context_length: 48, decoder: { filename: "decoder.onnx" }, ...fields } });

/** A model of onnxruntime-genai under another name, without config.json. */
const genaiFiles = (change: (node: Node) => Node = (node) => node): Files => {
  const { graph, opsets } = decodeModel(read("genai-llama-int4/model.onnx"));
  return {
    ...tokenizer,
    "genai_config.json": genai({}),
    "decoder.onnx": encodeModel(createModel({ ...graph, nodes: graph.nodes.map(change) }, opsets)),
    "model.onnx.data": read("genai-llama-int4/model.onnx.data"),
  };
};

describe("layouts", () => {
  it.each(["decoder_with_past_model.onnx", "onnx/decoder_model_merged_fp16.onnx"])("%s", async (path) => {
    await using model = await loadModel(await tempFolder({ ...tokenizer, ...CAUSAL, [path]: withPast }));
    const { target } = await explain(model, QUESTION, { method: "gradient-x-input" });
    expect(target.score).toBeCloseTo(LOG_PROBABILITY, 4);
  });

  it("genai_config.json names the file and how many tokens it reads", async () => {
    await using model = await loadModel(await tempFolder(genaiFiles()));
    expect(model.tokenizer?.maxLength).toBe(48);
    const { predictions } = await explain(model, QUESTION.prompt, { method: "gradient-x-input" });
    expect(predictions[0]).toMatchObject({ index: 264 });
  });
});

it("has a checkpoint's evidence in every block, and the logits of its file", async () => {
  await using checkpoint = await loadModel(`${FOLDER}/llama`);
  await using model = await loadModel(`${FOLDER}/past-llama`);
  const [expected, found] = [await explain(checkpoint, QUESTION), await explain(model, QUESTION)];
  for (const [block, { relevance }] of found.blocks.entries()) {
    expect(Array.from(relevance)).toBeAllClose(Array.from(expected.blocks[block]?.relevance ?? []), {
      rtol: 1e-3,
      atol: 1e-6,
    });
  }
  const { checks } = await verify(model, { checks: ["logits", "masks"] });
  expect(checks.map(({ name, status }) => [name, status])).toEqual([
    ["logits", "pass"],
    ["masks", "not-applicable"],
  ]);
});

const refused: readonly (readonly [string, () => Files, RegExp])[] = [
  ["halves of an encoder-decoder", () => ({ ...CAUSAL, "onnx/encoder_model.onnx": withPast, "onnx/decoder_model_merged.onnx": withPast }), /it is an encoder-decoder \("onnx\/encoder_model.onnx"/],
  ["a decoder that attends to an encoder", () => {
    const { graph, opsets } = decodeModel(withPast);
    const encoded = { name: "encoder_hidden_states", dtype: "float32", shape: ["batch", "encoded", 32] } as const;
    return { ...CAUSAL, "model.onnx": encodeModel(createModel({ ...graph, inputs: [...graph.inputs, encoded] }, opsets)) };
  }, /it is the decoder of an encoder-decoder, .* \(it reads "encoder_hidden_states"\)/],
  ["a chain of graphs", () => ({ ...genaiFiles(), "genai_config.json": genai({ decoder: { pipeline: [] } }) }), /genai_config.json says that it is a chain of graphs/],
  ["a model that sees, too", () => ({ ...genaiFiles(), "genai_config.json": genai({ vision: {} }) }), /it has a part for "vision" besides its decoder/],
  ["attention with a sink", () => genaiFiles((node) =>
    node.opType === "GroupQueryAttention" ? { ...node, attributes: { ...node.attributes, smooth_softmax: int(1) } } : node,
  ), /GroupQueryAttention ".*" left as it is: its softmax is smooth \(smooth_softmax\)/],
]; // biome-ignore format: one table

it.each(refused)("refuses %s", async (_, files, message) => {
  const loading = loadModel(await tempFolder(files()));
  await expect(loading).rejects.toThrow(message);
  if (!message.source.includes("smooth")) await expect(loading).rejects.toThrow(UnsupportedModelError);
});

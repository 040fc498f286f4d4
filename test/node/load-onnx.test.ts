/** @file ONNX models from folders and files: the layouts, what an explanation of them says, and what broken ones say. */

import { readFileSync } from "node:fs";
import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { createModel } from "@calig/core/internal/onnx/create-model";
import { decodeModel } from "@calig/core/internal/onnx/decode";
import { encodeModel } from "@calig/core/internal/onnx/encode";
import type { Graph, StoredTensor } from "@calig/core/internal/onnx/model";
import { streamOf } from "@calig/core/internal/transformer/anatomy";
import {
  AnatomyError,
  CheckpointError,
  type Explanation,
  explain,
  InvalidOptionError,
  inspectModel,
  loadModel,
  OnnxParseError,
  UnsupportedModelError,
} from "@calig/node";
import { describe, expect, it } from "vitest";
import "../support/matchers.ts";
import { runCli } from "../support/run-cli.ts";
import { scramble } from "../support/scramble.ts";
import { syntheticPicture } from "../support/synthetic-picture.ts";
import { type Files, useTempFolders } from "../support/temp-folder.ts";
import { tinyBertFiles } from "../support/tiny-bert.ts";
import { tinyTokenizer } from "../support/tiny-tokenizer.ts";

const tempFolder = useTempFolders();
const TEXT = "no film, yes the film";

const fixture = (name: string): Uint8Array => readFileSync(new URL(`../fixtures/onnx/${name}.onnx`, import.meta.url));
const tokenizer: Files = { "tokenizer.json": tinyTokenizer() };
const bertConfig = (fields: object = {}) => ({
  "config.json": JSON.stringify({ model_type: "bert", max_position_embeddings: 20, ...fields }),
});

/** A model file around a changed graph of a fixture. */
function changed(name: string, change: (graph: Graph) => Graph): Uint8Array {
  const { graph, opsets } = decodeModel(fixture(name));
  return encodeModel(createModel(change(graph), opsets));
}

/** The graph with the bytes of its float tensors in one side file, behind `start` other bytes. */
function withSideFile(name: string, location: string, start = 0): Files {
  const parts: Uint8Array[] = [new Uint8Array(start)];
  let offset = start;
  const model = changed(name, (graph) => ({
    ...graph,
    initializers: graph.initializers.map((tensor): StoredTensor => {
      const { storage } = tensor;
      if (storage.kind !== "bytes" || tensor.dtype !== "float32") return tensor;
      parts.push(storage.bytes);
      const place = { kind: "external" as const, location, offset, length: storage.bytes.length };
      offset += storage.bytes.length;
      return { ...tensor, storage: place };
    }),
  }));
  return { "model.onnx": model, [location]: Buffer.concat(parts) };
}

const numbersOf = ({ attribution, predictions, blocks }: Explanation) => [
  ...attribution,
  ...predictions.map(({ logit }) => logit),
  ...blocks.flatMap(({ relevance, attentionEvidence }) => [...relevance, ...attentionEvidence]),
];

function expectSame(found: Explanation, wanted: Explanation): void {
  expect(found.features).toEqual(wanted.features);
  expect(numbersOf(found)).toBeAllClose(numbersOf(wanted), { rtol: 1e-3, atol: 2e-5 });
}

describe("loadModel() of a folder with ONNX files", () => {
  it("explains an export as the checkpoint it was made of", async () => {
    const files = tinyBertFiles();
    const folder = await tempFolder(files);
    await using checkpoint = await loadModel(folder);
    // The export is the graph that calig builds itself, with every name replaced and the checkpoint as its side file.
    const { graph, opsets } = checkpoint.transformer;
    const model = encodeModel(createModel(scramble(graph).graph, opsets));
    const { "model.safetensors": weights = "", ...others } = files;
    const exported = await tempFolder({ ...others, "onnx/model.onnx": model, "onnx/model.safetensors": weights });
    await using onnx = await loadModel(exported);
    expect(onnx.facts).toMatchObject({ family: "bert", task: "text-classification", blocks: 2, heads: 4, width: 16 });
    expect(onnx.labels).toEqual(["no", "perhaps", "yes"]);
    expect(onnx.tokenizer?.maxLength).toBe(64);
    expect(onnx.weights.parameters).toBe(checkpoint.weights.parameters);
    for (const options of [{}, { baseline: "mean", score: "margin", fusion: "additive" }] as const) {
      expectSame(await explain(onnx, "A plain text.", options), await explain(checkpoint, "A plain text.", options));
    }
  });

  it("explains the exports of both exporters alike, whatever the layout and where the weights are", async () => {
    const wanted = await explainWith(await tempFolder({ ...tokenizer, "model.onnx": fixture("bert-legacy-17-eager") }));
    const folders: Files[] = [
      { ...tokenizer, "model.onnx": fixture("bert-legacy-14") },
      { ...tokenizer, "onnx/model.onnx": fixture("bert-dynamo-18") },
      { ...tokenizer, ...bertConfig(), "onnx/model.onnx": fixture("bert-dynamo-23") },
      { ...tokenizer, "anything.onnx": fixture("bert-fused") },
      { ...tokenizer, ...withSideFile("bert-legacy-14", "model.onnx_data", 3) },
    ];
    for (const files of folders) expectSame(await explainWith(await tempFolder(files)), wanted);
  });

  it("reads inputs of other types: int32, and a mask of truth values", async () => {
    const retyped = changed("bert-legacy-14", (graph) => ({
      ...graph,
      inputs: graph.inputs.map((input) =>
        input.name === "attention_mask" ? { ...input, dtype: "bool" } : { ...input, dtype: "int32" },
      ),
    }));
    const wanted = await explainWith(await tempFolder({ ...tokenizer, "model.onnx": fixture("bert-legacy-14") }));
    expectSame(await explainWith(await tempFolder({ ...tokenizer, "model.onnx": retyped })), wanted);
  });

  it("leaves large weights in their files", async () => {
    const inline = await tempFolder({ ...tokenizer, "model.onnx": fixture("bert-legacy-14") });
    const beside = await tempFolder({ ...tokenizer, ...withSideFile("bert-legacy-14", "weights.bin") });
    for (const [folder, location] of [
      [inline, "model.onnx"],
      [beside, "weights.bin"],
    ] as const) {
      await using model = await loadModel(folder);
      const large = model.transformer.graph.initializers.filter(({ shape }) => shape.join() === "32,32");
      expect(large.length).toBeGreaterThan(10);
      for (const { storage } of large) expect(storage).toMatchObject({ kind: "external", location });
    }
  });

  it("follows links into download caches", async () => {
    const { "model.onnx": model = "", data = "" } = withSideFile("bert-legacy-14", "data");
    const blobs = await tempFolder({ "blobs/1": model, "blobs/2": data });
    const folder = await tempFolder(tokenizer);
    await symlink(join(blobs, "blobs/1"), join(folder, "model.onnx"));
    await symlink(join(blobs, "blobs/2"), join(folder, "data"));
    expect((await explainWith(folder)).blocks).toHaveLength(2);
  });

  it("takes the checkpoint where there is one, and an ONNX file where a dtype is asked for", async () => {
    const folder = await tempFolder({ ...tinyBertFiles(), ...tokenizer, "onnx/model.onnx": fixture("bert-legacy-14") });
    await using checkpoint = await loadModel(folder);
    expect(checkpoint.file).toBeUndefined();
    // Both have 3 classes, and only the ONNX file has blocks of width 32.
    await using onnx = await loadModel(folder, { dtype: "fp32" });
    expect(onnx.file).toBe(join(folder, "onnx/model.onnx"));
    expect(onnx.facts.width).toBe(32);
  });

  it("takes the ONNX file of a family that calig does not build", async () => {
    const config = bertConfig({ model_type: "newbert" });
    const folder = await tempFolder({
      ...tokenizer,
      ...config,
      "model.onnx": fixture("bert-legacy-14"),
      "model.safetensors": "",
    });
    await using model = await loadModel(folder);
    expect(model.facts.family).toBe("newbert");
    expect(model.tokenizer?.maxLength).toBe(20);
  });

  it("names classes by number and finds the longest text where no configuration says them", async () => {
    await using bert = await loadModel(await tempFolder({ ...tokenizer, "model.onnx": fixture("bert-legacy-14") }));
    expect(bert.labels).toEqual(["LABEL_0", "LABEL_1", "LABEL_2"]);
    expect(bert.facts.family).toBe("unknown");
    expect(bert.tokenizer?.maxLength).toBe(20);
    // RoBERTa counts positions from the row behind that of padding.
    await using roberta = await loadModel(
      await tempFolder({ ...tokenizer, "model.onnx": fixture("roberta-legacy-14") }),
    );
    expect(roberta.tokenizer?.maxLength).toBe(18);
  });

  it("takes the path of a file, with its tokenizer and configuration beside it or one folder up", async () => {
    const folder = await tempFolder({ ...tokenizer, "onnx/model_x.onnx": fixture("bert-legacy-14"), "model.onnx": "" });
    await using model = await loadModel(join(folder, "onnx/model_x.onnx"));
    expect(model.folder).toBe(folder);
    expect((await explain(model, TEXT)).blocks).toHaveLength(2);
  });

  it("explains images as the file of another exporter does", async () => {
    const size = { height: 16, width: 16 };
    const preprocessor = {
      "preprocessor_config.json": JSON.stringify({ size, image_processor_type: "ViTImageProcessor" }),
    };
    const image = syntheticPicture(20, 20);
    const explained: Explanation[] = [];
    // The sizes of pictures are open in files of transformers.js.
    const open = changed("vit-legacy-14", (graph) => ({
      ...graph,
      inputs: graph.inputs.map((input) => ({ ...input, shape: ["batch_size", "num_channels", "height", "width"] })),
    }));
    for (const model of [fixture("vit-dynamo-18"), fixture("vit-legacy-14"), open]) {
      await using vit = await loadModel(await tempFolder({ ...preprocessor, "model.onnx": model }));
      expect(vit.facts).toMatchObject({ task: "image-classification", blocks: 2, heads: 4, width: 32 });
      expect(streamOf(vit.anatomy).patches).toEqual({ rows: 2, columns: 2, patch: 8, specialTokens: 1 });
      explained.push(await explain(vit, { image }, { steps: 4 }));
    }
    for (const other of explained.slice(1)) expectSame(other, explained[0] as Explanation);
  });
});

async function explainWith(folder: string): Promise<Explanation> {
  await using model = await loadModel(folder);
  return explain(model, TEXT, { steps: 4 });
}

describe("loadModel() of quantised files", () => {
  const files: Files = {
    ...tokenizer,
    "onnx/model_fp16.onnx": fixture("bert-fp16"),
    "onnx/model_quantized.onnx": fixture("bert-int8"),
    "onnx/model_q4.onnx": fixture("bert-q4"),
  };

  it("takes the best there is unless told otherwise", async () => {
    const folder = await tempFolder(files);
    await using best = await loadModel(folder);
    expect(best.file).toBe(join(folder, "onnx/model_fp16.onnx"));
    expect(best.warnings).toEqual([]);
    await using q4 = await loadModel(folder, { dtype: "q4" });
    expect(q4.file).toBe(join(folder, "onnx/model_q4.onnx"));
  });

  it("warns in every explanation how far float32 moves the logits", async () => {
    await using model = await loadModel(await tempFolder(files), { dtype: "q8" });
    const { warnings, blocks } = await explain(model, TEXT, { baseline: "mean", steps: 4 });
    const message = warnings.find(({ code }) => code === "dequantised")?.message ?? "";
    const [, moved, largest] =
      /"model_quantized.onnx" is quantised.* at most ([\d.e-]+) .* is ([\d.e-]+)\)/.exec(message) ?? [];
    expect(Number(moved)).toBeGreaterThan(0);
    expect(Number(moved)).toBeLessThan(0.1 * Number(largest));
    for (const { completeness } of blocks) expect(completeness.relativeError).toBeLessThan(0.01);
  });

  it("lists the types there are when another is asked for", async () => {
    const loading = loadModel(await tempFolder(files), { dtype: "bnb4" });
    await expect(loading).rejects.toThrow(/dtype "bnb4": .* use one of "fp16", "q8", "q4"$/);
    await expect(loading).rejects.toBeInstanceOf(InvalidOptionError);
    const wrong = loadModel(await tempFolder(files), { dtype: "q9" as "q8" });
    await expect(wrong).rejects.toThrow(/Unknown dtype "q9": use one of "fp32"/);
  });
});

/** What the files are, and what the error says. */
const BROKEN: readonly (readonly [what: string, files: () => Files, message: RegExp, type: unknown])[] = [
  ["a model that is none", () => ({ "model.onnx": "not a model" }), /not an ONNX file|no ONNX graph/, OnnxParseError],
  [
    "several files without a name that tells",
    () => ({ "a.onnx": "", "b.onnx": "" }),
    /"a.onnx", "b.onnx", none named model.onnx; give the path/,
    CheckpointError,
  ],
  [
    "a missing side file",
    () => ({ ...tokenizer, "model.onnx": withSideFile("bert-legacy-14", "model.onnx_data")["model.onnx"] ?? "" }),
    /there is no "model.onnx_data"; put all of its files side by side/,
    CheckpointError,
  ],
  [
    "a truncated side file",
    () => ({ ...tokenizer, ...withSideFile("bert-legacy-14", "data"), data: new Uint8Array(100) }),
    /"data" has 100 bytes, the model needs \d+: it is truncated/,
    CheckpointError,
  ],
  [
    "a side file outside of the folder",
    () => ({ ...tokenizer, "model.onnx": withSideFile("bert-legacy-14", "../data")["model.onnx"] ?? "" }),
    /"..\/data" leads out of the folder/,
    CheckpointError,
  ],
  ...[".", "./", "folder", "folder/"].map((location): (typeof BROKEN)[number] => [
    `a folder in the place of a side file (${location})`,
    () => ({
      ...tokenizer,
      "model.onnx": withSideFile("bert-legacy-14", location)["model.onnx"] ?? "",
      "folder/other": new Uint8Array(2 ** 20),
    }),
    /"\.?\/?(folder\/?)?" is a folder; put all of its files side by side/,
    CheckpointError,
  ]),
  ...["/dev/zero", "/etc/passwd"].map((location): (typeof BROKEN)[number] => [
    `a side file at an absolute path (${location})`,
    () => ({ ...tokenizer, "model.onnx": withSideFile("bert-legacy-14", location)["model.onnx"] ?? "" }),
    /leads out of the folder of the model/,
    CheckpointError,
  ]),
  [
    "other labels than the file has classes",
    () => ({ ...tokenizer, ...bertConfig({ id2label: { 0: "a", 1: "b" } }), "model.onnx": fixture("bert-legacy-14") }),
    /"id2label" names 2 classes, the logits of the ONNX file are 3/,
    CheckpointError,
  ],
  [
    "no tokenizer",
    () => ({ "model.onnx": fixture("bert-legacy-14") }),
    /there is no "tokenizer.json", no "vocab.txt"/,
    CheckpointError,
  ],
  [
    "a model for another task",
    () => ({ ...bertConfig({ architectures: ["BertForMaskedLM"] }), "model.onnx": fixture("bert-legacy-14") }),
    /config.json says it is a BertForMaskedLM/,
    UnsupportedModelError,
  ],
  [
    "a model for another task, before its side file is looked for",
    () => ({
      ...bertConfig({ architectures: ["BertForMaskedLM"] }),
      "model.onnx": withSideFile("bert-legacy-14", "model.onnx_data")["model.onnx"] ?? "",
    }),
    /config.json says it is a BertForMaskedLM. The file's outputs: "logits"/,
    UnsupportedModelError,
  ],
  [
    "a fixed length",
    () => ({ ...tokenizer, "model.onnx": fixture("bert-fixed") }),
    /exported for texts of exactly 7 tokens; export it with dynamic axes/,
    UnsupportedModelError,
  ],
  [
    "a model without attention",
    () => ({
      ...tokenizer,
      "model.onnx": changed("bert-legacy-17-eager", (graph) => ({
        ...graph,
        nodes: graph.nodes.map((node) =>
          node.opType === "Softmax" ? { ...node, opType: "HardSwish", attributes: {} } : node,
        ),
      })),
    }),
    /What stands in the way: attention: .*0 of 0 softmaxes are attention/,
    AnatomyError,
  ],
];

describe("errors of loadModel()", () => {
  it.each(BROKEN)("refuses %s and says what to do", async (_, files, message, type) => {
    const loading = loadModel(await tempFolder(files()));
    await expect(loading).rejects.toThrow(message);
    await expect(loading).rejects.toBeInstanceOf(type);
  });
});

describe("inspection of ONNX files", () => {
  it("tells what was found and rewritten", async () => {
    await using model = await loadModel(await tempFolder({ ...tokenizer, "model.onnx": fixture("bert-fused") }));
    const { anatomy, inputs, notes, warnings, dtypes, readout } = inspectModel(model);
    expect(anatomy).toHaveLength(2);
    expect(inputs).toEqual({ ids: "input_ids", mask: "attention_mask", typeIds: "token_type_ids" });
    expect(notes.join()).toMatch(/written out/);
    expect({ warnings, dtypes, readout }).toEqual({ warnings: [], dtypes: ["float32"], readout: "first" });
  });

  it("is printed by calig inspect", async () => {
    const folder = await tempFolder({ ...tokenizer, "model_quantized.onnx": fixture("bert-int8") });
    const { code, stdout } = await runCli(["inspect", "--model", folder, "--dtype", "q8"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/token ids input_ids, mask attention_mask, types token_type_ids/);
    expect(stdout).toMatch(/Rewritten/);
    expect(stdout).toMatch(/Warning: The model "model_quantized.onnx" is quantised/);
  });
});

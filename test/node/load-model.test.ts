/** @file Loading models from folders: what works, and what every kind of broken folder says. */

import { symlink } from "node:fs/promises";
import { join } from "node:path";
import {
  builtinModels,
  CheckpointError,
  explain,
  InvalidOptionError,
  inspectModel,
  loadModel,
  UnsupportedModelError,
} from "@calig/node";
import { describe, expect, it } from "vitest";
import { useTempFolders } from "../support/temp-folder.ts";
import { TINY_CONFIG, tinyBertFiles } from "../support/tiny-bert.ts";

const tempFolder = useTempFolders();

/** A folder of the tiny model with some files replaced. */
async function folderWith(changes: Readonly<Record<string, string | Uint8Array>>, leaveOut: readonly string[] = []) {
  return tempFolder({ ...tinyBertFiles(leaveOut), ...changes });
}

/** What the source is, how it is made, and what the error says. */
const BROKEN: readonly (readonly [what: string, make: () => Promise<string>, message: RegExp])[] = [
  [
    "a name that is nothing",
    async () => "no-such-model",
    /no such folder, and no built-in model of that name; built in: "sst2"/,
  ],
  [
    "a file",
    async () => join(await tempFolder({ "model.bin": "x" }), "model.bin"),
    /it is a file; give an .onnx or a .gguf file/,
  ],
  [
    "an empty folder",
    () => tempFolder(),
    /the folder is empty; give the folder of a Hugging Face model: config.json, model.safetensors/,
  ],
  ["a config that is not JSON", () => folderWith({ "config.json": "{" }), /"config.json": it is not valid JSON/],
  [
    "no tokenizer",
    async () => {
      const { "tokenizer.json": _, ...files } = tinyBertFiles();
      return tempFolder(files);
    },
    /there is no "tokenizer.json", no "vocab.txt" and no "vocab.json".* python -c "from transformers/,
  ],
  [
    "no weights",
    async () => {
      const { "model.safetensors": _, ...files } = tinyBertFiles();
      return tempFolder(files);
    },
    /there is no file "model.safetensors"/,
  ],
  [
    "truncated weights",
    () => folderWith({ "model.safetensors": (tinyBertFiles()["model.safetensors"] as Uint8Array).slice(0, 100_000) }),
    /truncated/,
  ],
  [
    "a missing tensor",
    () => folderWith({}, ["bert.pooler.dense.bias", "classifier.weight"]),
    /"bert.pooler.dense.bias" is missing.*"classifier.weight" is missing/,
  ],
  [
    "a config of other sizes",
    () => folderWith({ "config.json": JSON.stringify({ ...TINY_CONFIG, intermediate_size: 48 }) }),
    /has shape \[32, 16\], wanted \[48, 16\]/,
  ],
];

describe("loadModel()", () => {
  it("loads a Hugging Face folder as it is and explains with it", async () => {
    await using model = await loadModel(await tempFolder(tinyBertFiles()));
    expect(model.facts).toMatchObject({ family: "bert", task: "text-classification", blocks: 2, heads: 4, width: 16 });
    expect(model.labels).toEqual(["no", "perhaps", "yes"]);
    const { blocks, predictions } = await explain(model, "An ordinary sentence.", { target: "perhaps" });
    expect(predictions).toHaveLength(3);
    for (const { completeness } of blocks) expect(completeness.relativeError).toBeLessThanOrEqual(0.01);
  });

  it("follows links to the files, as download caches lay them out", async () => {
    const files = tinyBertFiles();
    const blobs = await tempFolder({ abc123: files["model.safetensors"] as Uint8Array });
    const { "model.safetensors": _, ...others } = files;
    const folder = await tempFolder(others);
    await symlink(join(blobs, "abc123"), join(folder, "model.safetensors"));
    await using model = await loadModel(folder);
    expect((await explain(model, "Fine.", { steps: 2 })).blocks).toHaveLength(2);
  });

  it("warns about texts beyond the model's limit and explains the rest", async () => {
    await using model = await loadModel(await tempFolder(tinyBertFiles()));
    const { warnings, features } = await explain(model, "word ".repeat(500), { steps: 1, longText: "truncate" });
    expect(features).toHaveLength(64);
    expect(warnings.find((warning) => warning.code === "truncated")?.message).toMatch(/502 tokens, the model reads 64/);
  });

  it.each(BROKEN)("refuses %s and says what to do", async (_, source, message) => {
    const loading = loadModel(await source());
    await expect(loading).rejects.toThrow(message);
    await expect(loading).rejects.toBeInstanceOf(CheckpointError);
  });

  it("refuses a family it does not build and lists those it does", async () => {
    const folder = await folderWith({ "config.json": JSON.stringify({ ...TINY_CONFIG, model_type: "unheard" }) });
    const loading = loadModel(folder);
    await expect(loading).rejects.toThrow(/type "unheard": calig builds bert, .*vit/);
    await expect(loading).rejects.toBeInstanceOf(UnsupportedModelError);
  });

  it("says of kinds of models that are no such Transformers what they are", async () => {
    const folder = await folderWith({ "config.json": JSON.stringify({ ...TINY_CONFIG, model_type: "rwkv" }) });
    await expect(loadModel(folder)).rejects.toThrow(/type "rwkv": it is a recurrent \(state-space\) model/);
  });

  it("refuses an activation it does not know", async () => {
    const folder = await folderWith({ "config.json": JSON.stringify({ ...TINY_CONFIG, hidden_act: "swoosh" }) });
    await expect(loadModel(folder)).rejects.toThrow(/activation "swoosh"; calig knows gelu/);
  });

  it("refuses a number of threads that is none", async () => {
    await expect(loadModel("sst2", { threads: 0 })).rejects.toBeInstanceOf(InvalidOptionError);
  });
});

describe("explain()", () => {
  it.each([
    [{ target: "maybe" }, /Cannot find target "maybe": .* classes "no" \(#0\), "perhaps" \(#1\), "yes" \(#2\)/],
    [{ target: 3 }, /Cannot find target 3: .* the classes "no" \(#0\), "perhaps" \(#1\), "yes" \(#2\)/],
    [{ target: "yes", against: "yes" }, /against itself/],
    [{ steps: 0 }, /steps 0: give a whole number from 1/],
    [{ tolerance: 0 }, /tolerance 0/],
    [{ lambda: 2 }, /lambda 2: give a number from 0 to 1/],
    [{ layers: [2] }, /block 2: the model has blocks 0 to 1/],
    [{ memory: 0 }, /memory 0: give a size such as/],
    [{ method: "magic" }, /Unknown method "magic": use one of "ca-lig", "integrated-gradients"/],
  ] as const)("refuses %o", async (options, message) => {
    await using model = await loadModel(await tempFolder(tinyBertFiles()));
    await expect(explain(model, "Text.", options)).rejects.toThrow(message);
  });

  it("stops when it is aborted", async () => {
    await using model = await loadModel(await tempFolder(tinyBertFiles()));
    await expect(explain(model, "Text.", { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
  });
});

describe("inspectModel() and builtinModels()", () => {
  it("tell what the built-in model is", async () => {
    await using model = await loadModel("sst2");
    const { operators, warnings, blocks, maxLength, specialTokens, memory } = inspectModel(model);
    expect({ blocks, maxLength, mask: specialTokens.mask }).toEqual({ blocks: 6, maxLength: 512, mask: "[MASK]" });
    expect(operators.filter((operator) => operator.status === "missing")).toEqual([]);
    expect(warnings).toEqual([]);
    // Half precision, converted once for each of two programs; 4 x 128 x (26 x 384 + 4 x 12 x 128) bytes in 6 blocks.
    expect(memory.weights).toBe(22_713_986 * 4 * 2);
    expect(memory.runs[1]).toMatchObject({ positions: 128, point: 49_545_216 });
    const [builtin] = builtinModels();
    expect(builtin?.metrics.sha256).toBe(model.facts.sha256);
    expect(builtin?.metrics.accuracy).toBeGreaterThanOrEqual(0.9);
  });
});

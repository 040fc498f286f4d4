/** @file Quantised checkpoints: the logits of the weights that the libraries dequantise, or a refusal by name. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseConfig } from "@calig/core/internal/checkpoint/config";
import {
  encodeSafetensors,
  type NamedTensor,
  parseSafetensorsHeader,
  safetensorsHeaderLength,
} from "@calig/core/internal/checkpoint/safetensors";
import { anyWeights, checkpointWeights } from "@calig/core/internal/loading/checkpoint-weights";
import { readContents } from "@calig/core/internal/loading/contents";
import { asFloat32 } from "@calig/core/internal/loading/float32-weights";
import { memoryStore } from "@calig/core/internal/loading/memory-store";
import { prepareWeights } from "@calig/core/internal/loading/prepare-weights";
import { readStoredTensor } from "@calig/core/internal/onnx/external-data";
import { viewBytes } from "@calig/core/internal/tensor/dtype";
import { explain, loadModel } from "@calig/node";
import { diskStore } from "@calig/node/internal/node/disk-store";
import { scratchFile } from "@calig/node/internal/node/scratch-file";
import { describe, expect, it } from "vitest";
import { useTempFolders } from "../support/temp-folder.ts";
import { tinyBertFiles } from "../support/tiny-bert.ts";

const tempFolder = useTempFolders();
const FIXTURES = fileURLToPath(new URL("../fixtures/quantised", import.meta.url));

interface Reference {
  readonly texts: readonly string[];
  readonly cases: Readonly<Record<string, readonly (readonly number[])[]>>;
}
const reference = JSON.parse(readFileSync(join(FIXTURES, "reference.json"), "utf8")) as Reference;

const read = (path: string) => new Uint8Array(readFileSync(join(FIXTURES, path)));
const filesOf = (name: string) => ({
  "config.json": read(`${name}/config.json`),
  "model.safetensors": read(`${name}/model.safetensors`),
  "tokenizer.json": read("tokenizer.json"),
  "tokenizer_config.json": read("tokenizer_config.json"),
});

/** Logits of both texts by class, and the warnings. */
async function explained(folder: string) {
  await using model = await loadModel(folder);
  const explanations = [];
  for (const text of reference.texts) explanations.push(await explain(model, text, { method: "saliency" }));
  return {
    logits: explanations.map(({ predictions }) =>
      [...predictions].sort((a, b) => a.index - b.index).map(({ logit }) => logit),
    ),
    warnings: explanations.flatMap(({ warnings }) => warnings),
  };
}

/** A fixture with another configuration, or other tensors. */
async function changed(
  name: string,
  settings: object | undefined,
  change: (tensors: NamedTensor[]) => readonly NamedTensor[] = (tensors) => tensors,
) {
  const { "config.json": config, "model.safetensors": weights, ...files } = filesOf(name);
  const { quantization_config: own, ...rest } = JSON.parse(new TextDecoder().decode(config)) as Record<string, object>;
  const stated = settings === undefined ? rest : { ...rest, quantization_config: { ...own, ...settings } };
  return tempFolder({
    ...files,
    "config.json": JSON.stringify(stated),
    "model.safetensors": encodeSafetensors(change(tensorsOf(weights))),
  });
}

function tensorsOf(bytes: Uint8Array): NamedTensor[] {
  const length = safetensorsHeaderLength(bytes.subarray(0, 8), bytes.length, "");
  const { tensors } = parseSafetensorsHeader(bytes.subarray(8, 8 + length), bytes.length, "");
  return [...tensors.values()].map(({ name, dtype, shape, offset, length: size }) => ({
    name,
    dtype,
    shape,
    data: viewBytes(dtype, bytes.slice(offset, offset + size)),
  }));
}

describe("a quantised checkpoint", () => {
  const cases = readdirSync(FIXTURES, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  it("has a reference in every form", () => {
    expect(cases.map(({ name }) => name).sort()).toEqual(Object.keys(reference.cases).sort());
  });

  it.each(cases.map(({ name }) => name))("%s gives the logits of the library's weights, and says so", async (name) => {
    const { logits, warnings } = await explained(await tempFolder(filesOf(name)));
    for (const [t, wanted] of (reference.cases[name] ?? []).entries()) {
      expect(Float32Array.from(logits[t] ?? [])).toBeAllClose(Float32Array.from(wanted), { rtol: 1e-4, atol: 1e-4 });
    }
    expect(warnings).toContainEqual(
      expect.objectContaining({ code: "quantised-weights", message: expect.stringMatching(/weight = .* float32/) }),
    );
  });

  it.each(cases.map(({ name }) => name))("%s is the same in memory as in a file", async (name) => {
    const folder = await tempFolder(filesOf(name));
    const config = parseConfig(JSON.stringify(JSON.parse(new TextDecoder().decode(read(`${name}/config.json`)))), name);
    const inMemory = memoryStore({
      name,
      paths: ["model.safetensors"],
      read: async (path) => (path === "model.safetensors" ? read(`${name}/${path}`) : undefined),
    });
    const converted = [];
    for (const store of [diskStore(folder), inMemory]) {
      const weights = await checkpointWeights(await anyWeights(await readContents(store)));
      const { source, derived } = await prepareWeights(weights.source, config, weights.read);
      const names = [...source.names];
      converted.push(await asFloat32({ ...weights, source }, { names, derived }, () => scratchFile()));
    }
    const [onDisk, found] = converted as [(typeof converted)[0], (typeof converted)[0]];
    for (const tensor of onDisk.source.names) {
      const wanted = await readStoredTensor(onDisk.source.get(tensor), onDisk.read);
      expect((await readStoredTensor(found.source.get(tensor), found.read)).data, tensor).toEqual(wanted.data);
    }
    for (const { release } of converted) await release();
  });

  it.each(["bitsandbytes-int8", "bitsandbytes-nf4", "quanto-int8", "compressed-packed"])(
    "%s is told by its tensors alone",
    async (name) => {
      const { logits } = await explained(await changed(name, undefined));
      expect(logits).toEqual((await explained(await tempFolder(filesOf(name)))).logits);
    },
  );

  it.each([
    [
      "another method",
      "gptq-4",
      { quant_method: "aqlm" },
      /quantised by "aqlm", as tensor .* shows; calig dequantises/,
    ],
    ["GPTQ without its settings", "gptq-4", undefined, /no "quantization_config" that says how/],
    ["int8 with scales and no settings", "compressed-int8", undefined, /no "quantization_config" that says how/],
    ["bits that nobody packs", "gptq-4", { bits: 5 }, /\(GPTQ\): 5 bits; calig reads 2, 3, 4 and 8/],
    ["another layout of AWQ", "awq", { version: "gemv" }, /"version" is "gemv"; calig reads "gemm"/],
    ["a method that does not fit the tensors", "awq", { quant_method: "bitsandbytes" }, /knows no formula for these/],
  ])("refuses %s", async (_, name, settings, message) => {
    await expect(loadModel(await changed(name, settings))).rejects.toThrow(message);
  });

  it("refuses scales that it does not read, and layers laid out for a graphics card", async () => {
    const query = "bert.encoder.layer.0.attention.self.query";
    const second = { name: `${query}.weight_scale_2`, dtype: "float32", shape: [1], data: Float32Array.of(2) } as const;
    const more = await changed("compressed-int8", {}, (tensors) => [...tensors, second]);
    await expect(loadModel(more)).rejects.toThrow(/it has "weight_scale_2" besides, which calig does not read/);
    const laid = await changed("bitsandbytes-int8", {}, (tensors) =>
      tensors.map((own) => (own.name.endsWith(".weight_format") ? { ...own, data: Uint8Array.of(2) } : own)),
    );
    await expect(loadModel(laid)).rejects.toThrow(/"weight_format" is not 0/);
  });

  it("refuses weights of 8 bits whose scales are gone", async () => {
    const without = (part: string) => (tensors: NamedTensor[]) => tensors.filter(({ name }) => !name.endsWith(part));
    const int8 = await changed("compressed-int8", {}, without(".weight_scale"));
    await expect(loadModel(int8)).rejects.toThrow(/query\.weight" is stored as int8, wanted floating-point weights/);
    const fp8 = await changed("fp8-blocks", {}, without(".weight_scale_inv"));
    await expect(loadModel(fp8)).rejects.toThrow(/it is float8e4m3fn and has no scale beside it/);
  });
});

describe("a checkpoint of plain weights", () => {
  it("that names a quantisation is explained with a warning", async () => {
    const { "config.json": config, ...files } = tinyBertFiles();
    const stated = { ...(JSON.parse(config as string) as object), quantization_config: { quant_method: "hqq" } };
    const { warnings } = await explained(await tempFolder({ ...files, "config.json": JSON.stringify(stated) }));
    expect(warnings).toContainEqual(
      expect.objectContaining({ message: expect.stringMatching(/"hqq"\), but they are plain floating-point numbers/) }),
    );
  });
});

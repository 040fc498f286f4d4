/** @file What people give for a model: files of other formats, names, folders around models, broken downloads. Each is named, with the way out. */

import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { encodeSafetensors } from "@calig/core/internal/checkpoint/safetensors";
import { loadModel } from "@calig/node";
import { describe, expect, it } from "vitest";
import { hashedParameter } from "../support/hashed-weights.ts";
import { useTempFolders } from "../support/temp-folder.ts";
import { tinyBertFiles, tinyTensors } from "../support/tiny-bert.ts";

const tempFolder = useTempFolders();
const WEIGHTS = "model.safetensors";
const POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n";

/** The tiny model with files put in the place of its weights. */
function without(files: Readonly<Record<string, string | Uint8Array>>) {
  const { [WEIGHTS]: _, ...rest } = tinyBertFiles();
  return tempFolder({ ...rest, ...files });
}

describe("a folder with weights in another format", () => {
  it.each([
    ["pytorch_model.bin", /"pytorch_model\.bin", weights pickled by PyTorch: convert them .*weights_only=True/],
    ["pytorch_model-00001-of-00002.bin", /weights pickled by PyTorch in several files: .*save_pretrained/],
    ["tf_model.h5", /weights of TensorFlow: .*from_tf=True/],
    ["flax_model.msgpack", /weights of Flax: .*from_flax=True/],
    ["best.pt", /a file pickled by PyTorch/],
    ["epoch3.ckpt", /a file pickled by PyTorch/],
    ["model.onnx_data", /the weights of an ONNX file: give the \.onnx file/],
    ["model.tflite", /a model of TensorFlow/],
    ["model.mlmodel", /a model of Core ML/],
    ["openvino_model.bin", /a model of OpenVINO/],
    ["model.engine", /a program of TensorRT/],
    ["model.keras", /a model of Keras/],
    ["model.tar.gz", /an archive: unpack it/],
    ["consolidated.safetensors", /weights under the names of the original code/],
  ])("names %s and the way out, beside config.json and alone", async (name, message) => {
    await expect(loadModel(await without({ [name]: "x" }))).rejects.toThrow(message);
    await expect(loadModel(await tempFolder({ [name]: "x" }))).rejects.toThrow(message);
    const file = join(await tempFolder({ [name]: "x" }), name);
    const isPart = name.endsWith(".safetensors");
    await expect(loadModel(file)).rejects.toThrow(isPart ? /it is a file of a model; give its folder/ : message);
  });

  it("is read where the weights are there in both", async () => {
    await using model = await loadModel(await tempFolder({ ...tinyBertFiles(), "pytorch_model.bin": "x" }));
    expect(model.facts.blocks).toBe(2);
  });

  it("is read where its only safetensors file has another name, and refused where there are two", async () => {
    const weights = tinyBertFiles()[WEIGHTS] as Uint8Array;
    await using model = await loadModel(await without({ "model.fp32.safetensors": weights }));
    expect(model.facts.blocks).toBe(2);
    const two = await without({ "a.safetensors": weights, "b.safetensors": weights });
    await expect(loadModel(two)).rejects.toThrow(
      /there are "a\.safetensors", "b\.safetensors", none of which is called/,
    );
  });
});

describe("a weights file that is something else", () => {
  it.each([
    ["a pointer of Git LFS", POINTER, /Git LFS pointer, not the file itself; fetch it with "git lfs pull"/],
    ["an empty file", "", /the file is empty, too few for a safetensors file; download it again/],
    ["a web page", "<!DOCTYPE html><html></html>", /it is a web page/],
    ["an error of a server", '{"error": "Repository not found"}', /it is JSON, perhaps the error of a server/],
    ["a file of PyTorch", "PK\x03\x04aaaaaaaaaaaa", /it is a zip archive, as PyTorch writes its files/],
    ["a GGUF file", "GGUF\x03\0\0\0\xff\xff", /it is a GGUF file/],
    ["zeros", "\0".repeat(64), /it begins with zeros: the download is incomplete/],
    ["what gzip packed", gzipSync("weights"), /it is packed by gzip; unpack it/],
  ])("is named: %s", async (_, content, message) => {
    await expect(loadModel(await without({ [WEIGHTS]: content }))).rejects.toThrow(message);
  });

  it.each([["config.json"], ["tokenizer_config.json"]])("is named in the place of %s", async (file) => {
    const folder = await tempFolder({ ...tinyBertFiles(), [file]: POINTER });
    await expect(loadModel(folder)).rejects.toThrow(/Git LFS pointer/);
  });
});

describe("shards", () => {
  const FILES = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"] as const;
  /** Two shards and their index; `move` says which shard a tensor is really in. */
  function shards(move: (name: string, shard: number) => readonly number[]) {
    const tensors = tinyTensors().map(([name, shape], i) => ({ name, shape, shard: i % 2 }));
    const file = (wanted: number) =>
      encodeSafetensors(
        tensors
          .filter(({ name, shard }) => move(name, shard).includes(wanted))
          .map(({ name, shape }) => ({ name, dtype: "float32", shape, data: hashedParameter(name, shape) })),
      );
    const map = Object.fromEntries(tensors.map(({ name, shard }) => [name, FILES[shard]]));
    return without({
      "model.safetensors.index.json": JSON.stringify({ weight_map: map }),
      [FILES[0]]: file(0),
      [FILES[1]]: file(1),
    });
  }

  it("are refused where one is missing, lacks a tensor, or holds one that another has", async () => {
    const missing = await shards((_, shard) => [shard]);
    rmSync(join(missing, FILES[0]));
    await expect(loadModel(missing)).rejects.toThrow(/names 2 files, and there is no file "model-00001-of-00002/);
    const lacking = await shards((name, shard) => (name === "classifier.bias" ? [] : [shard]));
    await expect(loadModel(lacking)).rejects.toThrow(/promises tensors that are not there, "classifier\.bias" in/);
    const twice = await shards((name, shard) => (name === "classifier.bias" ? [0, 1] : [shard]));
    await expect(loadModel(twice)).rejects.toThrow(
      /tensor "classifier\.bias" is in ".*" and in ".*"; the shards are of/,
    );
  });
});

describe("a source that is no model", () => {
  it.each([
    [
      "bert-base-uncased",
      /If it is the name of a model on a hub: calig fetches nothing.*hf download bert-base-uncased/,
    ],
    ["org/name", /hf download org\/name/],
    ["https://example.org/model", /it is an address; calig fetches nothing/],
    ["/nowhere/at/all", /there is no such folder, and no built-in model of that name/],
  ])("is told to be one: %s", async (source, message) => {
    await expect(loadModel(source)).rejects.toThrow(message);
  });

  it("tells the folder of a model below, and that of a file", async () => {
    const folder = await tempFolder(tinyBertFiles());
    const outer = await tempFolder();
    mkdirSync(join(outer, "snapshots"));
    renameSync(folder, join(outer, "snapshots/abc"));
    await expect(loadModel(outer)).rejects.toThrow(/there is a model below it, give ".*snapshots\/abc"/);
    const file = join(outer, "snapshots/abc/config.json");
    await expect(loadModel(file)).rejects.toThrow(/it is a file of a model; give its folder, ".*snapshots\/abc"/);
    writeFileSync(join(outer, "notes.txt"), "");
    await expect(loadModel(join(outer, "notes.txt"))).rejects.toThrow(
      /it is a file; give an \.onnx or a \.gguf file, or the folder/,
    );
  });
});

/** @file The least that explains in a browser: the same numbers as with everything, and nothing else in its bundle. */

import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { bert } from "@calig/core/families/bert";
import { FAMILIES } from "@calig/core/internal/transformer/families";
import { createNodeRuntime } from "@calig/node/internal/runtime/onnxruntime-node";
import { explain, loadModel as loadAny } from "@calig/web";
import { loadModel, type MinimalLoadOptions, text } from "@calig/web/minimal";
import { expect, it } from "vitest";
import { modulesOf } from "../support/bundle.ts";
import { tinyBertFiles } from "../support/tiny-bert.ts";
import { tinyVitFiles } from "../support/tiny-vit.ts";

const runtime = createNodeRuntime();
const minimal = (families: MinimalLoadOptions["families"]) => ({ families, modalities: [text], runtime });

it("gives the numbers of loadModel() of @calig/web, of a family as an object and of one that is loaded when it is needed", async () => {
  const told = async (model: Awaited<ReturnType<typeof loadAny>>) => {
    const { attribution, predictions, model: facts } = await explain(model, "no film, yes the end", { steps: 3 });
    await model.dispose();
    return { attribution, predictions, facts };
  };
  const expected = await told(await loadAny(tinyBertFiles(), { runtime }));
  const onDemand = { name: bert.name, modelTypes: bert.modelTypes, load: async () => bert };
  for (const family of [bert, onDemand])
    expect(await told(await loadModel(tinyBertFiles(), minimal([family])))).toEqual(expected);
});

it("refuses what it was not given, and says where that is", async () => {
  await expect(loadModel(tinyVitFiles(), minimal([bert]))).rejects.toThrow(
    /Cannot build a model of type "vit": calig builds bert from checkpoints here; .* give a family that builds it in "families"/,
  );
  const onnx = { "model.onnx": await readFile(new URL("../fixtures/onnx/bert-legacy-17-eager.onnx", import.meta.url)) };
  await expect(loadModel(onnx, minimal([bert]))).rejects.toThrow(
    /Cannot load "model.onnx" in "model": it is an ONNX file, and checkpoints of the families that were given are read here/,
  );
  await expect(loadModel(tinyBertFiles(), { runtime } as never)).rejects.toThrow(
    /Cannot load a model without "families"/,
  );
  await expect(loadModel(tinyBertFiles(), { runtime, families: [bert], modalities: [] })).rejects.toThrow(
    /Cannot load a model without "modalities".* as text/,
  );
});

it("has no other family in its bundle, and no reader of ONNX files", async () => {
  const modules = await modulesOf(fileURLToPath(new URL("pages/minimal.ts", import.meta.url)));
  const families = modules.filter((module) => module.startsWith("core/src/transformer/families/"));
  expect(families).toEqual(["core/src/transformer/families/bert.ts"]);
  const rooms = ["canonical", "modality/image", "transformer/locate", "loading/load-onnx.ts", "onnx/decode.ts"];
  expect(modules.filter((module) => rooms.some((room) => module.startsWith(`core/src/${room}`)))).toEqual([]);
});

it("knows families by what they build: the list and their code say the same", async () => {
  for (const { name, modelTypes, load } of FAMILIES) {
    const family = await load();
    expect([family.name, family.modelTypes]).toEqual([name, modelTypes]);
  }
});

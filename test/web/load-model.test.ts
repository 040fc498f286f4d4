/** @file Models that the web loader reads from bytes, held to what Node reads from the same files. The engine is the web's, in Node. */

import { readFileSync } from "node:fs";
import type { Explanation, Warning } from "@calig/core/internal/attribution/explanation";
import { encodeSafetensors } from "@calig/core/internal/checkpoint/safetensors";
import { CheckpointError, UnsupportedModelError } from "@calig/core/internal/errors";
import { DEFAULT_OPSETS, GraphBuilder } from "@calig/core/internal/graph/builder";
import { createModel } from "@calig/core/internal/onnx/create-model";
import { decodeModel } from "@calig/core/internal/onnx/decode";
import { encodeModel } from "@calig/core/internal/onnx/encode";
import type { Runtime } from "@calig/core/internal/runtime/runtime";
import { floatToHalf } from "@calig/core/internal/tensor/half";
import { floatTensor } from "@calig/core/internal/tensor/tensor";
import { loadModel as loadInNode } from "@calig/node/internal/node/load-model";
import { explain, loadModel, type WebModel } from "@calig/web";
import { createWebRuntime } from "@calig/web/internal/runtime/onnxruntime-web";
import { afterEach, describe, expect, it } from "vitest";
import { hashedParameter } from "../support/hashed-weights.ts";
import { ortWasmUrl } from "../support/ort-wasm.ts";
import { type Files, useTempFolders } from "../support/temp-folder.ts";
import { TINY_CONFIG, tinyBertFiles, tinyTensors } from "../support/tiny-bert.ts";
import { tinyTokenizer } from "../support/tiny-tokenizer.ts";
import "../support/matchers.ts";

const tempFolder = useTempFolders();
const FIXTURES = new URL("../fixtures/", import.meta.url);
/** A file of the test fixtures. */
const stored = (path: string) => new Uint8Array(readFileSync(new URL(path, FIXTURES)));
const runtime = createWebRuntime({ wasm: ortWasmUrl(), threads: 1 });
const TEXT = "no film, yes the end";

const fixture = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../fixtures/onnx/${name}.onnx`, import.meta.url)));

/** A model whose large tensors are in a side file. */
function withSideFile(model: Uint8Array, location: string): { readonly model: Uint8Array; readonly data: Uint8Array } {
  const decoded = decodeModel(model);
  const parts: Uint8Array[] = [];
  let offset = 0;
  const initializers = decoded.graph.initializers.map((tensor) => {
    if (tensor.storage.kind !== "bytes" || tensor.storage.bytes.length < 256) return tensor;
    const { bytes } = tensor.storage;
    const storage = { kind: "external", location, offset, length: bytes.length } as const;
    parts.push(bytes);
    offset += bytes.length;
    return { ...tensor, storage };
  });
  return {
    model: encodeModel({ ...decoded, graph: { ...decoded.graph, initializers } }),
    data: new Uint8Array(Buffer.concat(parts)),
  };
}

/** How far a warning says that a file's own logits lie from those of float32; 0 where it is about something else. */
const MOVE = /by at most (\S+) \(/;
const moveOf = ({ message }: Warning): number => Number(MOVE.exec(message)?.[1] ?? 0);
/** Rounding decides the last digits of it, and that of WebAssembly is not that of the machine. */
const withoutMove = (warning: Warning) => ({ ...warning, message: warning.message.replace(MOVE, "by at most ... (") });

let model: WebModel | undefined;
afterEach(async () => {
  await model?.dispose();
  model = undefined;
});

/** Explains with both. */
async function explainBoth(files: Files, dtype?: "q8"): Promise<readonly [web: Explanation, node: Explanation]> {
  const options = dtype === undefined ? {} : { dtype };
  const folder = await tempFolder(files);
  const inNode = await loadInNode(folder, options);
  const wanted = await explain(inNode, TEXT);
  await inNode.dispose();
  model = await loadModel(files, { ...options, id: inNode.facts.id, runtime });
  return [await explain(model, TEXT), wanted];
}

describe("loadModel() of calig/web", () => {
  it.each([
    { name: "a file of float32", files: { "model.onnx": fixture("bert-legacy-17-eager") }, dtype: undefined },
    { name: "the layout of transformers.js", files: { "onnx/model.onnx": fixture("bert-fused") }, dtype: undefined },
    { name: "a quantised file", files: { "onnx/model_quantized.onnx": fixture("bert-q8") }, dtype: "q8" as const },
  ])("reads $name as Node does", async ({ files, dtype }) => {
    const [web, node] = await explainBoth({ ...files, "tokenizer.json": tinyTokenizer() }, dtype);
    expect(web.model).toEqual(node.model);
    expect(web.features).toEqual(node.features);
    expect(web.warnings.map(withoutMove)).toEqual(node.warnings.map(withoutMove));
    for (const warning of web.warnings) expect(moveOf(warning)).toBeLessThan(1e-5);
    expect(web.attribution).toBeAllClose(node.attribution, { atol: 1e-4, rtol: 1e-4 });
  });

  it("reads weights in a side file", async () => {
    const side = withSideFile(fixture("bert-legacy-17-eager"), "model.onnx_data");
    const files = {
      "onnx/model.onnx": side.model,
      "onnx/model.onnx_data": side.data,
      "tokenizer.json": tinyTokenizer(),
    };
    const [web, node] = await explainBoth(files);
    expect(web.model.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(web.attribution).toBeAllClose(node.attribution, { atol: 1e-4, rtol: 1e-4 });
  });

  it("gives float32 for weights of half precision to engines that may not read those", async () => {
    const tensors = tinyTensors().map(([name, shape]) => {
      const data = hashedParameter(name, shape);
      return shape.length === 1
        ? ({ name, dtype: "float32", shape, data } as const)
        : ({ name, dtype: "float16", shape, data: floatToHalf(data) } as const);
    });
    const files = { ...tinyBertFiles(), "model.safetensors": encodeSafetensors(tensors) };
    const [, wanted] = await explainBoth(files);
    await model?.dispose();
    const dtypes = new Set<string>();
    const strict: Runtime = {
      ...runtime,
      lacksHalfPrecision: true,
      compile(program, options) {
        for (const { dtype } of decodeModel(program).graph.initializers) dtypes.add(dtype);
        return runtime.compile(program, options);
      },
    };
    model = await loadModel(files, { id: wanted.model.id, runtime: strict });
    const found = await explain(model, TEXT);
    expect(dtypes).not.toContain("float16");
    expect(found.model).toEqual(wanted.model);
    expect(found.attribution).toBeAllClose(wanted.attribution, { atol: 1e-4, rtol: 1e-4 });
  });

  it("uses the settings that were tuned for the model", async () => {
    const tuned = { version: 1, fusion: "additive", lambda: 0.25, layerWeights: "last", chosenBy: { metric: "test" } };
    model = await loadModel({ ...tinyBertFiles(), "calig.json": JSON.stringify(tuned) }, { runtime });
    const { method } = await explain(model, TEXT);
    expect(method.options).toMatchObject({ fusion: "additive", lambda: 0.25 });
  });

  it("stops when it is told to", async () => {
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(loadModel(tinyBertFiles(), { runtime, signal })).rejects.toThrow("enough");
  });

  it("merges an adapter that lies beside the weights, as Node does", async () => {
    const names = ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"];
    const files = Object.fromEntries([
      ...names.map((name) => [name, stored(`adapters/bases/bert/${name}`)] as const),
      ...["adapter_config.json", "adapter_model.safetensors"].map(
        (name) => [name, stored(`adapters/dora/${name}`)] as const,
      ),
    ]);
    const folder = await tempFolder(files);
    await using inNode = await loadInNode(folder);
    model = await loadModel(files, { runtime });
    const logits = async (own: WebModel | typeof inNode) => (await explain(own, TEXT, { steps: 2 })).predictions;
    const [web, node] = [await logits(model), await logits(inNode)];
    for (const [i, { label, logit }] of node.entries()) {
      expect(web[i]?.label).toBe(label);
      expect(web[i]?.logit).toBeCloseTo(logit, 5);
    }
    expect(model.warnings).toEqual(inNode.warnings);
    const { "config.json": _, "model.safetensors": __, ...alone } = files;
    await expect(loadModel(alone, { runtime })).rejects.toThrow(/it is an adapter of the base model "bases\/bert"/);
  });

  it("dequantises weights as Node does, and finds NaN", async () => {
    const files = Object.fromEntries([
      ...["config.json", "model.safetensors"].map(
        (name) => [name, stored(`quantised/bitsandbytes-int8/${name}`)] as const,
      ),
      ...["tokenizer.json", "tokenizer_config.json"].map((name) => [name, stored(`quantised/${name}`)] as const),
    ]);
    await using inNode = await loadInNode(await tempFolder(files));
    model = await loadModel(files, { runtime });
    const [web, node] = [await explain(model, TEXT, { steps: 2 }), await explain(inNode, TEXT, { steps: 2 })];
    expect(web.predictions[0]?.logit).toBeCloseTo(node.predictions[0]?.logit ?? Number.NaN, 5);
    expect(web.warnings.map(({ code }) => code)).toContain("quantised-weights");
    expect(await model.findNonFinite()).toEqual([]);
  });

  it("refuses weights that the engine has no room for", async () => {
    const small = { ...runtime, mostBytes: 10_000 };
    for (const files of [
      tinyBertFiles(),
      { "model.onnx": fixture("bert-legacy-17-eager"), "tokenizer.json": tinyTokenizer() },
    ]) {
      const loading = loadModel(files as Record<string, string>, { runtime: small });
      await expect(loading).rejects.toThrow(/Cannot load model .* onnxruntime-web .* ends at .*; use a smaller model/);
    }
  });

  it("says in words of browsers that a run has not enough memory", async () => {
    const builder = new GraphBuilder();
    const x = builder.input("x", "float32", [1]);
    builder.output(builder.emit("Expand", [x, builder.integers([100_000, 100_000])]), "y");
    const program = encodeModel(createModel(builder.build(), DEFAULT_OPSETS));
    const session = await runtime.compile(program, { name: "sweep" });
    await expect(session.run({ x: floatTensor([1], [1]) })).rejects.toThrow(
      /^Cannot run the sweep program: WebAssembly has not enough memory for it .* Node\.js \(calig explain, calig serve\)$/,
    );
    await session.dispose();
  });

  it("says what is missing or wrong", async () => {
    const { "model.safetensors": weights, ...others } = tinyBertFiles() as Record<string, Uint8Array | string>;
    const side = withSideFile(fixture("bert-legacy-17-eager"), "model.onnx_data");
    const onnx = { "model.onnx": side.model, "tokenizer.json": tinyTokenizer() };
    const { "tokenizer.json": _, ...untold } = tinyBertFiles() as Record<string, Uint8Array | string>;
    const cases: readonly (readonly [files: Record<string, Uint8Array | string>, message: string])[] = [
      [others, 'there is no file "model.safetensors" and no .onnx file; there are "config.json"'],
      [{ ...others, "model.safetensors": (weights as Uint8Array).subarray(0, 5000) }, "the file is truncated"],
      [onnx, 'there is no "model.onnx_data"'],
      [{ ...onnx, "model.onnx_data": side.data.subarray(0, 100) }, "it is truncated"],
      [untold, 'there is no "tokenizer.json"'],
    ];
    for (const [files, message] of cases) {
      await expect(loadModel(files, { runtime }), message).rejects.toThrow(CheckpointError);
      await expect(loadModel(files, { runtime })).rejects.toThrow(message);
    }
    const unknown = { ...others, "config.json": JSON.stringify({ ...TINY_CONFIG, model_type: "gpt9" }) };
    await expect(loadModel(unknown, { runtime })).rejects.toThrow(
      'Cannot build a model of type "gpt9": calig builds bert',
    );
    const masked = {
      "config.json": JSON.stringify({ model_type: "bert", architectures: ["BertForMaskedLM"] }),
      ...onnx,
    };
    await expect(loadModel(masked, { runtime })).rejects.toThrow(UnsupportedModelError);
    await expect(
      loadModel(tinyBertFiles() as Record<string, string>, { runtime, dtype: "q9" as never }),
    ).rejects.toThrow('Unknown dtype "q9"');
  });
});

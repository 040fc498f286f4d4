/** @file The exports of test/fixtures/onnx/exports, which tools/make_onnx_exports.py makes of the models of test/golden/parity-*.json. */

import { readdirSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { canonicalise } from "@calig/core/internal/canonical/canonicalise";
import { emptyPasts } from "@calig/core/internal/canonical/empty-pasts";
import { inferShapes } from "@calig/core/internal/graph/infer-shapes";
import { decodeModel } from "@calig/core/internal/onnx/decode";
import type { OnnxModel, StoredTensor } from "@calig/core/internal/onnx/model";
import type { TransformerGraph } from "@calig/core/internal/transformer/anatomy";
import { freeBlocks } from "@calig/core/internal/transformer/locate/free-blocks";
import { locateLanguageModel } from "@calig/core/internal/transformer/locate/language-model";
import { locateAnatomy } from "@calig/core/internal/transformer/locate/locate-anatomy";
import { givesWords } from "@calig/core/internal/transformer/locate/logits";
import { hashedParameter } from "./hashed-weights.ts";
import { type ParityCase, readParityFile } from "./parity.ts";

const FOLDER = new URL("../fixtures/onnx/exports/", import.meta.url);

/** One file, and the case whose model it is. */
export interface OnnxExport {
  /** "bert, legacy exporter"; what the file was made by last. */
  readonly name: string;
  readonly file: string;
  readonly folder: URL;
  readonly reference: ParityCase;
}

/** Case, and what made the file of its model: an exporter of PyTorch, of a decoder with keys and values; other tools. */
const MADE = /^(.*?)-((?:past-)?(?:legacy|dynamo)|genai(?:-webgpu)?|optimum)\.onnx\.gz$/;

const EXPORTERS = new Set(["legacy", "dynamo"]);

/** All of them, or those of another folder. */
export function onnxExports(folder: URL = FOLDER): readonly OnnxExport[] {
  const cases = ["text", "vision", "decoders"].flatMap((name) => readParityFile(name).cases);
  return readdirSync(folder)
    .sort()
    .map((file) => {
      const [, start, exporter] = MADE.exec(file) ?? [];
      const reference = cases.find(({ name }) => slug(name) === start);
      if (reference === undefined) throw new Error(`No case for ${file}`);
      return {
        name: `${reference.name}, ${exporter}${EXPORTERS.has(exporter ?? "") ? " exporter" : ""}`,
        file,
        folder,
        reference,
      };
    });
}

const slug = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");

/** The model as it was exported, with its weights. */
export function readExport({ file, folder, reference }: OnnxExport): OnnxModel {
  const model = decodeModel(gunzipSync(readFileSync(new URL(file, folder))));
  const initializers = model.graph.initializers.map((tensor) => withWeights(tensor, reference));
  return { ...model, graph: { ...model.graph, initializers } };
}

/** The model with the shapes of all its values stated, as exporters do. */
export function withStatedShapes(model: OnnxModel): OnnxModel {
  const types = inferShapes(model.graph, model.opsets);
  const values = model.graph.nodes.flatMap(({ outputs }) =>
    outputs.map((name) => ({ name, dtype: types.get(name)?.dtype, shape: types.get(name)?.shape })),
  );
  return { ...model, graph: { ...model.graph, values } };
}

/** The model as calig reads it. */
export const locateExport = (exported: OnnxExport): TransformerGraph => locateModel(readExport(exported));

/** A model as calig reads it. */
export function locateModel(model: OnnxModel): TransformerGraph {
  const { graph, opsets } = canonicalise(emptyPasts(model));
  return freeBlocks(
    givesWords(graph, opsets)
      ? locateLanguageModel(graph, opsets)
      : { graph, opsets, anatomy: locateAnatomy(graph, opsets) },
  );
}

/** Hashed parameters are stored as their names, "NAME^T" where they are transposed. */
function withWeights(tensor: StoredTensor, { tensors, gain }: ParityCase): StoredTensor {
  const { storage } = tensor;
  if (storage.kind !== "external") return tensor;
  const transposed = storage.location.endsWith("^T");
  const name = transposed ? storage.location.slice(0, -2) : storage.location;
  const shape = tensors.find(([own]) => own === name)?.[1] ?? [];
  const values = hashedParameter(name, shape, gain);
  const [rows = 0, columns = 0] = shape;
  const data = transposed
    ? values.map((_, i) => values[(i % rows) * columns + Math.floor(i / rows)] as number)
    : values;
  return { ...tensor, storage: { kind: "bytes", bytes: new Uint8Array(data.buffer) } };
}

/** @file The weights of an ONNX model, in its file or in files beside it: what they are, and where. Large ones stay there. */

import { CheckpointError } from "../errors.ts";
import type { Graph, StoredTensor } from "../onnx/model.ts";
import { byteSize, type DType } from "../tensor/dtype.ts";
import { elementCount } from "../tensor/tensor.ts";
import type { WeightFacts } from "./model-parts.ts";
import type { ModelStore } from "./model-store.ts";
import type { OnnxPlace } from "./onnx-place.ts";
import { type StoredFile, type WeightFiles, weightFiles } from "./weight-files.ts";

/** A graph whose large tensors are in files. */
export interface StoredGraph {
  readonly graph: Graph;
  readonly facts: WeightFacts;
  readonly files: WeightFiles;
  /** Files beside the model's, by the location that the graph gives. */
  readonly sides: ReadonlyMap<string, StoredFile>;
  /** The graph without views on the model's own bytes: large tensors as places in its file, small ones copied. */
  externalise(graph: Graph): Graph;
}

/**
 * Finds the files of all tensors of a graph. Small tensors are read, so that sizes and constants can be computed with.
 *
 * @param bytes - The contents of the model's file, on which the graph's tensors are views.
 * @throws {CheckpointError} When a file is missing or too short; lists all of them.
 */
export async function locateWeights(
  graph: Graph,
  store: ModelStore,
  { path, file }: OnnxPlace,
  bytes: Uint8Array,
): Promise<StoredGraph> {
  const sides = await sideFiles(graph, store, path.slice(0, path.lastIndexOf("/") + 1));
  const files = await weightFiles([{ store, path, file }, ...sides.values()]);
  const [own = "", ...others] = files.locations;
  const locations = new Map([...sides.keys()].map((location, i) => [location, others[i] as string] as const));
  const initializers: StoredTensor[] = [];
  for (const tensor of graph.initializers) initializers.push(await located(tensor, locations, files));
  const elements = countElements(graph);
  return {
    graph: { ...graph, initializers },
    facts: {
      bytes: bytes.byteLength + [...sides.values()].reduce((sum, { file: { size } }) => sum + size, 0),
      parameters: [...elements.values()].reduce((sum, count) => sum + count, 0),
      elements,
      sha256: files.sha256,
    },
    files,
    sides,
    externalise: (changed) => ({
      ...changed,
      initializers: changed.initializers.map((tensor) => inFile(tensor, own, bytes)),
    }),
  };
}

/** A tensor of a side file under the name that the engine finds the file by; a small one as its bytes. */
async function located(
  tensor: StoredTensor,
  locations: ReadonlyMap<string, string>,
  { read }: WeightFiles,
): Promise<StoredTensor> {
  const { dtype, shape, storage } = tensor;
  if (storage.kind !== "external") return tensor;
  const location = locations.get(storage.location) ?? storage.location;
  if (!isSmall(tensor)) return { ...tensor, storage: { ...storage, location } };
  const bytes = await read(location, storage.offset, byteSize(dtype, elementCount(shape)));
  return { ...tensor, storage: { kind: "bytes", bytes: bytes.slice() } };
}

/** Files that tensors are stored in, by the location that the graph gives. */
async function sideFiles(graph: Graph, store: ModelStore, folder: string): Promise<ReadonlyMap<string, StoredFile>> {
  const files = new Map<string, StoredFile>();
  const problems: string[] = [];
  for (const [location, end] of sideFileEnds(graph)) {
    if (/^([\\/]|[a-z]:)/i.test(location) || location.split(/[\\/]/).includes("..")) {
      problems.push(`"${location}" leads out of the folder of the model`);
      continue;
    }
    const steps = location.split("/").filter((step) => step !== "" && step !== ".");
    const path = `${folder}${steps.join("/")}`;
    const file = path === folder || location.endsWith("/") ? undefined : await store.place(path);
    if (file === undefined) {
      const isFolder = (await store.list(path.replace(/\/$/, ""))).length > 0;
      problems.push(isFolder ? `"${location}" is a folder` : `there is no "${location}"`);
    } else if (file.size < end) {
      problems.push(`"${location}" has ${file.size} bytes, the model needs ${end}: it is truncated`);
    } else files.set(location, { store, path, file, name: location });
  }
  if (problems.length === 0) return files;
  throw new CheckpointError(
    `Cannot load the weights of the ONNX model in "${store.where}": ${problems.join("; ")}; ${store.remedy ?? "put all of its files side by side, or download them again"}`,
    store.where,
  );
}

/** Tensors of whole numbers up to this size are sizes, axes and row numbers: they are read, bytes. */
const SMALL_INTEGERS = 2 ** 16;
/** Other tensors up to this size are scales and constants of formulas. */
const SMALL = 2 ** 10;

const isWhole = (dtype: DType): boolean => /^(int64|int32|bool)$/.test(dtype);

/** Whether a tensor is worth having in memory: sizes and constants are computed with. */
function isSmall({ dtype, shape }: StoredTensor): boolean {
  return byteSize(dtype, elementCount(shape)) <= (isWhole(dtype) ? SMALL_INTEGERS : SMALL);
}

/** The side files that tensors are stored in, by the location that the graph gives, and the last byte that is needed of each. */
function sideFileEnds({ initializers }: Graph): ReadonlyMap<string, number> {
  const ends = new Map<string, number>();
  for (const { dtype, shape, storage } of initializers) {
    if (storage.kind !== "external") continue;
    const end = storage.offset + (storage.length ?? byteSize(dtype, elementCount(shape)));
    ends.set(storage.location, Math.max(ends.get(storage.location) ?? 0, end));
  }
  return ends;
}

/** A tensor that is a view on the model's file as a place there; a small one as a copy, so that the file can be let go. */
function inFile(tensor: StoredTensor, location: string, file: Uint8Array): StoredTensor {
  const { storage } = tensor;
  if (storage.kind !== "bytes" || storage.bytes.buffer !== file.buffer) return tensor;
  if (isSmall(tensor)) return { ...tensor, storage: { kind: "bytes", bytes: new Uint8Array(storage.bytes) } };
  const offset = storage.bytes.byteOffset - file.byteOffset;
  return { ...tensor, storage: { kind: "external", location, offset, length: storage.bytes.byteLength } };
}

/** Elements by type, most frequent first; whole numbers of 32 bits and more, and single numbers, are no weights. */
function countElements({ initializers }: Graph): ReadonlyMap<DType, number> {
  const counts = new Map<DType, number>();
  for (const { dtype, shape } of initializers) {
    if (!isWhole(dtype) && shape.length > 0) counts.set(dtype, (counts.get(dtype) ?? 0) + elementCount(shape));
  }
  return new Map([...counts].sort((a, b) => b[1] - a[1]));
}

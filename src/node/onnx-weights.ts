/** @file The weights of an ONNX model: in its file or in files beside it. Large ones stay there, mapped by the engine. */

import { open, realpath, stat } from "node:fs/promises";
import { dirname, isAbsolute, join, relative, sep } from "node:path";
import { CheckpointError } from "../errors.ts";
import type { Graph, StoredTensor, TensorStorage } from "../onnx/model.ts";
import { byteSize, type DType } from "../tensor/dtype.ts";
import { elementCount } from "../tensor/tensor.ts";
import { commonFolder, sha256 } from "./file-places.ts";
import type { StoredWeightFacts } from "./weights.ts";

/** Tensors of whole numbers up to this size are sizes, axes and row numbers: they are read, bytes. */
const SMALL_INTEGERS = 2 ** 16;
/** Other tensors up to this size are scales and constants of formulas. */
const SMALL = 2 ** 10;

/** A graph whose large tensors are in files. */
export interface StoredGraph {
  readonly graph: Graph;
  readonly facts: StoredWeightFacts;
  /** The graph without views on the model's own bytes: large tensors as places in its file, small ones copied. */
  externalise(graph: Graph): Graph;
}

/**
 * Finds the files of all tensors of a graph, by their real paths: the engine refuses files that leave their folder, as
 * links of download caches do. Small tensors are read, so that sizes and constants can be computed with.
 *
 * @param file - The ONNX file.
 * @param bytes - Its contents, on which the graph's tensors are views.
 * @throws {CheckpointError} When a file is missing or too short; lists all of them.
 */
export async function locateWeights(graph: Graph, file: string, bytes: Uint8Array): Promise<StoredGraph> {
  const own = await realpath(file);
  const files = await sideFiles(graph, dirname(file));
  const paths = [own, ...[...files.values()].map(({ path }) => path)];
  const folder = commonFolder(paths.map((path) => dirname(path)));
  const place = (path: string) => relative(folder, path).split(sep).join("/");
  const initializers: StoredTensor[] = [];
  for (const tensor of graph.initializers) {
    if (tensor.storage.kind !== "external") initializers.push(tensor);
    else {
      const path = files.get(tensor.storage.location)?.path ?? "";
      const storage = isSmall(tensor) ? await readStorage(tensor, path) : { ...tensor.storage, location: place(path) };
      initializers.push({ ...tensor, storage });
    }
  }
  const elements = countElements(graph);
  return {
    graph: { ...graph, initializers },
    facts: {
      folder,
      bytes: bytes.byteLength + [...files.values()].reduce((sum, { size }) => sum + size, 0),
      parameters: [...elements.values()].reduce((sum, count) => sum + count, 0),
      elements,
      sha256: await sha256(paths),
    },
    externalise: (changed) => ({
      ...changed,
      initializers: changed.initializers.map((tensor) => inFile(tensor, place(own), bytes)),
    }),
  };
}

/** Files that tensors are stored in, by the location that the graph gives. */
async function sideFiles(graph: Graph, folder: string) {
  const files = new Map<string, { readonly path: string; readonly size: number }>();
  const problems: string[] = [];
  const needed = new Map<string, number>();
  for (const { dtype, shape, storage } of graph.initializers) {
    if (storage.kind !== "external") continue;
    const end = storage.offset + (storage.length ?? byteSize(dtype, elementCount(shape)));
    needed.set(storage.location, Math.max(needed.get(storage.location) ?? 0, end));
  }
  for (const [location, end] of needed) {
    if (isAbsolute(location) || location.split(/[\\/]/).includes("..")) {
      problems.push(`"${location}" leads out of the folder of the model`);
      continue;
    }
    const path = await realpath(join(folder, location)).catch(() => undefined);
    const size = path === undefined ? undefined : (await stat(path)).size;
    if (path === undefined || size === undefined) problems.push(`there is no "${location}"`);
    else if (size < end) problems.push(`"${location}" has ${size} bytes, the model needs ${end}: it is truncated`);
    else files.set(location, { path, size });
  }
  if (problems.length === 0) return files;
  throw new CheckpointError(
    `Cannot load the weights of the ONNX model in "${folder}": ${problems.join("; ")}; put all of its files side by side, or download them again`,
    folder,
  );
}

const isWhole = (dtype: DType): boolean => /^(int64|int32|bool)$/.test(dtype);

function isSmall({ dtype, shape }: StoredTensor): boolean {
  return byteSize(dtype, elementCount(shape)) <= (isWhole(dtype) ? SMALL_INTEGERS : SMALL);
}

async function readStorage({ dtype, shape, storage }: StoredTensor, path: string): Promise<TensorStorage> {
  const handle = await open(path);
  try {
    const bytes = new Uint8Array(byteSize(dtype, elementCount(shape)));
    await handle.read(bytes, 0, bytes.length, storage.kind === "external" ? storage.offset : 0);
    return { kind: "bytes", bytes };
  } finally {
    await handle.close();
  }
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

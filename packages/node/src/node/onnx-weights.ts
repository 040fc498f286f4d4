/** @file The weights of an ONNX model: in its file or in files beside it. Large ones stay there, mapped by the engine. */

import { open, realpath, stat } from "node:fs/promises";
import { dirname, isAbsolute, join, relative, sep } from "node:path";
import { CheckpointError } from "@calig/core/internal/errors";
import { countElements, inFile, isSmall, sideFileEnds } from "@calig/core/internal/loading/graph-weights";
import type { Graph, StoredTensor, TensorStorage } from "@calig/core/internal/onnx/model";
import { byteSize } from "@calig/core/internal/tensor/dtype";
import { elementCount } from "@calig/core/internal/tensor/tensor";
import { commonFolder, sha256 } from "./file-places.ts";
import type { StoredWeightFacts } from "./weights.ts";

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
  for (const [location, end] of sideFileEnds(graph)) {
    if (isAbsolute(location) || location.split(/[\\/]/).includes("..")) {
      problems.push(`"${location}" leads out of the folder of the model`);
      continue;
    }
    const path = await realpath(join(folder, location)).catch(() => undefined);
    const found = path === undefined ? undefined : await stat(path).catch(() => undefined);
    const size = found?.size ?? 0;
    if (path === undefined || found === undefined) problems.push(`there is no "${location}"`);
    else if (!found.isFile()) problems.push(`"${location}" is ${found.isDirectory() ? "a folder" : "no file"}`);
    else if (size < end) problems.push(`"${location}" has ${size} bytes, the model needs ${end}: it is truncated`);
    else files.set(location, { path, size });
  }
  if (problems.length === 0) return files;
  throw new CheckpointError(
    `Cannot load the weights of the ONNX model in "${folder}": ${problems.join("; ")}; put all of its files side by side, or download them again`,
    folder,
  );
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

/**
 * @file Weights as float32 in a temporary file, which all programs map: large ones of half precision, instead of a converted
 * copy in the memory of each program, and those that have to be computed from what is stored.
 */

import { rmSync } from "node:fs";
import { type FileHandle, mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { computeTensor, type DerivedTensor } from "@calig/core/internal/checkpoint/derived-tensor";
import { CheckpointError, isCaligError } from "@calig/core/internal/errors";
import type { StoredTensor } from "@calig/core/internal/onnx/model";
import { byteSize, viewBytes } from "@calig/core/internal/tensor/dtype";
import { toFloatTensor } from "@calig/core/internal/tensor/half";
import { elementCount } from "@calig/core/internal/tensor/tensor";
import { fileReason } from "./file-failure.ts";
import { readRangeIn } from "./read-range.ts";
import type { CheckpointWeights } from "./weights.ts";
import { writeFully } from "./write-fully.ts";

const FILE = "weights.float32";
/** Elements that are converted at once. */
const CHUNK = 2 ** 22;

export interface Float32Copy extends Pick<CheckpointWeights, "folder" | "source"> {
  /** Deletes the file. */
  release(): Promise<void>;
}

export interface CopyOptions {
  /** Tensors to copy. Default: all of them. */
  readonly names?: Iterable<string>;
  /** Tensors that are computed instead of copied, by name. */
  readonly derived?: ReadonlyMap<string, DerivedTensor>;
  /** Folder of the temporary folder. Default: the system's. */
  readonly parent?: string;
}

/**
 * Writes weights as float32 into a file in a temporary folder.
 *
 * Cost: the weights are read and written once; disk space of 4 bytes per parameter until `release`.
 *
 * @throws {CheckpointError} When a tensor is of no floating-point type, or the file cannot be written.
 */
export async function copyAsFloat32(
  weights: Pick<CheckpointWeights, "folder" | "source">,
  { names = weights.source.names, derived = new Map(), parent = tmpdir() }: CopyOptions = {},
): Promise<Float32Copy> {
  const fail = (cause: unknown) =>
    new CheckpointError(
      `Cannot convert the weights of "${weights.source.description}" to float32 in "${parent}": ${isCaligError(cause) ? cause.message : fileReason(cause)}; make room there, or set TMPDIR to another folder`,
      basename(weights.source.description),
      { cause },
    );
  const folder = await mkdtemp(join(parent, "calig-")).catch((cause: unknown) => {
    throw fail(cause);
  });
  const removeAtExit = () => rmSync(folder, { recursive: true, force: true });
  process.once("exit", removeAtExit);
  const release = async () => {
    process.off("exit", removeAtExit);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const places = await writeAll(weights, names, derived, join(folder, FILE));
    return {
      folder,
      release,
      source: {
        description: weights.source.description,
        names: weights.source.names,
        get(name) {
          const tensor = weights.source.get(name);
          const { shape } = tensor;
          const offset = places.get(name);
          if (offset === undefined) return tensor; // of no use to a program
          const length = byteSize("float32", elementCount(shape));
          return { name, dtype: "float32", shape, storage: { kind: "external", location: FILE, offset, length } };
        },
      },
    };
  } catch (cause) {
    await release();
    throw cause instanceof CheckpointError ? cause : fail(cause);
  }
}

/** Writes tensor after tensor; returns where each begins. */
async function writeAll(
  { source, folder }: Pick<CheckpointWeights, "folder" | "source">,
  names: Iterable<string>,
  derived: ReadonlyMap<string, DerivedTensor>,
  path: string,
): Promise<ReadonlyMap<string, number>> {
  const inputs = new Map<string, FileHandle>();
  const output = await open(path, "wx");
  const places = new Map<string, number>();
  let offset = 0;
  try {
    for (const name of names) {
      const computed = derived.get(name);
      if (computed !== undefined) {
        const { data } = await computeTensor(computed, readRangeIn(folder));
        await writeFully(output, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
        places.set(name, offset);
        offset += data.byteLength;
        continue;
      }
      const tensor = source.get(name);
      const { storage } = tensor;
      if (storage.kind !== "external") throw new CheckpointError(`Cannot convert tensor "${name}": it is in no file`);
      const input = inputs.get(storage.location) ?? (await open(join(folder, storage.location)));
      inputs.set(storage.location, input);
      places.set(name, offset);
      offset += await convert(tensor, storage.offset, input, output);
    }
  } finally {
    await Promise.all([output, ...inputs.values()].map((file) => file.close()));
  }
  return places;
}

/** Appends one tensor; returns the bytes written. */
async function convert(
  { name, dtype, shape }: StoredTensor,
  offset: number,
  input: FileHandle,
  output: FileHandle,
): Promise<number> {
  const count = elementCount(shape);
  for (let done = 0; done < count; done += CHUNK) {
    const elements = Math.min(CHUNK, count - done);
    const bytes = new Uint8Array(byteSize(dtype, elements));
    const { bytesRead } = await input.read(bytes, 0, bytes.length, offset + byteSize(dtype, done));
    if (bytesRead !== bytes.length) throw new CheckpointError(`Cannot read tensor "${name}": its file ends too early`);
    const { data } = toFloatTensor({ dtype, shape: [elements], data: viewBytes(dtype, bytes) });
    await writeFully(output, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return byteSize("float32", count);
}

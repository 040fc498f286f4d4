/**
 * @file Weights as float32: large ones of half precision, instead of a converted copy in the memory of each program, those
 * that the device may not read, and those that have to be computed from what is stored.
 */

import { computePieces, type DerivedTensor } from "../checkpoint/derived-tensor.ts";
import { CheckpointError, isCaligError } from "../errors.ts";
import type { ReadRange } from "../onnx/external-data.ts";
import type { StoredTensor } from "../onnx/model.ts";
import { byteSize, isFloating, viewBytes } from "../tensor/dtype.ts";
import { toFloatTensor } from "../tensor/half.ts";
import { elementCount } from "../tensor/tensor.ts";
import type { WeightSource } from "../transformer/parameters.ts";
import type { WeightPlace } from "./model-parts.ts";

/** What the engine calls the converted weights. */
export const FLOAT32_FILE = "weights.float32";
/** Elements that are converted at once. */
const CHUNK = 2 ** 22;

/** Where converted weights are put: a temporary file, or memory. */
export interface Scratch {
  /** @throws {CheckpointError} When there is no room. */
  append(bytes: Uint8Array): Promise<void>;
  /** Where the engine finds what was appended, under `FLOAT32_FILE`. */
  readonly place: WeightPlace;
  readonly read: ReadRange;
  /** Lets go of it. */
  release(): Promise<void>;
}

/** @param bytes - How much will be appended. @throws {CheckpointError} When there is no room. */
export type CreateScratch = (bytes: number) => Promise<Scratch>;

/** Weights that programs can read. */
export interface PlacedWeights {
  readonly source: WeightSource;
  readonly place: WeightPlace;
  readonly read: ReadRange;
}

export interface ConvertOptions {
  /** Tensors to convert. */
  readonly names: readonly string[];
  /** Tensors that are computed instead of converted, by name. Default: none. */
  readonly derived?: ReadonlyMap<string, DerivedTensor>;
}

/**
 * Of the tensors that programs read, those to convert: of files all of them, which have one folder, but not the positions
 * of tokens that old files list; of bytes in memory those that change.
 *
 * @param half - Whether those of half precision change.
 */
export function tensorsToConvert(
  { source, place: { weights } }: Pick<PlacedWeights, "source" | "place">,
  read: readonly string[],
  derived: ReadonlyMap<string, DerivedTensor>,
  half: boolean,
): readonly string[] {
  const floating = read.filter((name) => derived.has(name) || isFloating(source.get(name).dtype));
  if (weights === undefined) return floating;
  return floating.filter((name) => derived.has(name) || (half && /^b?float16$/.test(source.get(name).dtype)));
}

/**
 * The same weights, those that are named as float32. Where the engine maps files, a program has one folder: then all that
 * it reads has to be named.
 *
 * @param createScratch - Where those of files are put; those of bytes in memory stay there. Default: in memory.
 *
 * Cost: the tensors are read and written once; 4 bytes for each of their parameters until `release`.
 *
 * @throws {CheckpointError} When a tensor is of no floating-point type or cannot be read, or there is no room.
 */
export async function asFloat32(
  { source, place, read }: PlacedWeights,
  { names, derived = new Map() }: ConvertOptions,
  createScratch: CreateScratch = memoryScratch,
): Promise<PlacedWeights & Pick<Scratch, "release">> {
  const size = (name: string) => byteSize("float32", elementCount(source.get(name).shape));
  const create = place.weights === undefined ? createScratch : memoryScratch;
  const scratch = await create(names.reduce((sum, name) => sum + size(name), 0));
  const places = new Map<string, number>();
  let offset = 0;
  try {
    for (const name of names) {
      const computed = derived.get(name);
      if (computed === undefined) await convert(source.get(name), read, scratch);
      else for await (const values of computePieces(computed, read, CHUNK)) await scratch.append(bytesOf(values));
      places.set(name, offset);
      offset += size(name);
    }
  } catch (cause) {
    await scratch.release();
    if (!isCaligError(cause) || cause instanceof CheckpointError) throw cause;
    const message = `Cannot convert the weights of "${source.description}" to float32: ${cause.message}`;
    throw new CheckpointError(message, source.description, { cause });
  }
  // What nothing is read from any more is let go of.
  const contents = scratch.place.weights && { ...othersOf(place, source, places), ...scratch.place.weights };
  return {
    release: scratch.release,
    place: contents === undefined ? scratch.place : { weights: contents },
    read: contents === undefined ? scratch.read : readIn(contents),
    source: {
      ...source,
      get(name) {
        const tensor = source.get(name);
        const { shape } = tensor;
        const start = places.get(name);
        if (start === undefined) return tensor;
        const storage = { kind: "external", location: FLOAT32_FILE, offset: start, length: size(name) } as const;
        return { name, dtype: "float32", shape, storage };
      },
    },
  };
}

/** The files in memory that something is still read from. */
function othersOf({ weights = {} }: WeightPlace, source: WeightSource, converted: ReadonlyMap<string, number>) {
  const kept = new Set(
    [...source.names].flatMap((name) => {
      const { storage } = source.get(name);
      return converted.has(name) || storage.kind !== "external" ? [] : [storage.location];
    }),
  );
  return Object.fromEntries(Object.entries(weights).filter(([location]) => kept.has(location)));
}

function allocated(size: number): Uint8Array {
  try {
    return new Uint8Array(size);
  } catch (cause) {
    const message = `Cannot hold the weights as float32: there are no ${(size / 1e9).toFixed(1)} GB of memory in one piece; close other programs or pages, or use a smaller model`;
    throw new CheckpointError(message, FLOAT32_FILE, { cause });
  }
}

/** Appends one tensor. */
async function convert(
  { name, dtype, shape, storage }: StoredTensor,
  read: ReadRange,
  scratch: Scratch,
): Promise<void> {
  if (storage.kind !== "external") throw new CheckpointError(`Cannot convert tensor "${name}": it is in no file`);
  const count = elementCount(shape);
  for (let done = 0; done < count; done += CHUNK) {
    const elements = Math.min(CHUNK, count - done);
    const length = byteSize(dtype, elements);
    const bytes = await read(storage.location, storage.offset + byteSize(dtype, done), length);
    if (bytes.length !== length) throw new CheckpointError(`Cannot read tensor "${name}": its file ends too early`);
    await scratch.append(bytesOf(toFloatTensor({ dtype, shape: [elements], data: viewBytes(dtype, bytes) }).data));
  }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** Parts of files that are in memory. */
const readIn =
  (contents: Readonly<Record<string, Uint8Array>>): ReadRange =>
  async (location, offset, length) =>
    contents[location]?.subarray(offset, offset + length) ?? new Uint8Array();

/** Memory of this process. @throws {CheckpointError} When there is not so much of it in one piece. */
const memoryScratch: CreateScratch = async (size) => {
  const bytes = allocated(size);
  let end = 0;
  return {
    async append(part) {
      bytes.set(part, end);
      end += part.length;
    },
    place: { weights: { [FLOAT32_FILE]: bytes } },
    read: readIn({ [FLOAT32_FILE]: bytes }),
    release: async () => undefined,
  };
};

/** @file Tensors that are not stored as they are used, but computed from stored ones: dequantised, or merged with an adapter. */

import { CheckpointError } from "../errors.ts";
import { type ReadRange, readStoredTensor } from "../onnx/external-data.ts";
import type { StoredTensor } from "../onnx/model.ts";
import { type FloatTensor, floatTensor, type Tensor } from "../tensor/tensor.ts";

/** A float32 tensor and how it comes about. */
export interface DerivedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** What it is made of. */
  readonly parts: readonly (StoredTensor | DerivedTensor)[];
  /** @param parts - In the order of `parts`; floating-point numbers of 8 and 16 bits as bit patterns. */
  compute(parts: readonly Tensor[]): Float32Array;
  /** Where any run of pieces of its only part, which is bytes, can be computed alone: then it is never whole in memory. */
  readonly pieces?: {
    /** Numbers of a piece. */
    readonly elements: number;
    /** Bytes of a piece. */
    readonly bytes: number;
    compute(bytes: Uint8Array): Float32Array;
  };
}

/** As `computeTensor`, a run of pieces at a time. @param most - Numbers that are computed at once, about. */
export async function* computePieces(
  tensor: DerivedTensor,
  read: ReadRange,
  most: number,
): AsyncGenerator<Float32Array, void, undefined> {
  const { pieces, parts, name } = tensor;
  const [part] = parts;
  if (pieces === undefined || part === undefined || isDerived(part) || part.storage.kind !== "external") {
    yield (await computeTensor(tensor, read)).data;
    return;
  }
  const { location, offset, length = 0 } = part.storage;
  const step = Math.max(1, Math.floor(most / pieces.elements)) * pieces.bytes;
  for (let done = 0; done < length; done += step) {
    const wanted = Math.min(step, length - done);
    const bytes = await read(location, offset + done, wanted);
    if (bytes.length !== wanted) throw new CheckpointError(`Cannot read tensor "${name}": its file ends too early`);
    yield pieces.compute(bytes);
  }
}

const isDerived = (tensor: StoredTensor | DerivedTensor): tensor is DerivedTensor => "compute" in tensor;

/** The elements of a derived tensor. Cost: its parts are read; they and the result are in memory at once. */
export async function computeTensor({ parts, shape, compute }: DerivedTensor, read: ReadRange): Promise<FloatTensor> {
  const tensors: Tensor[] = [];
  for (const part of parts) tensors.push(await readTensor(part, read));
  return floatTensor(compute(tensors), shape);
}

/** The elements of a tensor, whether it is stored or derived. */
const readTensor = (tensor: StoredTensor | DerivedTensor, read: ReadRange): Promise<Tensor> =>
  isDerived(tensor) ? computeTensor(tensor, read) : readStoredTensor(tensor, read);

/** A derived tensor as one that is stored somewhere: its name, type and shape are known before it is computed. */
export const placeholder = ({ name, shape }: DerivedTensor): StoredTensor => ({
  name,
  dtype: "float32",
  shape,
  storage: { kind: "bytes", bytes: new Uint8Array() },
});

/** @file Which weights of a model hold NaN or infinities: looked for only when a result was not finite. Opens no files. */

import { CheckpointError } from "../errors.ts";
import { type ReadRange, readStoredTensor } from "../onnx/external-data.ts";
import type { Graph, StoredTensor } from "../onnx/model.ts";
import type { NonFiniteResult } from "../program/checked-programs.ts";
import { byteSize, isFloating } from "../tensor/dtype.ts";
import { toFloatTensor } from "../tensor/half.ts";
import { elementCount } from "../tensor/tensor.ts";

/** A weight with numbers that are none. */
export interface NonFiniteTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Elements that are NaN, and that are infinite as float32. */
  readonly nan: number;
  readonly infinite: number;
  /** Place of the first one, by axis. */
  readonly first: readonly number[];
}

/** Elements that are read at once. */
const CHUNK = 2 ** 22;

/**
 * The weights of a graph that hold NaN or, where none does, infinities. Single numbers are no weights: masks are made of
 * infinite ones.
 *
 * Cost: all weights are read once.
 */
export async function findNonFinite({ initializers, nodes }: Graph, read: ReadRange): Promise<NonFiniteTensor[]> {
  const constants = nodes.flatMap(({ attributes, outputs: [name = ""] }) =>
    Object.values(attributes).flatMap((own) => (own.kind === "tensor" ? [{ ...own.value, name }] : [])),
  );
  const found: NonFiniteTensor[] = [];
  for (const tensor of [...initializers, ...constants]) {
    if (!isFloating(tensor.dtype) || elementCount(tensor.shape) < 2) continue;
    const counts = await countNonFinite(tensor, read);
    if (counts !== undefined) found.push({ name: tensor.name, shape: tensor.shape, ...counts });
  }
  const withNan = found.filter(({ nan }) => nan > 0);
  return withNan.length > 0 ? withNan : found;
}

/** Undefined where all elements are finite. */
async function countNonFinite(tensor: StoredTensor, read: ReadRange) {
  const count = elementCount(tensor.shape);
  let nan = 0;
  let infinite = 0;
  let first: number | undefined;
  for (let done = 0; done < count; done += CHUNK) {
    const { data } = toFloatTensor(await readStoredTensor(part(tensor, done, Math.min(CHUNK, count - done)), read));
    for (let i = 0; i < data.length; i++) {
      const value = data[i] as number;
      if (Number.isFinite(value)) continue;
      first ??= done + i;
      if (Number.isNaN(value)) nan++;
      else infinite++;
    }
  }
  return first === undefined ? undefined : { nan, infinite, first: placeOf(first, tensor.shape) };
}

/** Some elements of a tensor as a tensor of one axis. */
function part({ name, dtype, storage }: StoredTensor, start: number, elements: number): StoredTensor {
  const offset = byteSize(dtype, start);
  const length = byteSize(dtype, elements);
  if (storage.kind === "external") {
    return { name, dtype, shape: [elements], storage: { ...storage, offset: storage.offset + offset, length } };
  }
  const bytes = storage.kind === "bytes" ? storage.bytes.subarray(offset, offset + length) : new Uint8Array();
  return { name, dtype, shape: [elements], storage: { kind: "bytes", bytes } };
}

function placeOf(index: number, shape: readonly number[]): number[] {
  const place: number[] = [];
  let rest = index;
  for (const size of [...shape].reverse()) {
    place.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return place;
}

/** Tensors that a message names. */
const SHOWN = 5;

/** The error that says why a result is not finite: which weights are not, or where the numbers outgrow float32. */
export function nonFiniteError(
  model: string,
  { what, block, blocks }: NonFiniteResult,
  tensors: readonly NonFiniteTensor[],
): CheckpointError {
  const found = `Cannot explain the model "${model}": ${what === "gradient" ? "the gradient of its score is" : `its ${what} are`} not finite (NaN or infinite)`;
  if (tensors.length > 0) {
    const shown = tensors.slice(0, SHOWN).map(described).join("; ");
    const more = tensors.length > SHOWN ? `; and ${tensors.length - SHOWN} more tensors` : "";
    return new CheckpointError(
      `${found}, because its weights are not: ${shown}${more}. Download the weights again, or take a state of the training before they diverged`,
      model,
    );
  }
  return new CheckpointError(
    `${found}, though all of its weights are finite: ${overflow(what, block, blocks)}. Check the input, and that config.json and the weights belong together`,
    model,
  );
}

function described({ name, shape, nan, infinite, first }: NonFiniteTensor): string {
  const counts = [...(nan > 0 ? [`${nan} NaN`] : []), ...(infinite > 0 ? [`${infinite} infinite`] : [])].join(" and ");
  return `tensor "${name}" of shape [${shape.join(", ")}] holds ${counts} of ${elementCount(shape)} elements, the first at [${first.join(", ")}]`;
}

function overflow(what: NonFiniteResult["what"], block: number | undefined, blocks: number): string {
  if (what === "gradient") return `it exceeds what float32 can hold${block === undefined ? "" : ` at block ${block}`}`;
  const where =
    block === undefined
      ? ""
      : block === 0
        ? " in the embeddings, before the first block"
        : ` in block ${block - 1} (of 0 to ${blocks - 1})${block === blocks ? " or the head" : ""}`;
  return `its activations exceed what float32 can hold${where}`;
}

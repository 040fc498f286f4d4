/**
 * @file The GGUF format: metadata and where each tensor lies in a file. Pure: sees bytes, opens nothing.
 *
 * A file is: "GGUF" · version (uint32) · number of tensors, of metadata (uint64) · metadata · a record for each tensor · data,
 * aligned. Little-endian. Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md.
 */

import { CheckpointError, quote } from "../../errors.ts";
import { recogniseFile } from "../../util/recognise-file.ts";
import { type BlockType, blockTypeOf, KNOWN_TYPES, typeName } from "./block-types.ts";

/** A value of the metadata; whole numbers of 64 bits that are too large for a number are rounded. */
export type GgufValue = number | boolean | string | readonly GgufValue[];

/** One tensor of a file. */
export interface GgufEntry {
  readonly name: string;
  /** Outermost axis first, as in other formats (GGUF itself lists the innermost first). */
  readonly shape: readonly number[];
  readonly type: BlockType;
  /** Of the first byte, from the beginning of the file. */
  readonly offset: number;
  /** In bytes. */
  readonly length: number;
}

/** What the beginning of a file says. */
export interface GgufHeader {
  /** Name for error messages. */
  readonly file: string;
  readonly metadata: ReadonlyMap<string, GgufValue>;
  readonly tensors: ReadonlyMap<string, GgufEntry>;
}

const VERSIONS = [2, 3];
const ALIGNMENT = 32;
/** Axes that a tensor may have. */
const MOST_AXES = 8;

/** Bytes of the metadata's scalars, by the number of their type; 8 is a string, 9 a list. */
const SCALARS: Readonly<Record<number, readonly [bytes: number, read: (view: DataView, at: number) => GgufValue]>> = {
  0: [1, (view, at) => view.getUint8(at)],
  1: [1, (view, at) => view.getInt8(at)],
  2: [2, (view, at) => view.getUint16(at, true)],
  3: [2, (view, at) => view.getInt16(at, true)],
  4: [4, (view, at) => view.getUint32(at, true)],
  5: [4, (view, at) => view.getInt32(at, true)],
  6: [4, (view, at) => view.getFloat32(at, true)],
  7: [1, (view, at) => view.getUint8(at) !== 0],
  10: [8, (view, at) => Number(view.getBigUint64(at, true))],
  11: [8, (view, at) => Number(view.getBigInt64(at, true))],
  12: [8, (view, at) => view.getFloat64(at, true)],
};
const STRING = 8;
const LIST = 9;

/** Thrown within where the bytes given end before the header does. */
class EndOfBytes extends Error {}

/**
 * Reads a header and checks that every tensor lies in the file.
 *
 * @param bytes - The beginning of the file.
 * @param fileSize - Of all of it.
 * @returns Undefined where the header is longer than `bytes`, and the file is, too.
 * @throws {CheckpointError} When it is no such file, is truncated, or a tensor is quantised in a way that calig does not undo.
 */
export function parseGgufHeader(bytes: Uint8Array, fileSize: number, file: string): GgufHeader | undefined {
  try {
    return readHeader(bytes, fileSize, file);
  } catch (error) {
    if (!(error instanceof EndOfBytes)) throw error;
    if (bytes.length < fileSize) return undefined;
    return fail(
      file,
      `its header is longer than its ${count(fileSize)} bytes; the file is truncated, download it again`,
    );
  }
}

function readHeader(bytes: Uint8Array, fileSize: number, file: string): GgufHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = new TextDecoder();
  let at = 0;

  const scalar = (type: number): GgufValue => {
    const known = SCALARS[type];
    if (known === undefined) {
      return fail(file, `its metadata have a value of type ${type}, which the format does not know; download it again`);
    }
    const [size, read] = known;
    need(size);
    at += size;
    return read(view, at - size);
  };
  const need = (size: number): void => {
    if (size > fileSize - at) {
      fail(file, `a part of its header has ${count(size)} bytes, more than the file; it is damaged, download it again`);
    }
    if (at + size > bytes.length) throw new EndOfBytes();
  };
  const integer = (type: number): number => scalar(type) as number;
  const string = (): string => {
    const length = integer(10);
    need(length);
    at += length;
    return text.decode(bytes.subarray(at - length, at));
  };
  const value = (type: number): GgufValue => {
    if (type === STRING) return string();
    if (type !== LIST) return scalar(type);
    const element = integer(4);
    if (element === LIST)
      fail(file, "its metadata have a list of lists, which calig does not read; convert the model again");
    const length = integer(10);
    if (length > fileSize)
      fail(file, `its metadata have a list of ${count(length)} values; it is damaged, download it again`);
    const values: GgufValue[] = [];
    for (let i = 0; i < length; i++) values.push(value(element));
    return values;
  };

  if (fileSize >= 4) need(4);
  if (text.decode(bytes.subarray(0, 4)) !== "GGUF") {
    fail(
      file,
      recogniseFile(bytes) ?? 'it does not begin with "GGUF"; it is no GGUF file, or damaged: download it again',
    );
  }
  at = 4;
  const version = integer(4);
  if (!VERSIONS.includes(version)) {
    const swapped = view.getUint32(4, false);
    const what = VERSIONS.includes(swapped)
      ? "it is written for big-endian processors"
      : `it is of version ${version} of the format, calig reads ${VERSIONS.join(" and ")}`;
    fail(file, `${what}; convert the model again with a present llama.cpp (convert_hf_to_gguf.py)`);
  }
  const tensorCount = integer(10);
  const metadataCount = integer(10);
  const metadata = new Map<string, GgufValue>();
  for (let i = 0; i < metadataCount; i++) {
    const key = string();
    metadata.set(key, value(integer(4)));
  }
  const places: Omit<GgufEntry, "length">[] = [];
  const unread = new Map<string, string>();
  for (let i = 0; i < tensorCount; i++) {
    const name = string();
    const axes = integer(4);
    if (axes > MOST_AXES)
      fail(file, `tensor "${name}" has ${count(axes)} axes; the file is damaged, download it again`);
    const shape = Array.from({ length: axes }, () => integer(10)).reverse();
    const number = integer(4);
    const type = blockTypeOf(number);
    const offset = integer(10);
    if (type === undefined) unread.set(name, typeName(number));
    else places.push({ name, shape, type, offset });
  }
  if (unread.size > 0) refuseTypes(file, unread);
  const alignment = metadata.get("general.alignment") ?? ALIGNMENT;
  if (typeof alignment !== "number" || !(alignment > 0)) {
    fail(file, `"general.alignment" is ${quote(alignment)}, wanted a number of bytes; download the file again`);
  }
  const start = Math.ceil(at / (alignment as number)) * (alignment as number);
  const tensors = new Map<string, GgufEntry>();
  for (const place of places) tensors.set(place.name, placed(place, start, fileSize, file));
  return { file, metadata, tensors };
}

/** @throws {CheckpointError} When its rows are no whole blocks, or it does not lie in the file. */
function placed(place: Omit<GgufEntry, "length">, start: number, fileSize: number, file: string): GgufEntry {
  const { name, shape, type, offset } = place;
  const row = shape.at(-1) ?? 1;
  if (row % type.elements !== 0) {
    fail(
      file,
      `tensor "${name}" has rows of ${row} numbers, and ${type.name} stores them in blocks of ${type.elements}; the file is damaged, download it again`,
    );
  }
  const elements = shape.reduce((product, size) => product * size, 1);
  const length = (elements / type.elements) * type.bytes;
  const end = start + offset + length;
  if (!Number.isSafeInteger(end) || end > fileSize) {
    fail(
      file,
      `tensor "${name}" ends at byte ${count(end)} but the file has ${count(fileSize)} bytes; the file is truncated, download it again`,
    );
  }
  return { ...place, offset: start + offset, length };
}

const SHOWN = 3;

/** @throws {CheckpointError} */
function refuseTypes(file: string, unread: ReadonlyMap<string, string>): never {
  const types = [...new Set(unread.values())];
  const names = [...unread.keys()];
  const shown = names.slice(0, SHOWN).map(quote).join(", ");
  const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : "";
  return fail(
    file,
    `it has tensors of type ${types.join(", ")} (${shown}${more}), and calig dequantises ${KNOWN_TYPES.join(", ")}; take the same model in one of these (Q4_K_M, Q8_0), or the checkpoint that it was made from`,
  );
}

const count = (value: number): string => value.toLocaleString("en-US");

function fail(file: string, reason: string): never {
  throw new CheckpointError(`Cannot read weights from "${file}": ${reason}`, file);
}

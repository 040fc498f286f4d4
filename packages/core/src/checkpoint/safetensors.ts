/**
 * @file The safetensors format: where each tensor lies in a file, and writing such files. Pure: sees bytes, opens nothing.
 *
 * A file is: length of the header (8 bytes, little-endian) · header (JSON, may end in spaces) · data. The header gives
 * each tensor its dtype, shape and byte range in the data. Format: https://huggingface.co/docs/safetensors.
 */

import { CheckpointError, quote, ShapeError } from "../errors.ts";
import type { StoredTensor } from "../onnx/model.ts";
import { byteSize, type DType, type TensorData } from "../tensor/dtype.ts";
import { elementCount } from "../tensor/tensor.ts";
import { parseJson } from "../util/parse-json.ts";
import { recogniseFile } from "../util/recognise-file.ts";

/** One tensor of a file. */
export interface SafetensorsEntry {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Of the first byte, from the beginning of the file. */
  readonly offset: number;
  /** In bytes. */
  readonly length: number;
}

/** What the header of a file says. */
export interface SafetensorsIndex {
  /** Name for error messages. */
  readonly file: string;
  /** By name, in the order of their bytes. */
  readonly tensors: ReadonlyMap<string, SafetensorsEntry>;
  /** Free text of the writer, e.g. `{ format: "pt" }`. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** A tensor to write. float16 and bfloat16 data are bit patterns (see tensor/dtype.ts). */
export interface NamedTensor {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: TensorData;
}

/** Bytes of the length field. */
const LENGTH_FIELD = 8;

const DTYPES: Readonly<Record<string, DType>> = {
  BOOL: "bool",
  U8: "uint8",
  I8: "int8",
  U16: "uint16",
  I16: "int16",
  U32: "uint32",
  I32: "int32",
  U64: "uint64",
  I64: "int64",
  F16: "float16",
  BF16: "bfloat16",
  F32: "float32",
  F64: "float64",
  F8_E4M3: "float8e4m3fn",
  F8_E5M2: "float8e5m2",
};

/**
 * Length of the header in bytes, read from the first 8 bytes of a file.
 *
 * @throws {CheckpointError} When the file is too short for it, or is not a safetensors file.
 */
export function safetensorsHeaderLength(first8: Uint8Array, fileSize: number, file: string): number {
  if (first8.length < LENGTH_FIELD || fileSize < LENGTH_FIELD) {
    const found = fileSize === 0 ? "the file is empty" : `the file has ${count(fileSize)} bytes`;
    fail(file, `${found}, too few for a safetensors file; download it again`);
  }
  const length = new DataView(first8.buffer, first8.byteOffset).getBigUint64(0, true);
  if (length === 0n || length > BigInt(fileSize - LENGTH_FIELD)) {
    fail(
      file,
      recogniseFile(first8) ??
        `its header claims ${count(length)} bytes but the file has ${count(fileSize)}; the file is truncated or not a safetensors file, download it again`,
    );
  }
  return Number(length);
}

/**
 * Reads a header (the bytes after the length field) and checks that every tensor lies in the file, has the length its
 * dtype and shape ask for, and shares no byte with another. Bytes that belong to no tensor are harmless and accepted.
 *
 * @throws {CheckpointError} When any of this does not hold.
 */
export function parseSafetensorsHeader(header: Uint8Array, fileSize: number, file: string): SafetensorsIndex {
  const dataStart = LENGTH_FIELD + header.length;
  const entries: SafetensorsEntry[] = [];
  let metadata: Readonly<Record<string, string>> = {};
  for (const [name, value] of Object.entries(parseObject(header, file))) {
    if (name === "__metadata__") metadata = readMetadata(value, file);
    else entries.push(readEntry(name, value, dataStart, file));
  }
  entries.sort((a, b) => a.offset - b.offset || a.length - b.length);
  let previous: SafetensorsEntry | undefined;
  for (const entry of entries) {
    const end = entry.offset + entry.length;
    if (end > fileSize) {
      fail(
        file,
        `tensor "${entry.name}" ends at byte ${count(end)} but the file has ${count(fileSize)} bytes; the file is truncated, download it again`,
      );
    }
    if (previous !== undefined && previous.offset + previous.length > entry.offset) {
      fail(file, `tensors "${previous.name}" and "${entry.name}" overlap; the file is damaged, download it again`);
    }
    previous = entry;
  }
  return { file, tensors: new Map(entries.map((entry) => [entry.name, entry])), metadata };
}

/** A constant of an ONNX graph whose bytes stay in the file at `location` (relative to the model's folder). */
export function toStoredTensor(
  { name, dtype, shape, offset, length }: SafetensorsEntry,
  location: string,
): StoredTensor {
  return { name, dtype, shape, storage: { kind: "external", location, offset, length } };
}

/**
 * A whole safetensors file. Tensors are laid out by falling element size, then in the order given, and the header is
 * padded to 8 bytes, so that every tensor is aligned to its elements.
 *
 * @throws {ShapeError} When data do not fit the dtype and shape, or the format has no such dtype.
 */
export function encodeSafetensors(
  tensors: readonly NamedTensor[],
  metadata?: Readonly<Record<string, string>>,
): Uint8Array {
  const names = new Map(Object.entries(DTYPES).map(([stored, dtype]) => [dtype, stored]));
  const layout = [...tensors].sort((a, b) => byteSize(b.dtype, 1) - byteSize(a.dtype, 1));
  const header: Record<string, unknown> = metadata === undefined ? {} : { __metadata__: metadata };
  let size = 0;
  for (const { name, dtype, shape, data } of layout) {
    const stored = names.get(dtype);
    const wanted = byteSize(dtype, elementCount(shape));
    if (stored === undefined || data.byteLength !== wanted) {
      throw new ShapeError(
        `Cannot write tensor "${name}" of type ${dtype} and shape ${quote(shape)}: ${stored === undefined ? "safetensors has no such type" : `it needs ${count(wanted)} bytes, given ${count(data.byteLength)}`}`,
      );
    }
    header[name] = { dtype: stored, shape, data_offsets: [size, size + wanted] };
    size += wanted;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const headerLength = Math.ceil(json.length / LENGTH_FIELD) * LENGTH_FIELD;
  const bytes = new Uint8Array(LENGTH_FIELD + headerLength + size);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.fill(0x20, LENGTH_FIELD, LENGTH_FIELD + headerLength);
  bytes.set(json, LENGTH_FIELD);
  let offset = LENGTH_FIELD + headerLength;
  for (const { data } of layout) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    offset += data.byteLength;
  }
  return bytes;
}

function parseObject(header: Uint8Array, file: string): object {
  let value: unknown;
  try {
    value = parseJson(new TextDecoder("utf-8", { fatal: true }).decode(header));
  } catch (cause) {
    fail(file, "its header is not valid JSON; the file is damaged or not a safetensors file, download it again", cause);
  }
  if (!isRecord(value)) fail(file, `its header is ${describe(value)}, wanted an object; download it again`);
  return value;
}

function readMetadata(value: unknown, file: string): Readonly<Record<string, string>> {
  if (isRecord(value) && Object.values(value).every((text) => typeof text === "string")) {
    return value as Record<string, string>;
  }
  return fail(file, `"__metadata__" is ${describe(value)}, wanted an object of strings; download the file again`);
}

function readEntry(name: string, value: unknown, dataStart: number, file: string): SafetensorsEntry {
  const about = `tensor "${name}"`;
  if (!isRecord(value)) fail(file, `${about} is ${describe(value)}, wanted an object; download the file again`);
  const { dtype: stored, shape, data_offsets: range } = value;
  const dtype = typeof stored === "string" && Object.hasOwn(DTYPES, stored) ? DTYPES[stored] : undefined;
  if (dtype === undefined) {
    fail(
      file,
      `${about} has dtype ${describe(stored)}, calig reads ${Object.keys(DTYPES).join(", ")}; convert the weights to F16 or F32`,
    );
  }
  if (!isSizes(shape)) {
    fail(file, `${about} has shape ${describe(shape)}, wanted a list of sizes; download the file again`);
  }
  const [begin, end] = isSizes(range) && range.length === 2 ? (range as [number, number]) : [1, 0];
  if (end < begin) {
    fail(
      file,
      `${about} has data_offsets ${describe(range)}, wanted two rising byte positions; download the file again`,
    );
  }
  const wanted = byteSize(dtype, elementCount(shape));
  if (end - begin !== wanted) {
    fail(
      file,
      `${about} has ${count(end - begin)} bytes but ${stored} of shape ${quote(shape)} takes ${count(wanted)}; the file is damaged, download it again`,
    );
  }
  return { name, dtype, shape, offset: dataStart + begin, length: wanted };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isSizes = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && (size as number) >= 0);

const describe = (value: unknown): string => (value === undefined ? "missing" : quote(value));

const count = (value: number | bigint): string => value.toLocaleString("en-US");

function fail(file: string, reason: string, cause?: unknown): never {
  throw new CheckpointError(`Cannot read weights from "${file}": ${reason}`, file, { cause });
}

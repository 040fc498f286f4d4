/** @file Reads event files of TensorBoard back, as far as calig writes them. */

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { BinaryReader } from "@bufbuild/protobuf/wire";
import { tfRecord } from "@calig/node/internal/report/tensorboard/record";

/** A value of an event: what its message says, by field number. */
export interface ReadValue {
  readonly step: number;
  readonly tag: string;
  readonly scalar?: number;
  readonly png?: Uint8Array;
  readonly size?: readonly [width: number, height: number];
  readonly text?: string;
}

type Fields = Readonly<Record<number, readonly (number | bigint | Uint8Array)[]>>;

function fieldsOf(bytes: Uint8Array): Fields {
  const reader = new BinaryReader(bytes);
  const fields: Record<number, (number | bigint | Uint8Array)[]> = {};
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    const own = fields[field] ?? [];
    fields[field] = own;
    if (type === 0) own.push(Number(reader.int64()));
    else if (type === 1) own.push(reader.double());
    else if (type === 2) own.push(reader.bytes());
    else own.push(reader.float());
  }
  return fields;
}

const bytesIn = (fields: Fields, field: number): Uint8Array => fields[field]?.[0] as Uint8Array;
const textOf = (bytes: Uint8Array): string => new TextDecoder("utf-8", { fatal: true }).decode(bytes);

/** The records of a file. @throws When a length or a checksum is wrong. */
function recordsOf(bytes: Buffer): Uint8Array[] {
  const records: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = Number(bytes.readBigUInt64LE(at));
    const data = bytes.subarray(at + 12, at + 12 + length);
    const whole = bytes.subarray(at, at + 16 + length);
    if (!whole.equals(tfRecord(data))) throw new Error(`record at ${at} is broken`);
    records.push(data);
    at += whole.length;
  }
  return records;
}

/** All values of the one event file in a folder, in their order. @throws When there is not exactly one. */
export async function readRun(folder: string): Promise<ReadValue[]> {
  const files = (await readdir(folder)).filter((file) => file.startsWith("events.out.tfevents."));
  if (files.length !== 1) throw new Error(`${folder} has ${files.length} event files`);
  const [version, ...events] = recordsOf(await readFile(join(folder, files[0] as string))).map(fieldsOf);
  if (textOf(bytesIn(version as Fields, 3)) !== "brain.Event:2") throw new Error("no file version");
  return events.flatMap((event) => {
    const step = Number(event[2]?.[0] ?? 0);
    return (fieldsOf(bytesIn(event, 5))[1] ?? []).map((value) => readValue(step, fieldsOf(value as Uint8Array)));
  });
}

function readValue(step: number, value: Fields): ReadValue {
  const tag = textOf(bytesIn(value, 1));
  if (value[2] !== undefined) return { step, tag, scalar: value[2][0] as number };
  if (value[4] !== undefined) {
    const image = fieldsOf(bytesIn(value, 4));
    return { step, tag, png: bytesIn(image, 4), size: [Number(image[2]?.[0]), Number(image[1]?.[0])] };
  }
  return { step, tag, text: textOf(bytesIn(fieldsOf(bytesIn(value, 8)), 8)) };
}

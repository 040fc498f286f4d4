/** @file One record of a TFRecord file: length, data, and a checksum of each (tensorflow/core/lib/io/record_writer.h). */

import { crc32c } from "./crc32c.ts";

const LENGTH_BYTES = 8;
const CHECKSUM_BYTES = 4;
/** Added to rotated checksums, so that data that hold checksums themselves have others (tensorflow/core/lib/hash/crc32c.h). */
const MASK_DELTA = 0xa282ead8;

const masked = (crc: number): number => (((crc >>> 15) | (crc << 17)) + MASK_DELTA) >>> 0;

/** The bytes of a record: uint64 length, its checksum, the data, their checksum; little-endian. */
export function tfRecord(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(LENGTH_BYTES + CHECKSUM_BYTES + data.length + CHECKSUM_BYTES);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(LENGTH_BYTES, masked(crc32c(record.subarray(0, LENGTH_BYTES))), true);
  record.set(data, LENGTH_BYTES + CHECKSUM_BYTES);
  view.setUint32(LENGTH_BYTES + CHECKSUM_BYTES + data.length, masked(crc32c(data)), true);
  return record;
}

/** @file The storage of a place: a disk, or S3 where it begins with "s3://". */

import { disk } from "./disk.ts";
import { isBucket, type Storage } from "./storage.ts";

/** The storage of a place. @throws {UsageError} Where it needs a library that is not installed. */
export async function storageOf(place: string): Promise<Storage> {
  if (!isBucket(place)) return disk;
  const { bucketStorage } = await import("./s3.ts");
  return bucketStorage();
}

/** @file Files in buckets of S3, and of servers that speak its protocol. The only file that knows the library, which is optional. */

import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ExecutionError, quote, UsageError } from "@calig/core/internal/errors";
import { writeFailure } from "../../util/file-failure.ts";
import { findPackageFile, requirePackage } from "../../util/own-place.ts";
import { NEW, type Storage, type StoredFile } from "./storage.ts";

/** Files of more bytes are sent from the disk as they are read. */
const MOST_IN_MEMORY = 64 * 2 ** 20;
/** Times that a file is sent anew because another process sends one of the same name. */
const CONFLICTS = 5;
const CONFLICT_MS = 200;

type Library = typeof import("@aws-sdk/client-s3");
type Client = InstanceType<Library["S3Client"]>;

let storage: Promise<Storage> | undefined;

/** The storage of all buckets. Address, region and keys are those of the environment, as the tools of AWS read them. */
export function bucketStorage(): Promise<Storage> {
  storage ??= connect();
  return storage;
}

async function connect(): Promise<Storage> {
  if (findPackageFile("@aws-sdk/client-s3/package.json") === undefined) {
    throw new UsageError(
      'Cannot use a place in S3: "@aws-sdk/client-s3" must be installed: npm install @aws-sdk/client-s3',
    );
  }
  const library = requirePackage<Library>("@aws-sdk/client-s3");
  const { AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, AWS_REGION, AWS_DEFAULT_REGION } = process.env;
  const endpoint = AWS_ENDPOINT_URL_S3 ?? AWS_ENDPOINT_URL;
  const region = AWS_REGION ?? AWS_DEFAULT_REGION ?? (endpoint === undefined ? undefined : "us-east-1");
  const client = new library.S3Client({
    ...(region === undefined ? {} : { region }),
    // Other servers than that of AWS have no host for each bucket.
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    // What they need not know they may not know.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  });
  return storageWith(library, client);
}

/** The bucket and the key of a place. @throws {UsageError} When it names no bucket. */
export function partsOf(place: string): { readonly Bucket: string; readonly Key: string } {
  const [, bucket, key = ""] = /^s3:\/\/([^/]+)\/?(.*)$/i.exec(place) ?? [];
  if (bucket !== undefined) return { Bucket: bucket, Key: key };
  throw new UsageError(`Cannot use ${quote(place)}: it names no bucket; write it as in s3://bucket/run/`);
}

function storageWith(library: Library, client: Client): Storage {
  const { DeleteObjectCommand, GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, PutObjectCommand } = library;
  return {
    async list(folder) {
      const { Bucket, Key } = partsOf(folder);
      const prefix = Key === "" ? "" : `${Key.replace(/\/+$/, "")}/`;
      const found: StoredFile[] = [];
      let token: string | undefined;
      do {
        const page = await asking(folder, "list", () =>
          client.send(
            new ListObjectsV2Command({
              Bucket,
              Prefix: prefix,
              Delimiter: "/",
              ...(token === undefined ? {} : { ContinuationToken: token }),
            }),
          ),
        );
        for (const { Key: key = "", Size: bytes = 0, ETag: state = "", LastModified: at } of page.Contents ?? []) {
          const name = key.slice(prefix.length);
          if (name !== "") found.push({ name, bytes, state, modified: at?.getTime() ?? 0 });
        }
        token = page.NextContinuationToken;
      } while (token !== undefined);
      return found;
    },
    async find(path) {
      const place = partsOf(path);
      try {
        const {
          ContentLength: bytes = 0,
          ETag: state = "",
          LastModified: at,
        } = await client.send(new HeadObjectCommand(place));
        return { name: place.Key.split("/").at(-1) ?? "", bytes, state, modified: at?.getTime() ?? 0 };
      } catch (error) {
        // Of a bucket that is not there, this request alone says no more.
        if (isStatus(error, 404)) return undefined;
        throw failure(path, "read", error);
      }
    },
    async read(path) {
      try {
        const { Body } = await client.send(new GetObjectCommand(partsOf(path)));
        return await Body?.transformToString("utf-8");
      } catch (error) {
        if (nameOf(error) === "NoSuchKey") return undefined;
        throw failure(path, "read", error);
      }
    },
    async open(path) {
      const place = partsOf(path);
      const head = await asking(path, "read", () => client.send(new HeadObjectCommand(place)));
      const bytes = head.ContentLength ?? 0;
      return {
        bytes,
        async slice(start, end) {
          const last = Math.min(end, bytes) - 1;
          if (last < start) return new Uint8Array(0);
          const { Body } = await asking(path, "read", () =>
            client.send(
              new GetObjectCommand({
                ...place,
                Range: `bytes=${start}-${last}`,
                ...(head.ETag === undefined ? {} : { IfMatch: head.ETag }),
              }),
            ),
          );
          const found = await asking(path, "read", async () => Body?.transformToByteArray());
          return new Uint8Array(found ?? []);
        },
        close: async () => {},
      };
    },
    async write(path, fill, only) {
      const place = partsOf(path);
      const temporary = join(tmpdir(), `calig-${randomUUID()}.tmp`);
      try {
        const file = await open(temporary, "wx", 0o600);
        try {
          await fill(file);
        } finally {
          await file.close();
        }
        const { size } = await stat(temporary);
        const condition = only === undefined ? {} : only === NEW ? { IfNoneMatch: "*" } : { IfMatch: only };
        for (let conflicts = 0; ; conflicts++) {
          const Body = size > MOST_IN_MEMORY ? createReadStream(temporary) : await readFile(temporary);
          try {
            await client.send(new PutObjectCommand({ ...place, ...condition, Body, ContentLength: size }));
            return true;
          } catch (error) {
            if (isStatus(error, 412)) return false;
            if (!isStatus(error, 409) || conflicts >= CONFLICTS) throw failure(path, "write", error);
            await new Promise((resolve) => setTimeout(resolve, CONFLICT_MS));
          }
        }
      } catch (cause) {
        throw writeFailure(temporary, cause, "make room there, then run the same command again");
      } finally {
        await rm(temporary, { force: true });
      }
    },
    async remove(path) {
      await asking(path, "delete", () => client.send(new DeleteObjectCommand(partsOf(path))));
    },
  };
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : "");

const isStatus = (error: unknown, status: number): boolean =>
  (error as { readonly $metadata?: { readonly httpStatusCode?: number } }).$metadata?.httpStatusCode === status;

async function asking<T>(place: string, what: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw failure(place, what, error);
  }
}

/** What is to be done about what a storage answers. */
const REMEDIES: Readonly<Record<string, string>> = {
  NoSuchBucket: "make the bucket, or name another one",
  NoSuchKey: "it was deleted; run the same command again",
  NotFound: "it was deleted; run the same command again",
  AccessDenied: "the keys of AWS_ACCESS_KEY_ID or AWS_PROFILE may not do that",
  Forbidden: "the keys of AWS_ACCESS_KEY_ID or AWS_PROFILE may not do that",
  NotImplemented: "the storage must know If-None-Match; use another one",
  CredentialsProviderError: "give keys, as in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
};

function failure(place: string, what: string, cause: unknown): unknown {
  if (!(cause instanceof Error)) return cause;
  const { name, message } = cause;
  const said = message === "" || message === name ? name : `${name}: ${message}`;
  const remedy = REMEDIES[name] ?? "look at AWS_ENDPOINT_URL, AWS_REGION and the keys, or try again";
  return new ExecutionError(`Cannot ${what} ${quote(place)}: the storage says ${said}; ${remedy}`, { cause });
}

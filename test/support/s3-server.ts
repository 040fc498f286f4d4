/**
 * @file A server on this machine that speaks as much of the protocol of S3 as runs need: one file written whole (with
 * If-None-Match and If-Match), read whole or in part, asked for, deleted; names listed, in pages. Signatures are not checked.
 */

import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

interface Stored {
  readonly bytes: Buffer;
  readonly etag: string;
  readonly modified: Date;
}

export interface S3Server {
  readonly url: string;
  /** What is stored, by "bucket/key". */
  readonly files: ReadonlyMap<string, Stored>;
  /** Requests so far: "PUT bucket/key", with the status. */
  readonly requests: readonly string[];
  /** Begins the list of requests anew. */
  forget(): void;
  close(): Promise<void>;
}

/** Names in one page of a list. */
const PAGE = 3;

/** @param buckets - Those that there are. */
export async function startS3(buckets: readonly string[]): Promise<S3Server> {
  const files = new Map<string, Stored>();
  const requests: string[] = [];
  const server = createServer((request, answer) => {
    void bodyOf(request).then((body) => {
      const { status, headers = {}, content = "" } = respond(request, body);
      requests.push(`${request.method} ${pathOf(request)} ${status}`);
      answer.writeHead(status, { "Content-Length": Buffer.byteLength(content), ...headers });
      answer.end(request.method === "HEAD" ? undefined : content);
    });
  });

  function respond(request: IncomingMessage, body: Buffer): Answer {
    const path = pathOf(request);
    const [bucket = "", ...rest] = path.split("/");
    if (!buckets.includes(bucket)) return refusal(404, "NoSuchBucket");
    const there = files.get(path);
    const { "if-none-match": ifNone, "if-match": ifMatch, range } = request.headers;
    if (request.method === "PUT") {
      if (ifNone === "*" && there !== undefined) return refusal(412, "PreconditionFailed");
      if (ifMatch !== undefined && there?.etag !== ifMatch) return refusal(412, "PreconditionFailed");
      const etag = `"${createHash("md5").update(body).digest("hex")}"`;
      files.set(path, { bytes: body, etag, modified: new Date() });
      return { status: 200, headers: { ETag: etag } };
    }
    if (request.method === "DELETE") {
      files.delete(path);
      return { status: 204 };
    }
    if (rest.join("") === "") return list(bucket, new URL(request.url ?? "", "http://host").searchParams);
    if (there === undefined) return refusal(404, "NoSuchKey");
    if (ifMatch !== undefined && ifMatch !== there.etag) return refusal(412, "PreconditionFailed");
    const headers = { ETag: there.etag, "Last-Modified": there.modified.toUTCString() };
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(range ?? "") ?? [];
    if (from === undefined) {
      const length = request.method === "HEAD" ? { "Content-Length": there.bytes.length } : {};
      return { status: 200, headers: { ...headers, ...length }, content: there.bytes };
    }
    return { status: 206, headers, content: there.bytes.subarray(Number(from), Number(to) + 1) };
  }

  function list(bucket: string, query: URLSearchParams): Answer {
    const prefix = query.get("prefix") ?? "";
    const after = query.get("continuation-token") ?? "";
    const keys = [...files.keys()]
      .filter((path) => path.startsWith(`${bucket}/${prefix}`))
      .map((path) => path.slice(bucket.length + 1))
      .filter((key) => key > after && (query.get("delimiter") !== "/" || !key.slice(prefix.length).includes("/")))
      .sort();
    const page = keys.slice(0, PAGE);
    const contents = page.map((key) => {
      const { etag, bytes, modified } = files.get(`${bucket}/${key}`) as Stored;
      return `<Contents><Key>${key}</Key><ETag>${etag.replaceAll('"', "&quot;")}</ETag><Size>${bytes.length}</Size><LastModified>${modified.toISOString()}</LastModified></Contents>`;
    });
    const isCut = keys.length > page.length;
    const next = isCut ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : "";
    return xml(
      200,
      `<ListBucketResult><IsTruncated>${isCut}</IsTruncated>${next}${contents.join("")}</ListBucketResult>`,
    );
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    files,
    requests,
    forget: () => void requests.splice(0),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Answer {
  readonly status: number;
  readonly headers?: Parameters<ServerResponse["writeHead"]>[1] & object;
  readonly content?: string | Buffer;
}

const xml = (status: number, content: string): Answer => ({
  status,
  headers: { "Content-Type": "application/xml" },
  content: `<?xml version="1.0" encoding="UTF-8"?>${content}`,
});

const refusal = (status: number, code: string): Answer =>
  xml(status, `<Error><Code>${code}</Code><Message>${code}</Message></Error>`);

const pathOf = ({ url = "" }: IncomingMessage): string =>
  decodeURIComponent(new URL(url, "http://host").pathname.slice(1));

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

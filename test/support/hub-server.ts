/**
 * @file A hub like that of Hugging Face on this machine: facts of models by revision, small files behind a redirect on the same
 * host, large ones (LFS) behind one to a storage of another origin, which refuses a token, as signed addresses do.
 * huggingface_hub downloads from it, too: `tools/make_hub_cache_reference.py`.
 */

import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface HubRepository {
  readonly files: Readonly<Record<string, Uint8Array | string>>;
  /** Branches, tags and pull requests, and what they stand for. Default: "main". */
  readonly refs?: Readonly<Record<string, string>>;
  /** A token that may read it. Default: anybody may. */
  readonly token?: string;
  /** Whether its terms must be accepted first, which nobody did. */
  readonly gated?: boolean;
}

export interface HubFaults {
  /** Answers of the storage that are cut off after so many bytes, one after the other; undefined for one that is whole. */
  cuts: (number | undefined)[];
  /** Whether the storage sends other bytes than it announces. */
  damaged: boolean;
  /** Whether the storage always begins at the first byte. */
  ignoresRanges: boolean;
  /** Answers 503 to so many requests. */
  busy: number;
}

export interface HubRequestSeen {
  readonly host: "hub" | "storage";
  readonly method: string;
  readonly path: string;
  readonly token: string | undefined;
  readonly range: string | undefined;
}

export interface HubServer {
  readonly url: string;
  readonly seen: HubRequestSeen[];
  readonly faults: HubFaults;
  close(): Promise<void>;
}

export const COMMIT = "0123456789abcdef0123456789abcdef01234567";
/** Of the address of a file in the storage, which nobody else may see. */
export const SIGNATURE = "X-Amz-Signature=do-not-show";
const LARGE = /\.(safetensors|onnx|gguf|bin)$/;

/** What is answered; bytes of a file are sent from where they are asked for. */
interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  readonly faults?: HubFaults;
}

export async function serveHub(repositories: Readonly<Record<string, HubRepository>>): Promise<HubServer> {
  const seen: HubRequestSeen[] = [];
  const faults: HubFaults = { cuts: [], damaged: false, ignoresRanges: false, busy: 0 };
  const note = (host: "hub" | "storage", { method = "", url = "", headers }: IncomingMessage): string => {
    seen.push({ host, method, path: url, token: headers.authorization, range: headers.range });
    return decodeURIComponent(url);
  };
  const storage = await listen((request) => {
    const path = note("storage", request);
    const [, name = "", file = ""] = /^\/(.+?)\/-\/(.+)\?/.exec(path) ?? [];
    if (request.headers.authorization !== undefined || !path.endsWith(SIGNATURE)) return { status: 400 };
    const body = contentOf(repositories[name], file);
    return body === undefined ? { status: 404 } : { status: 200, body, faults };
  });
  const hub = await listen((request) => {
    const path = note("hub", request).replace(/\?.*/, "");
    if (faults.busy > 0) {
      faults.busy--;
      return { status: 503 };
    }
    const places = (name: string) => [`/api/models/${name}`, `/${name}/resolve/`, `/api/resolve-cache/models/${name}/`];
    const name = Object.keys(repositories).find((known) => places(known).some((start) => path.startsWith(start)));
    const repository = repositories[name ?? ""];
    const token = request.headers.authorization?.replace("Bearer ", "");
    if (name === undefined || repository === undefined || (repository.token ?? token) !== token) {
      return { status: 401, headers: { "x-error-code": "RepoNotFound" } };
    }
    return answerOf(name, repository, path, storage.url);
  });
  return {
    url: hub.url,
    seen,
    faults,
    close: async () => {
      await Promise.all([hub.close(), storage.close()]);
    },
  };
}

function answerOf(name: string, repository: HubRepository, path: string, storage: string): Answer {
  const { refs = { main: COMMIT }, files } = repository;
  const [facts, resolve, cached] = [`/api/models/${name}`, `/${name}/resolve/`, `/api/resolve-cache/models/${name}/`];
  const isFacts = path.startsWith(facts);
  const rest = path.slice((isFacts ? facts : path.startsWith(resolve) ? resolve : cached).length);
  const revision = isFacts ? rest.replace("/revision/", "") || "main" : rest.slice(0, rest.indexOf("/"));
  const commit = refs[revision] ?? Object.values(refs).find((value) => value === revision);
  if (commit === undefined) return { status: 404, headers: { "x-error-code": "RevisionNotFound" } };
  if (isFacts) {
    const siblings = Object.keys(files).map((rfilename) => ({ rfilename }));
    const body = JSON.stringify({ id: name, sha: commit, private: false, tags: [], downloads: 0, siblings });
    return { status: 200, headers: { "content-type": "application/json" }, body: Buffer.from(body) };
  }
  if (repository.gated === true) return { status: 403, headers: { "x-error-code": "GatedRepo" } };
  const file = rest.slice(rest.indexOf("/") + 1);
  const body = contentOf(repository, file);
  const headers = { "x-repo-commit": commit };
  if (body === undefined) return { status: 404, headers: { ...headers, "x-error-code": "EntryNotFound" } };
  if (path.startsWith(cached)) return { status: 200, headers: { ...headers, etag: `"${gitHash(body)}"` }, body };
  if (!LARGE.test(file)) {
    return { status: 307, headers: { ...headers, location: `${cached}${commit}/${encodeURIComponent(file)}` } };
  }
  return {
    status: 302,
    headers: {
      ...headers,
      location: `${storage}/${encodeURIComponent(name)}/-/${encodeURIComponent(file)}?${SIGNATURE}`,
      "x-linked-etag": `"${createHash("sha256").update(body).digest("hex")}"`,
      "x-linked-size": String(body.length),
    },
  };
}

/** What Git calls a file. */
const gitHash = (content: Buffer): string =>
  createHash("sha1").update(`blob ${content.length}\0`).update(content).digest("hex");

function contentOf(repository: HubRepository | undefined, file: string): Buffer | undefined {
  const content = repository?.files[file];
  return content === undefined ? undefined : Buffer.from(content as Uint8Array);
}

/** Sends an answer, of its body the bytes that are asked for, or what the faults make of them. */
function send(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  const { status, headers, body: whole = Buffer.alloc(0), faults } = answer;
  const asked = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
  const from = status !== 200 || faults?.ignoresRanges === true ? 0 : asked;
  if (from > 0 && from >= whole.length) {
    response.writeHead(416, { "content-length": 0 }).end();
    return;
  }
  const body = Buffer.from(whole.subarray(from));
  if (faults?.damaged === true) body[0] = (body[0] ?? 0) ^ 1;
  const range = from === 0 ? {} : { "content-range": `bytes ${from}-${whole.length - 1}/${whole.length}` };
  response.writeHead(from === 0 ? status : 206, { ...headers, ...range, "content-length": body.length });
  const cut = request.method === "HEAD" ? undefined : faults?.cuts.shift();
  if (cut === undefined) response.end(request.method === "HEAD" ? undefined : body);
  else response.write(body.subarray(0, cut), () => setTimeout(() => response.destroy(), 20));
}

async function listen(answer: (request: IncomingMessage) => Answer) {
  const server = createServer((request, response) => send(request, response, answer(request)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

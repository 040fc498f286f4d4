/** @file The files of a model in a browser: behind an address, dropped onto a page, given as bytes, or wherever the caller reads. */

import { CheckpointError } from "@calig/core/internal/errors";
import type { DownloadProgress } from "@calig/core/internal/loading/download-progress";
import { isGguf } from "@calig/core/internal/loading/gguf-place";
import { type ModelFiles, memoryStore } from "@calig/core/internal/loading/memory-store";
import type { ModelStore } from "@calig/core/internal/loading/model-store";

/**
 * Where a model is: the address of its folder or of a GGUF file, its files as a page gets them (dropped, or chosen as a folder), the
 * contents of its files by name ("onnx/model.onnx"), or whatever reads them (`fromTransformersCache`).
 */
export type ModelSource =
  | string
  | URL
  | Iterable<File>
  | Readonly<Record<string, Blob | Uint8Array | string>>
  | ModelFiles
  | ModelStore;

export interface ReadOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: DownloadProgress) => void;
}

/** The store of a model. */
export function openStore(source: ModelSource, options: ReadOptions = {}): ModelStore {
  if (typeof source === "string" || source instanceof URL) return memoryStore(atAddress(source, options));
  if (isStore(source)) return source;
  if (Symbol.iterator in source) return memoryStore(fromFiles([...source], options));
  if (isModelFiles(source)) return memoryStore(reported(source, options));
  return memoryStore(fromContents(new Map(Object.entries(source)), "model", options));
}

const isStore = (source: object): source is ModelStore => typeof (source as Partial<ModelStore>).place === "function";

const isModelFiles = (source: object): source is ModelFiles =>
  typeof (source as Partial<ModelFiles>).read === "function";

/** The same files; reading them is told, and stops when it is told to. */
function reported(files: ModelFiles, { signal, onProgress }: ReadOptions): ModelFiles {
  return {
    ...files,
    async read(path) {
      signal?.throwIfAborted();
      const bytes = await files.read(path);
      if (bytes !== undefined) onProgress?.({ file: path, loadedBytes: bytes.length, totalBytes: bytes.length });
      return bytes;
    },
  };
}

/** The file that an address names, where it names one that is a whole model. */
export function fileAt(source: ModelSource): string | undefined {
  if (typeof source !== "string" && !(source instanceof URL)) return undefined;
  const file = decodeURIComponent(addressOf(source).pathname.split("/").at(-1) ?? "");
  return isGguf(file) ? file : undefined;
}

function addressOf(source: string | URL): URL {
  const base = globalThis.location === undefined ? undefined : (globalThis.document?.baseURI ?? location.href);
  return new URL(source, base);
}

function atAddress(source: string | URL, { signal, onProgress }: ReadOptions): ModelFiles {
  const folder = addressOf(source);
  const file = fileAt(source);
  folder.pathname = file === undefined ? folder.pathname.replace(/\/*$/, "/") : folder.pathname.replace(/[^/]*$/, "");
  return {
    name: file?.replace(/\.gguf$/i, "") ?? decodeURIComponent(folder.pathname.split("/").at(-2) || folder.hostname),
    paths: undefined,
    async read(path) {
      const address = new URL(path.split("/").map(encodeURIComponent).join("/"), folder);
      const fail = (found: string, cause?: unknown) =>
        new CheckpointError(`Cannot load "${address}": ${found}; check the address of the model`, path, { cause });
      const response = await fetch(address, signal === undefined ? {} : { signal }).catch((cause: unknown) => {
        signal?.throwIfAborted();
        throw fail("the server cannot be reached, or does not allow pages of other origins to read it", cause);
      });
      // Servers of pages answer unknown addresses with their start page.
      const isPage = response.headers.get("content-type")?.startsWith("text/html") === true;
      if (response.status === 404 || response.status === 410 || (response.ok && isPage)) {
        await response.body?.cancel();
        return undefined;
      }
      if (!response.ok) throw fail(`the server answers ${response.status} ${response.statusText}`.trimEnd());
      return readBody(response, (progress) => onProgress?.({ file: path, ...progress })).catch((cause: unknown) => {
        signal?.throwIfAborted();
        throw fail(
          cause instanceof RangeError ? "there is not enough memory for it in one piece" : "the download broke off",
          cause,
        );
      });
    },
  };
}

/** The body, in one array where its length is known. */
async function readBody(
  response: Response,
  onProgress: (progress: Omit<DownloadProgress, "file">) => void,
): Promise<Uint8Array> {
  const stated = Number(response.headers.get("content-length") ?? Number.NaN);
  // The length of a compressed body says nothing of what comes out of it.
  const isPlain = (response.headers.get("content-encoding") ?? "identity") === "identity";
  const totalBytes = isPlain && Number.isFinite(stated) ? stated : undefined;
  if (response.body === null) return new Uint8Array(await response.arrayBuffer());
  let bytes = new Uint8Array(totalBytes ?? 2 ** 16);
  let loadedBytes = 0;
  const reader = response.body.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    if (loadedBytes + part.value.length > bytes.length) {
      const larger = new Uint8Array(Math.max(2 * bytes.length, loadedBytes + part.value.length));
      larger.set(bytes);
      bytes = larger;
    }
    bytes.set(part.value, loadedBytes);
    loadedBytes += part.value.length;
    onProgress({ loadedBytes, totalBytes });
  }
  return loadedBytes === bytes.length ? bytes : bytes.slice(0, loadedBytes);
}

/** Bytes from which on browsers may refuse to read a file in one piece. */
const LARGE = 2 ** 30;

/** Dropped files have names, those of a chosen folder paths that begin with the folder's name. */
function fromFiles(files: readonly File[], options: ReadOptions): ModelFiles {
  const paths = files.map((file) => file.webkitRelativePath || file.name);
  const folders = new Set(paths.map((path) => (path.includes("/") ? path.slice(0, path.indexOf("/")) : "")));
  const [only = ""] = folders;
  const prefix = folders.size === 1 && only !== "" && only !== "onnx" ? `${only}/` : "";
  const contents = new Map(files.map((file, i) => [(paths[i] as string).slice(prefix.length), file]));
  return fromContents(contents, prefix.slice(0, -1) || "model", options);
}

function fromContents(
  contents: ReadonlyMap<string, Blob | Uint8Array | string>,
  name: string,
  options: ReadOptions,
): ModelFiles {
  const files: ModelFiles = {
    name,
    paths: [...contents.keys()],
    async read(path) {
      const content = contents.get(path);
      return content === undefined ? undefined : bytesOf(content, path);
    },
  };
  return reported(files, options);
}

async function bytesOf(content: Blob | Uint8Array | string, path: string): Promise<Uint8Array> {
  if (typeof content === "string") return new TextEncoder().encode(content);
  if (content instanceof Uint8Array) return content;
  try {
    return new Uint8Array(await content.arrayBuffer());
  } catch (cause) {
    const found =
      content.size > LARGE
        ? `the browser does not give its ${(content.size / 1e9).toFixed(1)} GB at once; use a smaller model, or explain this one with Node.js (calig explain, calig serve)`
        : "the browser cannot open it any more; drop the files again";
    throw new CheckpointError(`Cannot read "${path}": ${found}`, path, { cause });
  }
}

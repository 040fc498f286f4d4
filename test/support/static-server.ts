/** @file A server of files for tests of pages: on this machine only, on any free port. */

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".css": "text/css",
  ".json": "application/json",
  ".wasm": "application/wasm",
  ".svg": "image/svg+xml",
  ".png": "image/png",
};

/** Makes a page cross-origin isolated, which threads of the engine need. */
const ISOLATION = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

export interface StaticServer extends AsyncDisposable {
  /** "http://127.0.0.1:40123/" */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves folders of files.
 *
 * @param folders - What is served, by the first part of the path; "" is served where no other fits.
 */
export async function serveFolders(
  folders: Readonly<Record<string, string>>,
  { isolated = true }: { readonly isolated?: boolean } = {},
): Promise<StaticServer> {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname).slice(1);
    const [first = ""] = path.split("/");
    const known = first !== "" && Object.hasOwn(folders, first);
    const place = normalize(`/${known ? path.slice(first.length + 1) : path}`);
    const file = place.endsWith("/") ? `${place}index.html` : place;
    readFile(join(folders[known ? first : ""] ?? "", file)).then(
      (bytes) => {
        const type = TYPES[extname(file)] ?? "application/octet-stream";
        response.writeHead(200, {
          "Content-Type": type,
          "Content-Length": bytes.length,
          ...(isolated ? ISOLATION : {}),
        });
        response.end(bytes);
      },
      () => response.writeHead(404, { "Content-Type": "text/plain" }).end("no such file"),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () =>
    new Promise<void>((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** @file The server inside another one of Node: as middleware of Express, Connect, and of `http.createServer` itself. */

import type { IncomingMessage, ServerResponse } from "node:http";
import { getRequestListener } from "@hono/node-server";
import type { ServerApp } from "./app.ts";

/**
 * Answers requests of Node. Mounted under a prefix, it sees addresses without it, as frameworks hand them over:
 * `express().use("/calig", nodeHandler(app))`. It reads bodies itself, so it must come before what parses them
 * (`express.json()`). Frameworks that hand over a `Request` take `app.fetch` as it is: `new Hono().mount("/calig", app.fetch)`.
 *
 * @param app - Made by `createApp`, with the names under which the outer server is reached as `hosts`.
 */
export function nodeHandler({ fetch }: Pick<ServerApp, "fetch">) {
  // Globals of the process are not ours to replace.
  const listener = getRequestListener(fetch, { overrideGlobalObjects: false });
  return (request: IncomingMessage, answer: ServerResponse): void => {
    void listener(request, answer);
  };
}

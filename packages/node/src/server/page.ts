/** @file The page in the browser, where it was built: static files of one folder, and nothing outside it. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import type { HttpBindings } from "@hono/node-server";
import { serveStatic } from "@hono/node-server/serve-static";
import type { Hono } from "hono";
import { wrongMethod } from "./http-error.ts";

const NOT_BUILT = `calig is running, but its page was not built.

Build it in a clone of the repository:

    npm run build

The API works without it: see /api/openapi.json and docs/server.md.
`;

/** Adds the page to a server. */
export function servePage(app: Hono<{ Bindings: HttpBindings }>, folder?: string): void {
  if (folder === undefined || !existsSync(join(folder, "index.html"))) {
    app.get("/", (c) => c.text(NOT_BUILT));
    app.all("/", refuse);
    return;
  }
  app.use("*", async (c, next) => {
    await next();
    // Names of files may stay when their contents change; an unchanged file is not sent again.
    if (!c.req.path.startsWith("/api/")) c.header("Cache-Control", "no-cache");
  });
  app.get("*", serveStatic({ root: folder }));
  app.on(OTHER_METHODS, "*", refuse);
}

const OTHER_METHODS = ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

const refuse = (): never => {
  throw wrongMethod(["GET", "HEAD"]);
};

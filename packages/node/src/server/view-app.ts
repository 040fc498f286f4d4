/** @file The browser of explanations as a server: its page, and each explanation and picture when it is asked for. */

import { articleMaker } from "@calig/core/internal/render/html";
import { openedMarkup } from "@calig/core/internal/report/browse/html";
import type { EvidenceReport } from "@calig/core/internal/report/evidence/evidence-report";
import { type ReportHtmlOptions, reportHtmlOfServer } from "@calig/core/internal/report/evidence/html";
import type { HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import { checkHost, checkOrigin } from "./guard.ts";
import { errorBody, HttpError, toHttpError } from "./http-error.ts";
import { DEFAULT_LIMITS } from "./limits.ts";
import type { Listener } from "./listen.ts";

export interface ViewOptions {
  readonly report: EvidenceReport;
  readonly look: ReportHtmlOptions;
  /** The small picture of an entry as bytes of WebP; undefined where there is none. */
  readonly thumbnailOf: (place: number) => Promise<Uint8Array | undefined>;
  /** Told of errors that are no client's fault. */
  readonly onError: (error: unknown) => void;
}

/** Reads nothing but what it is given, and answers nobody but its own page. */
export function createViewApp({ report, look, thumbnailOf, onError }: ViewOptions): Listener {
  const page = reportHtmlOfServer(report, look);
  const articleOf = articleMaker(look);
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.use(checkHost([]));
  app.use(checkOrigin);
  app.use("*", async (c, next) => {
    await next();
    // The page says itself what it may load.
    c.header("X-Content-Type-Options", "nosniff");
    c.header("Referrer-Policy", "no-referrer");
    c.header("Cross-Origin-Resource-Policy", "same-origin");
    c.header("Content-Security-Policy", "frame-ancestors 'self'");
    c.header("Cache-Control", "no-store");
  });
  /** @throws {HttpError} When there is no such explanation. */
  const placeOf = (number: string): number => {
    const place = Number(number) - 1;
    if (/^\d+$/.test(number) && report.entries[place] !== undefined) return place;
    throw new HttpError(404, "not-found", `There is no explanation ${number}: there are ${report.entries.length}`);
  };
  app.get("/", (c) => c.html(page));
  app.get("/explanation/:number", async (c) => {
    const place = placeOf(c.req.param("number"));
    return c.html(openedMarkup(report, place, articleOf, await look.pictureOf?.(place)));
  });
  app.get("/thumbnail/:number", async (c) => {
    const picture = await thumbnailOf(placeOf(c.req.param("number")));
    if (picture === undefined) throw new HttpError(404, "not-found", "There is no picture");
    return c.body(new Uint8Array(picture), 200, { "Content-Type": "image/webp" });
  });
  app.notFound((c) => c.json(errorBody(new HttpError(404, "not-found", "There is nothing at this address")), 404));
  app.onError((error, c) => {
    const refusal = toHttpError(error);
    if (refusal.status === 500) onError(error);
    return c.json(errorBody(refusal), refusal.status);
  });
  return { fetch: app.fetch, limits: DEFAULT_LIMITS, close() {}, async abort() {} };
}

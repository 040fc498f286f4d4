/**
 * @file Who may ask: only requests that name this server (a page of another site cannot reach it under a name of its
 * own, DNS rebinding), come from its own page or no page at all, and know the token where there is one.
 */

import { createHash, timingSafeEqual } from "node:crypto";
import { isIP } from "node:net";
import type { MiddlewareHandler } from "hono";
import { secureHeaders } from "hono/secure-headers";
import { HttpError } from "./http-error.ts";

/** Names that always mean the own machine. */
const LOOPBACK_NAMES = ["localhost", "ip6-localhost"];

/** Whether a host that a server listens on can be reached from this machine only. */
export const isLoopback = (host: string): boolean =>
  LOOPBACK_NAMES.includes(host) || host === "::1" || /^127(?:\.\d{1,3}){3}$/.test(host);

/** "name" of the Host header "name:port" or "[::1]:port", lower case; undefined where it is none. */
function hostName(header: string): string | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^:/\s@[\]]+))(?::\d{1,5})?$/i.exec(header);
  return (match?.[1] ?? match?.[2])?.toLowerCase().replace(/\.$/, "");
}

/**
 * Refuses requests under a name that is not the server's. Rebinding needs a name whose address an attacker chooses:
 * addresses and "localhost" are safe, other names must be listed.
 */
export function checkHost(names: readonly string[]): MiddlewareHandler {
  const known = new Set([...LOOPBACK_NAMES, ...names.map((name) => name.toLowerCase())]);
  return async (c, next) => {
    const name = hostName(c.req.header("host") ?? "");
    if (name === undefined || (isIP(name) === 0 && !known.has(name))) {
      throw new HttpError(403, "unknown-host", "This server does not go by that name; allow it with --allow-host");
    }
    await next();
  };
}

/** Refuses requests that pages of other origins make; programs send no Origin. */
export const checkOrigin: MiddlewareHandler = async (c, next) => {
  const origin = c.req.header("origin");
  const site = c.req.header("sec-fetch-site");
  const foreign =
    origin === undefined
      ? site !== undefined && site !== "same-origin" && site !== "none"
      : originHost(origin) !== c.req.header("host")?.toLowerCase();
  if (foreign) throw new HttpError(403, "foreign-origin", "Pages of other origins may not use this server");
  await next();
};

function originHost(origin: string): string | undefined {
  try {
    return new URL(origin).host;
  } catch {
    return undefined;
  }
}

/** Refuses requests without `Authorization: Bearer TOKEN`. How long that takes says nothing about the token. */
export function checkToken(token: string): MiddlewareHandler {
  const wanted = digest(token);
  return async (c, next) => {
    const given = /^Bearer +(\S+)$/i.exec(c.req.header("authorization") ?? "")?.[1];
    if (given === undefined || !timingSafeEqual(digest(given), wanted)) {
      c.header("WWW-Authenticate", 'Bearer realm="calig"');
      throw new HttpError(
        401,
        "unauthorized",
        "Give the token of this server in the header Authorization: Bearer TOKEN",
      );
    }
    await next();
  };
}

/** Equal lengths, which timingSafeEqual needs. */
const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/**
 * Headers of every answer. Everything comes from the server itself; isolation from other origins lets the page use
 * threads in WebAssembly.
 */
export const securityHeaders: MiddlewareHandler = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'self'"],
    scriptSrc: ["'self'", "'wasm-unsafe-eval'", "blob:"],
    styleSrc: ["'self'", "'unsafe-inline'"],
    imgSrc: ["'self'", "data:", "blob:"],
    connectSrc: ["'self'", "data:", "blob:"],
    workerSrc: ["'self'", "blob:"],
    objectSrc: ["'none'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'self'"],
  },
  crossOriginOpenerPolicy: "same-origin",
  crossOriginEmbedderPolicy: "require-corp",
  crossOriginResourcePolicy: "same-origin",
  referrerPolicy: "no-referrer",
  // Plain HTTP on the own machine; whoever puts TLS in front sets it there.
  strictTransportSecurity: false,
});

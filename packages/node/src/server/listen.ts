/** @file Connects the server to a socket: time limits of connections, and an end that loses no answer. */

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import type { ServerApp } from "./app.ts";
import { watchConnections } from "./connections.ts";
import { errorBody, HttpError } from "./http-error.ts";
import { HEALTH_PATH } from "./routes/information.ts";
import { createTurns } from "./turns.ts";

/** Where the server listens. */
export interface ListenOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
}

/** A server that listens. */
export interface Listening {
  readonly address: string;
  readonly port: number;
  /** "http://127.0.0.1:8080" */
  readonly url: string;
  /** Takes no new requests, lets those under way end for at most `graceMs`, then stops them. */
  stop(graceMs?: number): Promise<void>;
}

const GRACE_MS = 10_000;
/** How often connections are held to their time limits, milliseconds. */
const CHECK_MS = 1000;
const KEEP_ALIVE_MS = 5000;
/** How often a server that stops looks for connections whose answers are sent. */
const IDLE_MS = 50;
const HEADER_BYTES = 16 * 2 ** 10;

/** What has headers, but is no request. */
const MALFORMED = new HttpError(400, "malformed-request", "The request has no address that this server understands");

/** What can be connected to a socket. */
export type Listener = Pick<ServerApp, "fetch" | "limits" | "close" | "abort">;

/**
 * Connects a server to a socket.
 *
 * @throws The error of the socket when it cannot listen: EADDRINUSE, EACCES, EADDRNOTAVAIL.
 */
export async function listen(app: Listener, { host, port }: ListenOptions): Promise<Listening> {
  const { headersMs, requestMs } = app.limits;
  const listener = getRequestListener(app.fetch, {
    // Globals of the process are not ours to replace.
    overrideGlobalObjects: false,
    errorHandler: () => Response.json(errorBody(MALFORMED), { status: MALFORMED.status }),
  });
  // Hundreds of requests may come at once.
  const turns = createTurns();
  const server = createServer(
    {
      headersTimeout: headersMs,
      requestTimeout: requestMs,
      connectionsCheckingInterval: Math.min(CHECK_MS, headersMs),
      keepAliveTimeout: KEEP_ALIVE_MS,
      maxHeaderSize: HEADER_BYTES,
    },
    (request, answer) => {
      const begin = () => {
        // Its client may have left while others had their turn.
        if (!request.socket.destroyed) void listener(request, answer);
      };
      // Whoever watches over the server is answered before those who ask it for work.
      if (request.url === HEALTH_PATH) begin();
      else void turns.run(begin);
    },
  );
  const connections = watchConnections(server, app.limits);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
  const { address, port: taken, family } = server.address() as AddressInfo;
  return {
    address,
    port: taken,
    url: `http://${family === "IPv6" ? `[${address}]` : address}:${taken}`,
    async stop(graceMs = GRACE_MS) {
      app.close();
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      connections.closeSilent();
      // One whose answer was under way would be kept alive.
      const idle = setInterval(() => server.closeIdleConnections(), IDLE_MS);
      const patience = setTimeout(() => void app.abort(), graceMs);
      // A client that does not read its answer must not keep the server.
      const end = setTimeout(() => server.closeAllConnections(), 2 * graceMs);
      await closed;
      clearInterval(idle);
      clearTimeout(patience);
      clearTimeout(end);
      await app.abort();
    },
  };
}

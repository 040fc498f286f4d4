/**
 * @file The connections of a server: so many at once. Where one more comes, the one gives way that has sent no whole
 * request for longest, so that however many send slowly, or nothing, those who send are heard.
 */

import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

export interface ConnectionLimits {
  /** Most connections. */
  readonly connections: number;
  /** Longest that a client may take to read on in an answer that is ready, milliseconds. */
  readonly answerMs: number;
}

export interface Connections {
  /** Closes those that have no request under way: nothing that was asked is lost. */
  closeSilent(): void;
}

/** Watches the connections of a server that does not listen yet. */
export function watchConnections(server: Server, { connections, answerMs }: ConnectionLimits): Connections {
  /** Those that no whole request is known of, the longest silent first. */
  const silent = new Set<Socket>();
  /** Those whose request has come whole, and is not answered yet. */
  const asking = new Set<Socket>();
  /** Those whose request has begun. */
  const begun = new Set<Socket>();

  server.on("connection", (socket: Socket) => {
    if (silent.size + asking.size >= connections) {
      const [longest] = silent;
      // All are being answered: there is no room.
      if (longest === undefined) return void socket.destroy();
      silent.delete(longest);
      longest.destroy();
    }
    silent.add(socket);
    socket.once("close", () => {
      silent.delete(socket);
      asking.delete(socket);
      begun.delete(socket);
    });
  });
  server.on("request", (request: IncomingMessage, answer: ServerResponse) => {
    const { socket } = request;
    begun.add(socket);
    const whole = () => {
      if (socket.destroyed) return;
      silent.delete(socket);
      asking.add(socket);
    };
    if (request.complete) whole();
    else request.once("end", whole);
    limitReading(answer, answerMs);
    answer.once("close", () => {
      begun.delete(socket);
      asking.delete(socket);
      // The next request of the same connection is waited for anew.
      silent.delete(socket);
      if (!socket.destroyed) silent.add(socket);
    });
  });
  return {
    closeSilent() {
      for (const socket of silent) if (!begun.has(socket)) socket.destroy();
    },
  };
}

/** Cuts the connection where nothing of a whole answer is read for some time: it would be kept for ever. */
function limitReading(answer: ServerResponse, milliseconds: number): void {
  answer.once("prefinish", () => {
    const { socket } = answer;
    if (socket === null) return;
    const cut = () => socket.destroy();
    // Counts from the last byte that went out.
    socket.setTimeout(milliseconds, cut);
    answer.once("close", () => {
      socket.setTimeout(0, cut);
      socket.off("timeout", cut);
    });
  });
}

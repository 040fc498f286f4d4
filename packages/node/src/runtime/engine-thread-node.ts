/** @file The thread of the engine: compiles and runs what it is told, one after the other. Started by threaded-node.ts. */

import { parentPort, workerData } from "node:worker_threads";
import type { Device } from "@calig/core/internal/runtime/devices";
import type { Fetches, Session } from "@calig/core/internal/runtime/runtime";
import type { EngineAnswer, EngineRequest } from "./engine-messages.ts";
import { createNodeRuntime } from "./onnxruntime-node.ts";

const port = parentPort;
if (port === null) throw new Error("This file is a thread; createThreadedNodeRuntime() starts it");
const runtime = createNodeRuntime((workerData as { readonly device: Device }).device);
const sessions = new Map<number, Session>();

port.on("message", async (request: EngineRequest) => {
  const { id } = request;
  try {
    const value = await answer(request);
    port.postMessage({ id, value } satisfies EngineAnswer, buffersOf(request.do === "run" ? (value as Fetches) : {}));
  } catch (error) {
    const { message, cause } = error instanceof Error ? error : { message: String(error), cause: undefined };
    const own = cause === undefined ? {} : { cause: cause instanceof Error ? cause.message : String(cause) };
    port.postMessage({ id, error: message, ...own } satisfies EngineAnswer);
  }
});

async function answer(request: EngineRequest) {
  switch (request.do) {
    case "compile": {
      const session = await runtime.compile(request.model, request.options);
      sessions.set(request.id, session);
      return { session: request.id, inputNames: session.inputNames, outputNames: session.outputNames };
    }
    case "run":
      return (sessions.get(request.session) as Session).run(request.feeds, request.outputs);
    case "dispose":
      await sessions.get(request.session)?.dispose();
      sessions.delete(request.session);
      return undefined;
  }
}

/** What is handed over and not copied. */
const buffersOf = (fetches: Fetches): ArrayBuffer[] => [
  ...new Set(
    Object.values(fetches).flatMap(({ data }) =>
      // A view of a part of something larger is copied: the rest may be of use to somebody.
      ArrayBuffer.isView(data) && data.buffer instanceof ArrayBuffer && data.byteLength === data.buffer.byteLength
        ? [data.buffer]
        : [],
    ),
  ),
];

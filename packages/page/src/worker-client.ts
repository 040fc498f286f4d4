/** @file The client that explains inside the page: in a worker, so that the page stays awake. */

import { type Client, ClientError, type ExplainCall } from "./client.ts";
import type { Answers, FromWorker, ToWorker } from "./worker-protocol.ts";

interface Waiting {
  resolve(answer: never): void;
  reject(reason: unknown): void;
  readonly onProgress: ExplainCall["onProgress"];
}

/** The part of a message that is not its number. */
type Request = ToWorker extends infer Message
  ? Message extends { readonly id: number }
    ? Omit<Message, "id">
    : never
  : never;

/** @param start - Starts the worker; called when it is first needed. */
export function createWorkerClient(start: () => Worker): Client {
  const waiting = new Map<number, Waiting>();
  let worker: Worker | undefined;
  let next = 0;

  function begin(): Worker {
    const started = start();
    started.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => {
      const one = waiting.get(data.id);
      if (one === undefined) return;
      if ("progress" in data) {
        one.onProgress(...data.progress);
        return;
      }
      waiting.delete(data.id);
      if ("error" in data) one.reject(new ClientError(data.error.message, data.error.code));
      else one.resolve(data.answer as never);
    });
    started.addEventListener("error", (event) => {
      const error = new ClientError(
        `The engine cannot run in this browser: ${event.message || "its files cannot be loaded"}`,
        "ExecutionError",
      );
      for (const one of waiting.values()) one.reject(error);
      waiting.clear();
      worker = undefined;
    });
    return started;
  }

  function ask<Name extends keyof Answers>(
    request: Request & { readonly do: Name },
    { signal, onProgress }: Partial<ExplainCall> = {},
  ): Promise<Answers[Name]> {
    const id = next++;
    worker ??= begin();
    const to = worker;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      waiting.set(id, { resolve, reject, onProgress: onProgress ?? (() => {}) });
      signal?.addEventListener(
        "abort",
        () => {
          if (!waiting.delete(id)) return;
          to.postMessage({ id, do: "cancel" } satisfies ToWorker);
          reject(signal.reason);
        },
        { once: true },
      );
      to.postMessage({ ...request, id });
    });
  }

  return {
    place: "browser",
    models: () => ask({ do: "models" }),
    methods: () => ask({ do: "methods" }),
    devices: () => ask({ do: "devices" }),
    explain: (request, call) => ask({ do: "explain", request }, call),
    verify: (request, call) => ask({ do: "verify", request }, call),
    openModel: (files, call) => ask({ do: "open", files }, call),
  };
}

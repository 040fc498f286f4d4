/** @file A server on a free port with a small model, and requests to it. */

import { once } from "node:events";
import { connect } from "node:net";
import type { ExplainableModel } from "@calig/core/internal/attribution/explainable-model";
import type { Programs } from "@calig/core/internal/program/programs";
import { loadModel } from "@calig/node/internal/node/load-model";
import { type AppOptions, createApp, type Listening, listen, type ServerApp } from "@calig/node/server";
import { afterAll } from "vitest";

/** Models that are disposed after the last test of a file. */
export function useModels(): (folder: string) => Promise<ExplainableModel> {
  const loaded: AsyncDisposable[] = [];
  afterAll(async () => {
    for (const model of loaded) await model[Symbol.asyncDispose]();
  });
  return async (folder) => {
    const model = await loadModel(folder, { threads: 1 });
    loaded.push(model);
    return model;
  };
}

export interface TestServer extends Listening {
  readonly app: ServerApp;
  /** Errors that the server reported as its own. */
  readonly errors: unknown[];
}

/** Servers that are stopped after the last test of a file. */
export function useServers(): (options: Partial<AppOptions> & Pick<AppOptions, "models">) => Promise<TestServer> {
  const started: Listening[] = [];
  afterAll(async () => {
    await Promise.all(started.map((server) => server.stop(0)));
  });
  return async (options) => {
    const errors: unknown[] = [];
    const app = createApp({
      version: "1.2.3",
      pageFolder: "/nowhere",
      onError: (error) => errors.push(error),
      ...options,
    });
    const server = await listen(app, { host: "127.0.0.1", port: 0 });
    started.push(server);
    return { ...server, app, errors };
  };
}

/** A POST of JSON. */
export const post = (url: string, body: unknown, init: RequestInit = {}): Promise<Response> =>
  fetch(url, {
    method: "POST",
    body: typeof body === "string" ? body : JSON.stringify(body),
    ...init,
    headers: { "Content-Type": "application/json", ...init.headers },
  });

/** The refusal in an answer. */
export const refusalOf = async (answer: Response) => {
  const { error } = (await answer.json()) as { error: { code: string; message: string } };
  return { status: answer.status, ...error };
};

export interface ServerEvent {
  readonly event: string;
  readonly data: unknown;
}

/** Events of an answer as they come. */
export async function* eventsOf(answer: Response): AsyncGenerator<ServerEvent> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true });
    for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
      const lines = text.slice(0, end).split("\n");
      text = text.slice(end + 2);
      const field = (name: string) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? "";
      yield { event: field("event"), data: JSON.parse(field("data")) };
    }
  }
}

/** Sends bytes as they are, and returns everything that comes back until the server closes. */
export async function sendRaw(port: number, text: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  let answer = "";
  socket.on("data", (chunk) => {
    answer += String(chunk);
  });
  // A reset is a way of closing, too.
  socket.on("error", () => {});
  await once(socket, "connect");
  socket.write(text);
  await once(socket, "close");
  return answer;
}

/** A model that counts the runs of its sweep. */
export function counted(model: ExplainableModel): { readonly model: ExplainableModel; readonly sweeps: () => number } {
  let sweeps = 0;
  const programs = new Proxy(model.programs, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => {
        if (name === "sweep") sweeps++;
        return Reflect.apply(value, target, args);
      };
    },
  }) as Programs;
  return { model: { ...model, programs }, sweeps: () => sweeps };
}

/** @file The client that asks `calig serve`. */

import type { Explanation } from "@calig/core/internal/attribution/explanation";
import type { MethodList } from "@calig/core/internal/options/form";
import type { Verification } from "@calig/core/internal/verification/verification";
import {
  type Client,
  ClientError,
  type ExplainCall,
  type ExplainInput,
  type ExplainRequest,
  type ModelEntry,
} from "./client.ts";
import { dataUri } from "./data-uri.ts";
import { readEvents } from "./event-stream.ts";

export interface HttpClientOptions {
  /** Address that "api/" is relative to. */
  readonly base: string;
  /** Where the server asks for one. */
  readonly token?: string;
}

/** Whether a server of calig answers there. */
export async function findServer(base: string): Promise<boolean> {
  try {
    const response = await fetch(new URL("api/health", base));
    if (!response.ok || response.headers.get("content-type")?.includes("json") !== true) return false;
    return ((await response.json()) as { readonly status?: unknown }).status === "ok";
  } catch {
    return false;
  }
}

export function createHttpClient({ base, token }: HttpClientOptions): Client {
  const headers = token === undefined ? {} : { Authorization: `Bearer ${token}` };

  async function ask(path: string, init: RequestInit = {}): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(new URL(path, base), { ...init, headers: { ...headers, ...init.headers } });
    } catch (cause) {
      init.signal?.throwIfAborted();
      throw new ClientError("The server cannot be reached; check that calig serve is still running", "unreachable", {
        cause,
      });
    }
    if (!response.ok) throw await refusal(response);
    return response;
  }

  return {
    place: "server",
    async models() {
      const { models } = (await (await ask("api/models")).json()) as { readonly models: readonly ModelEntry[] };
      return models;
    },
    async methods() {
      return (await (await ask("api/methods")).json()) as MethodList;
    },
    async verify({ model }, { signal, onProgress }) {
      onProgress(0, "verifying on the server");
      const response = await ask("api/verify", {
        method: "POST",
        signal,
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ model }),
      });
      return (await response.json()) as Verification;
    },
    async explain({ input, ...options }: ExplainRequest, { signal, onProgress }: ExplainCall): Promise<Explanation> {
      const body = await bodyOf(input);
      const response = await ask("api/explain", {
        method: "POST",
        signal,
        headers: { "Content-Type": "application/json", Accept: "text/event-stream, application/json;q=0.5" },
        body: JSON.stringify({ ...options, ...body }),
      });
      if (response.headers.get("content-type")?.startsWith("text/event-stream") !== true || response.body === null) {
        return (await response.json()) as Explanation;
      }
      for await (const { event, data } of readEvents(response.body)) {
        const value = JSON.parse(data) as unknown;
        if (event === "queued") onProgress(0, waitingFor(value as { readonly waiting: number }));
        if (event === "progress") {
          const { done, activity } = value as { readonly done: number; readonly activity: string };
          onProgress(done, activity);
        }
        if (event === "result") return value as Explanation;
        if (event === "error") throw errorOf(value, "The server could not explain this");
      }
      signal.throwIfAborted();
      throw new ClientError("The connection to the server broke off; try again", "broken-off");
    },
  };
}

/** The fields of a request for an input. */
async function bodyOf(input: ExplainInput): Promise<object> {
  if ("file" in input) return { [input.field]: await dataUri(input.file), ...input.reading, ...input.asked };
  if (!("prompt" in input)) return { text: input.text, ...input.asked };
  const { against: againstText, ...prompt } = input.prompt;
  return againstText === undefined ? prompt : { ...prompt, againstText };
}

const waitingFor = ({ waiting }: { readonly waiting: number }): string =>
  waiting > 0 ? `waiting, ${waiting} before this one` : "waiting for the server";

async function refusal(response: Response): Promise<ClientError> {
  const fallback = `The server answers ${response.status} ${response.statusText}`.trimEnd();
  return errorOf(await response.json().catch(() => undefined), fallback);
}

function errorOf(body: unknown, fallback: string): ClientError {
  const { message, code } =
    (body as { readonly error?: { readonly message?: string; readonly code?: string } } | undefined)?.error ?? {};
  return new ClientError(message ?? fallback, code ?? "unknown");
}

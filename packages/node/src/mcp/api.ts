/**
 * @file The HTTP API asked from within the process, without a socket: what assistants ask is checked, limited and queued as
 * what any client of `calig serve` asks.
 */

import { setTimeout as sleep } from "node:timers/promises";
import type { Explanation } from "@calig/core/internal/attribution/explanation";
import { ExecutionError, InputError } from "@calig/core/internal/errors";
import type { Evaluation } from "@calig/core/internal/evaluation/evaluation";
import type { ServerApp } from "../server/app.ts";
import type { EvaluationJob } from "../server/evaluation-jobs.ts";

export type Fields = Readonly<Record<string, unknown>>;

/** How a call is watched and stopped. */
export interface CallHooks {
  readonly signal: AbortSignal;
  /** Called with the share of the work done, 0..1, and what is being done. */
  onProgress(done: number, activity: string): void;
}

export interface Api {
  /** What GET answers. */
  get(path: string): Promise<Fields>;
  /** @throws {InputError} What the server refuses, in its words. */
  explain(fields: Fields, hooks: CallHooks): Promise<Explanation>;
  /** The explanation rendered; made anew. @param mediaType - "text/html". */
  render(fields: Fields, mediaType: string, hooks: CallHooks): Promise<string>;
  evaluate(fields: Fields, hooks: CallHooks): Promise<Evaluation>;
  verify(fields: Fields, hooks: CallHooks): Promise<Fields>;
}

/** Between two questions for an evaluation that is being measured, milliseconds. */
const ASK_AGAIN_MS = 200;
/** Nobody listens there: it makes addresses whole. */
const HOST = "localhost";
const ORIGIN = `http://${HOST}`;

export function apiOf({ fetch: answerTo }: Pick<ServerApp, "fetch">): Api {
  const ask = async (path: string, request: RequestInit = {}): Promise<Response> => {
    const answer = await answerTo(
      new Request(`${ORIGIN}${path}`, { ...request, headers: { ...request.headers, Host: HOST } }),
    );
    if (!answer.ok) throw await refusalOf(answer);
    return answer;
  };
  const post = (path: string, fields: Fields, accept: string, signal: AbortSignal): Promise<Response> =>
    ask(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: accept },
      body: JSON.stringify(fields),
      signal,
    });
  const json = async (answer: Response): Promise<Fields> => (await answer.json()) as Fields;
  return {
    get: async (path) => json(await ask(path)),
    async explain(fields, { signal, onProgress }) {
      for await (const { event, data } of eventsOf(await post("/api/explain", fields, "text/event-stream", signal))) {
        if (event === "progress") onProgress(Number(data.done), String(data.activity));
        if (event === "error") throw refusal(data);
        if (event === "result") return data as unknown as Explanation;
      }
      signal.throwIfAborted();
      throw new ExecutionError("Cannot explain: the work ended without a result; try again");
    },
    render: async (fields, mediaType, { signal }) => (await post("/api/explain", fields, mediaType, signal)).text(),
    async evaluate(fields, { signal, onProgress }) {
      const { id } = (await json(await post("/api/evaluate", fields, "application/json", signal))) as { id: string };
      const path = `/api/evaluate/${id}`;
      try {
        for (;;) {
          const job = (await json(await ask(path))) as unknown as EvaluationJob;
          if (job.status === "done") return job.result as Evaluation;
          if (job.error !== undefined) throw refusal({ error: job.error });
          onProgress(job.progress.done, job.progress.activity);
          await sleep(ASK_AGAIN_MS, undefined, { signal });
        }
      } finally {
        // Stops what is under way, and forgets what has ended.
        await ask(path, { method: "DELETE" });
      }
    },
    verify: async (fields, { signal }) => json(await post("/api/verify", fields, "application/json", signal)),
  };
}

/** What the server calls the body of a request are the arguments of a tool. */
const refusal = (body: Fields): InputError =>
  new InputError(
    (body as { readonly error: { readonly message: string } }).error.message.replace(/\bbody\b/g, "arguments"),
  );

const refusalOf = async (answer: Response): Promise<InputError> => refusal((await answer.json()) as Fields);

interface ServerEvent {
  readonly event: string;
  readonly data: Fields;
}

/** The events of an answer as they come. They are this server's own: a name and one line of JSON each. */
async function* eventsOf(answer: Response): AsyncGenerator<ServerEvent> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const bytes of answer.body ?? []) {
    text += decoder.decode(bytes, { stream: true });
    const parts = text.split("\n\n");
    text = parts.pop() ?? "";
    for (const part of parts) {
      const event = /^event: (.*)$/m.exec(part)?.[1];
      const data = /^data: (.*)$/m.exec(part)?.[1];
      if (event !== undefined && data !== undefined) yield { event, data: JSON.parse(data) as Fields };
    }
  }
}

/** @file POST /api/explain: an explanation as JSON, as a rendered page, or as events while it is made. */

import type { ExplainOptions } from "@calig/core/internal/attribution/options";
import { checkRun } from "@calig/core/internal/attribution/resolve-run";
import { MODALITIES } from "@calig/core/internal/modality/modalities";
import type { GivenOptions } from "@calig/core/internal/options/option";
import { resolveOptions } from "@calig/core/internal/options/resolve";
import { RENDERERS } from "@calig/core/internal/render/registry";
import { accepts } from "hono/accepts";
import { streamSSE } from "hono/streaming";
import { chooseModel, choosePromptModel, formOf, TEXT_FIELD } from "../choose-model.ts";
import { clientLeft, errorBody, toHttpError } from "../http-error.ts";
import { reference } from "../json-schema.ts";
import { type LinkedSignal, linkSignals } from "../linked-signal.ts";
import type { ModelHost } from "../model-host.ts";
import { type ExplainWork, plainType } from "../model-work.ts";
import { givesPrompt, promptIn, refuseQuestions } from "../prompt-fields.ts";
import { questionsIn } from "../question-fields.ts";
import { readBody } from "../read-body.ts";
import type { RequestContext, Route, ServerState } from "../route.ts";
import { explainOptionNames } from "../schemas.ts";
import { takeTurn } from "../take-turn.ts";
import type { Place } from "../work-queue.ts";

const EVENTS = "text/event-stream";
const JSON_TYPE = "application/json";
const OPTION_NAMES = explainOptionNames();
/** Least progress between two events, as a share of the work. */
const LEAST_PROGRESS = 0.01;

export const explainRoute: Route = {
  method: "post",
  path: "/api/explain",
  operationId: "explain",
  summary: "Explain one prediction",
  description: `The header Accept chooses the answer: JSON, one of the rendered formats, or ${EVENTS}: events "queued" with {waiting}, how many come first, "progress" with {done, activity}, then "result" with the Explanation or "error" with {error}. Closing the connection stops the work.`,
  body: "ExplainRequest",
  answers: {
    200: {
      description: "The explanation",
      content: Object.fromEntries([
        ...RENDERERS.map((renderer) => [
          plainType(renderer),
          renderer.name === "json" ? reference("Explanation") : { type: "string" as const },
        ]),
        [EVENTS, { type: "string" as const }],
      ]),
    },
  },
  refusals: [400, 404, 408, 413, 415, 422, 429, 503, 504],
  async answer(c, state) {
    // Nothing is read of what would be refused anyway; the place is taken when all of it is there.
    state.explanations.check();
    const { host, ...asked } = await readRequest(c, state);
    const type = accepts(c, {
      header: "Accept",
      supports: [...RENDERERS.map(plainType), EVENTS],
      default: JSON_TYPE,
    });
    const renderer = RENDERERS.find((candidate) => plainType(candidate) === type);
    const place = state.explanations.enter();
    const link = linkSignals([{ signal: c.req.raw.signal, reason: clientLeft }, { signal: state.stopped }]);
    const work: Work = { host, work: { ...asked, format: renderer?.name }, place, link, state };
    if (renderer === undefined) return events(c, work);
    const bytes = await run(work, () => {});
    return c.body(bytes as Uint8Array<ArrayBuffer>, 200, {
      "Content-Type": renderer.mediaType,
      "Cache-Control": "no-store",
    });
  },
};

type Asked = Omit<ExplainWork, "format"> & { readonly host: ModelHost };

async function readRequest(c: RequestContext, state: ServerState): Promise<Asked> {
  const body = await readBody(c, state, "ExplainRequest");
  const form = state.inputs.find(({ field }) => body[field] !== undefined) ?? formOf(state, TEXT_FIELD);
  const options = given(body, OPTION_NAMES) as ExplainOptions;
  const baselines = state.inputs.flatMap((input) => input.baselines);
  checkRun(options, undefined, [], baselines); // before a turn is waited for
  if (givesPrompt(body)) {
    const input = promptIn(body, state.limits.characters);
    return { host: choosePromptModel(state.models, body.model).host, input, options };
  }
  refuseQuestions(body);
  const { host } = chooseModel(state.models, body.model, form);
  if (form.file === undefined) {
    const { text, pair } = body as { readonly text: string; readonly pair?: string };
    const asked = questionsIn(body, false);
    return { host, input: { text, ...(pair === undefined ? {} : { pair }), ...asked }, options };
  }
  const reading = given(
    body,
    form.file.options.map(({ name }) => name),
  );
  checkReading(form.kind, reading); // as early
  const asked = questionsIn(body, true);
  return { host, input: { data: body[form.field] as string, reading, asked }, options };
}

/** Checks what this process has the declarations of; of kinds of inputs from outside the process of the model does. */
function checkReading(kind: string, reading: GivenOptions): void {
  const own = MODALITIES.find(({ name }) => name === kind);
  if (own?.file?.options !== undefined) resolveOptions(own.file.options, reading);
}

/** The fields of those names that there are. */
const given = (body: Readonly<Record<string, unknown>>, names: readonly string[]) =>
  Object.fromEntries(names.filter((name) => body[name] !== undefined).map((name) => [name, body[name]]));

interface Work {
  readonly host: ModelHost;
  readonly work: ExplainWork;
  readonly place: Place;
  readonly link: LinkedSignal;
  readonly state: ServerState;
}

/** Waits for its turn and explains. */
const run = (
  { host, work, place, link, state }: Work,
  onProgress: (done: number, activity: string) => void,
): Promise<Uint8Array> =>
  takeTurn({ place, link, timeoutMs: state.limits.timeoutMs, what: "The explanation" }, () =>
    host.explain(work, state.limits, { signal: link.signal, onProgress }),
  );

/** Bytes that are written to a client in one go. */
const PART_BYTES = 2 ** 16;

/** The same as events. Refusals come as an event too, since the answer has begun. */
function events(c: RequestContext, work: Work): Response {
  const { link, state } = work;
  return streamSSE(c, async (stream) => {
    stream.onAbort(() => link.abort(clientLeft()));
    const write = (event: string, data: unknown) => stream.writeSSE({ event, data: JSON.stringify(data) });
    try {
      // Nothing is awaited before the work is done: a client that reads slowly must not hold it up.
      void write("queued", { waiting: work.place.ahead });
      let last = Number.NEGATIVE_INFINITY;
      const bytes = await run(work, (done, activity) => {
        if (done - last < LEAST_PROGRESS && done < 1) return;
        last = done;
        void write("progress", { done, activity });
      });
      await stream.write("event: result\ndata: ");
      for (let from = 0; from < bytes.length; from += PART_BYTES) {
        await stream.write(bytes.subarray(from, from + PART_BYTES));
      }
      await stream.write("\n\n");
    } catch (error) {
      if (toHttpError(error).status === 500) state.onError(error);
      if (!stream.aborted) await write("error", errorBody(toHttpError(error)));
    }
  });
}

/** @file POST /api/explain: an explanation as JSON, as a rendered page, or as events while it is made. */

import { accepts } from "hono/accepts";
import { streamSSE } from "hono/streaming";
import { explain } from "../../attribution/explain.ts";
import type { Explanation } from "../../attribution/explanation.ts";
import type { ExplainOptions } from "../../attribution/options.ts";
import type { TextInput } from "../../attribution/text-input.ts";
import { parseBackground, type ToRgbOptions } from "../../input/image/samples.ts";
import { pictureUri } from "../../node/picture-uri.ts";
import { RENDERERS, type Renderer } from "../../render/registry.ts";
import { chooseModel } from "../choose-model.ts";
import { clientLeft, errorBody, HttpError, toHttpError } from "../http-error.ts";
import { reference } from "../json-schema.ts";
import { type LinkedSignal, linkSignals } from "../linked-signal.ts";
import { Pictures } from "../pictures.ts";
import { invalid, readBody } from "../read-body.ts";
import type { RequestContext, Route, ServedModel, ServerState } from "../route.ts";
import { EXPLAIN_OPTION_NAMES, READING_OPTION_NAMES } from "../schemas.ts";
import type { Place } from "../work-queue.ts";

const EVENTS = "text/event-stream";
const JSON_TYPE = "application/json";
/** Least progress between two events, as a share of the work. */
const LEAST_PROGRESS = 0.01;

/** "text/html" of "text/html; charset=utf-8". */
const plainType = ({ mediaType }: Renderer): string => mediaType.split(";")[0] as string;

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
  refusals: [400, 404, 413, 415, 422, 429, 503, 504],
  async answer(c, state) {
    const place = state.explanations.enter();
    const link = linkSignals([{ signal: c.req.raw.signal, reason: clientLeft }, { signal: state.stopped }]);
    const leave = () => {
      place.leave();
      link.release();
    };
    try {
      const request = await readRequest(c, state);
      const work = { request, place, link, state };
      const type = accepts(c, {
        header: "Accept",
        supports: [...RENDERERS.map(plainType), EVENTS],
        default: JSON_TYPE,
      });
      if (type === EVENTS) return events(c, work, leave);
      const { explanation, picture } = await run(work, () => {});
      leave();
      const renderer = RENDERERS.find((candidate) => plainType(candidate) === type) as Renderer;
      const text = renderer.render(explanation, picture === undefined ? {} : { picture });
      return c.body(text, 200, { "Content-Type": renderer.mediaType, "Cache-Control": "no-store" });
    } catch (error) {
      leave();
      throw error;
    }
  },
};

interface ExplainRequest {
  readonly served: ServedModel;
  readonly input:
    | { readonly kind: "text"; readonly text: TextInput }
    | { readonly kind: "image"; readonly data: string };
  readonly reading: ToRgbOptions;
  readonly options: ExplainOptions;
}

async function readRequest(c: RequestContext, state: ServerState): Promise<ExplainRequest> {
  const body = await readBody(c, state, "ExplainRequest");
  const { text, pair, image, model } = body as { text?: string; pair?: string; image?: string; model?: unknown };
  const reading = given(body, READING_OPTION_NAMES) as ToRgbOptions;
  const problems = [
    ...(text === undefined && image === undefined ? ["body must have a text or an image"] : []),
    ...(text !== undefined && image !== undefined ? ["body has a text and an image: give one of them"] : []),
    ...(pair !== undefined && text === undefined ? ["body.pair goes with a text only"] : []),
    ...(image === undefined ? Object.keys(reading).map((name) => `body.${name} goes with an image only`) : []),
  ];
  if (problems.length > 0) throw invalid(problems);
  const { background } = reading;
  if (background !== undefined) parseBackground(background); // before a turn is waited for
  const options = given(body, EXPLAIN_OPTION_NAMES) as ExplainOptions;
  if (image !== undefined) {
    return {
      served: chooseModel(state.models, model, "image"),
      input: { kind: "image", data: image },
      reading,
      options,
    };
  }
  const input = { text: text as string, ...(pair === undefined ? {} : { pair }) };
  return { served: chooseModel(state.models, model, "text"), input: { kind: "text", text: input }, reading, options };
}

/** The fields of those names that there are. */
const given = (body: Readonly<Record<string, unknown>>, names: readonly string[]) =>
  Object.fromEntries(names.filter((name) => body[name] !== undefined).map((name) => [name, body[name]]));

interface Work {
  readonly request: ExplainRequest;
  readonly place: Place;
  readonly link: LinkedSignal;
  readonly state: ServerState;
}

interface Explained {
  readonly explanation: Explanation;
  /** The picture that was explained, as a data URI. */
  readonly picture?: string;
}

/** Waits for its turn and explains; each within the time limit. */
async function run(
  { request, place, link, state }: Work,
  onProgress: (done: number, activity: string) => void,
): Promise<Explained> {
  const { timeoutMs, pixels, runBytes } = state.limits;
  const seconds = Math.round(timeoutMs / 1000);
  link.limit(timeoutMs, () => new HttpError(503, "busy", `No turn came within ${seconds} s; try again later`, seconds));
  await place.turn(link.signal);
  link.limit(timeoutMs, () => new HttpError(504, "timeout", `The explanation took longer than ${seconds} s`));
  link.signal.throwIfAborted();
  const { served, input, reading, options } = request;
  const pictures = new Pictures(pixels, reading);
  const decoded = input.kind === "text" ? input.text : { image: await pictures.decode(input.data, "image") };
  const asked = await pictures.decodeOptions(options);
  const explanation = await explain(served.model, decoded, {
    ...asked,
    memory: runBytes,
    signal: link.signal,
    onProgress,
  });
  return { explanation, ...("image" in decoded ? { picture: await pictureUri(decoded.image) } : {}) };
}

/** The same as events. Refusals come as an event too, since the answer has begun. */
function events(c: RequestContext, work: Work, leave: () => void): Response {
  const { link, state } = work;
  return streamSSE(c, async (stream) => {
    stream.onAbort(() => link.abort(clientLeft()));
    const write = (event: string, data: unknown) => stream.writeSSE({ event, data: JSON.stringify(data) });
    try {
      await write("queued", { waiting: work.place.ahead });
      let last = Number.NEGATIVE_INFINITY;
      const { explanation } = await run(work, (done, activity) => {
        if (done - last < LEAST_PROGRESS && done < 1) return;
        last = done;
        // Not awaited: a client that reads slowly must not hold up the work.
        void write("progress", { done, activity });
      });
      await write("result", explanation);
    } catch (error) {
      if (toHttpError(error).status === 500) state.onError(error);
      if (!stream.aborted) await write("error", errorBody(toHttpError(error)));
    } finally {
      leave();
    }
  });
}

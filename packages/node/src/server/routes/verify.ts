/** @file POST /api/verify: whether a model of this server is computed rightly. */

import { TEXT_FIELD, unknownModel } from "../choose-model.ts";
import { clientLeft, invalid } from "../http-error.ts";
import { reference } from "../json-schema.ts";
import { linkSignals } from "../linked-signal.ts";
import { readBody } from "../read-body.ts";
import { type HostedModel, jsonAnswer, type Route, type ServerState } from "../route.ts";
import { takeTurn } from "../take-turn.ts";

interface VerifyRequest {
  readonly model?: string;
  readonly texts?: readonly string[];
  readonly seed?: number;
}

export const verifyRoute: Route = {
  method: "post",
  path: "/api/verify",
  operationId: "verify",
  summary: "Whether a model is computed rightly",
  description:
    "Runs the checks of calig verify, which takes as long as some explanations, and has a place in their queue. Closing the connection stops the work.",
  body: "VerifyRequest",
  answers: { 200: jsonAnswer("What every check found; passed says whether none failed", reference("Verification")) },
  refusals: [400, 404, 408, 413, 415, 422, 429, 503, 504],
  async answer(c, state) {
    // Nothing is read of what would be refused anyway; the place is taken when all of it is there.
    state.explanations.check();
    const { texts = [], seed, model } = (await readBody(c, state, "VerifyRequest")) as VerifyRequest;
    const { host } = hosted(state, model);
    if (texts.length > 0 && host.input?.field !== TEXT_FIELD) {
      throw invalid([`body.texts: the model reads ${host.input?.noun.many ?? "what requests cannot give"}`]);
    }
    const place = state.explanations.enter();
    const link = linkSignals([{ signal: c.req.raw.signal, reason: clientLeft }, { signal: state.stopped }]);
    const work = { texts, ...(seed === undefined ? {} : { seed }) };
    const bytes = await takeTurn({ place, link, timeoutMs: state.limits.timeoutMs, what: "The checks" }, () =>
      host.verify(work, state.limits, { signal: link.signal, onProgress: () => {} }),
    );
    return c.body(bytes as Uint8Array<ArrayBuffer>, 200, {
      "Content-Type": "application/json",
      "Cache-Control": "no-store",
    });
  },
};

/** The model of that name, of whatever kind; the first where none is named. */
function hosted({ models }: ServerState, name: string | undefined): HostedModel {
  const named = name === undefined ? models[0] : models.find((candidate) => candidate.name === name);
  if (named !== undefined) return named;
  throw unknownModel(models, name);
}

/** @file POST /api/verify: whether a model of this server is computed rightly. */

import type { AssembledModel } from "../../loading/assemble-model.ts";
import { verify } from "../../verification/verify.ts";
import { chooseModel, kindOf } from "../choose-model.ts";
import { clientLeft, HttpError } from "../http-error.ts";
import { reference } from "../json-schema.ts";
import { linkSignals } from "../linked-signal.ts";
import { invalid, readBody } from "../read-body.ts";
import { jsonAnswer, type Route, type ServedModel, type ServerState } from "../route.ts";

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
  refusals: [400, 404, 413, 415, 422, 429, 503, 504],
  async answer(c, state) {
    const place = state.explanations.enter();
    const link = linkSignals([{ signal: c.req.raw.signal, reason: clientLeft }, { signal: state.stopped }]);
    try {
      const { texts = [], seed, ...body } = (await readBody(c, state, "VerifyRequest")) as VerifyRequest;
      const model = verifiable(served(state, body.model), texts);
      const { timeoutMs } = state.limits;
      const seconds = Math.round(timeoutMs / 1000);
      link.limit(
        timeoutMs,
        () => new HttpError(503, "busy", `No turn came within ${seconds} s; try again later`, seconds),
      );
      await place.turn(link.signal);
      link.limit(timeoutMs, () => new HttpError(504, "timeout", `The checks took longer than ${seconds} s`));
      link.signal.throwIfAborted();
      const options = { inputs: texts, signal: link.signal, ...(seed === undefined ? {} : { seed }) };
      return c.json(await verify(model, options), 200, { "Cache-Control": "no-store" });
    } finally {
      place.leave();
      link.release();
    }
  },
};

/** The model of that name, of whatever kind; the first where none is named. */
function served({ models }: ServerState, name: string | undefined): ServedModel {
  const named = name === undefined ? models[0] : models.find((candidate) => candidate.name === name);
  return chooseModel(models, name ?? named?.name, named === undefined ? "text" : kindOf(named));
}

/** @throws {HttpError} 422 when texts are given for an image model, or the model was not loaded from files. */
function verifiable({ name, model }: ServedModel, texts: readonly string[]): AssembledModel {
  if (texts.length > 0 && model.tokenizer === undefined) throw invalid(["body.texts: the model reads images"]);
  if ("source" in model && "weights" in model) return model as AssembledModel;
  throw new HttpError(
    422,
    "cannot-verify",
    `Model "${name}" was not loaded from files: there is nothing to compare with`,
  );
}

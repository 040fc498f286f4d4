/** @file /api/evaluate: evaluations as jobs that are started, asked after, and cancelled. */

import { setImmediate as nextTurn } from "node:timers/promises";
import { InputError } from "@calig/core/internal/errors";
import type { Dataset } from "@calig/core/internal/evaluation/dataset";
import { promptItem } from "../../node/datasets/prompts.ts";
import { recordItem } from "../../node/datasets/records.ts";
import { chooseModel, choosePromptModel, formOf, TEXT_FIELD } from "../choose-model.ts";
import type { JobAndResult } from "../evaluation-jobs.ts";
import { HttpError, invalid } from "../http-error.ts";
import { reference } from "../json-schema.ts";
import { type EvaluateFields, evaluateOptions } from "../model-work.ts";
import { givesPrompt, promptIn, refuseQuestions } from "../prompt-fields.ts";
import { readBody } from "../read-body.ts";
import { jsonAnswer, type RequestContext, type Route } from "../route.ts";

const PATH = "/api/evaluate";
const JOB_PATH = `${PATH}/{id}`;
const PARAMETERS = { id: "The id that POST /api/evaluate answered with" };
const JOB = reference("EvaluationJob");

interface EvaluateRequest extends EvaluateFields {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly name?: string;
  readonly model?: string;
}

const start: Route = {
  method: "post",
  path: PATH,
  operationId: "startEvaluation",
  summary: "Measure how faithful methods are, on rows of texts or prompts",
  description: "Starts a job and answers at once; GET /api/evaluate/{id} says where it stands.",
  body: "EvaluateRequest",
  answers: { 202: jsonAnswer("The job; Location is its address", JOB) },
  refusals: [400, 404, 408, 413, 415, 422, 429, 503],
  async answer(c, state) {
    // Nothing is read of what would be refused anyway; the place is taken when all of it is there.
    state.jobs.check();
    const body = (await readBody(c, state, "EvaluateRequest")) as unknown as EvaluateRequest;
    const { rows, name = "rows", model, ...request } = body;
    const arePrompts = rows.some(givesPrompt);
    const { host } = arePrompts
      ? choosePromptModel(state.models, model)
      : chooseModel(state.models, model, formOf(state, TEXT_FIELD));
    const toItem = arePrompts ? promptRow(state.limits.characters) : textRow;
    const dataset = await datasetOf(name, rows, toItem);
    // What does not go together is refused now, not when its turn comes.
    evaluateOptions(request, dataset);
    const job = state.jobs.start(state.jobs.enter(), (signal, onProgress) =>
      host.evaluate({ dataset, request }, state.limits, { signal, onProgress }),
    );
    return c.json(job, 202, { Location: `${PATH}/${job.id}` });
  },
};

const ask: Route = {
  method: "get",
  path: JOB_PATH,
  operationId: "getEvaluation",
  summary: "Where an evaluation stands, and its result",
  parameters: PARAMETERS,
  answers: { 200: jsonAnswer("The job", JOB) },
  refusals: [404],
  answer: (c, { jobs }) =>
    answerOf(
      c,
      found(c, (id) => jobs.get(id)),
    ),
};

const cancel: Route = {
  method: "delete",
  path: JOB_PATH,
  operationId: "cancelEvaluation",
  summary: "Cancel an evaluation, or forget an ended one",
  parameters: PARAMETERS,
  answers: { 200: jsonAnswer("The job as it was left", JOB) },
  refusals: [404],
  answer: (c, { jobs }) =>
    answerOf(
      c,
      found(c, (id) => jobs.cancel(id)),
    ),
};

export const evaluateRoutes: readonly Route[] = [start, ask, cancel];

function found<T>(c: RequestContext, look: (id: string) => T | undefined): T {
  const job = look(c.req.param("id") ?? "");
  if (job === undefined) throw new HttpError(404, "unknown-evaluation", "There is no evaluation of that id");
  return job;
}

/** The job with its result, which is JSON already: however large, nothing is done with it but sending. */
function answerOf(c: RequestContext, { job, result }: JobAndResult): Response {
  if (result === undefined) return c.json(job);
  const head = JSON.stringify(job).slice(0, -1);
  const body = Buffer.concat([Buffer.from(`${head},"result":`), result, Buffer.from("}")]);
  return c.body(body as Uint8Array<ArrayBuffer>, 200, { "Content-Type": "application/json" });
}

/** Characters of rows that are taken in before others have their turn. */
const CHARACTERS_AT_ONCE = 100_000;

type Fields = EvaluateRequest["rows"][number];
type Item = ReturnType<typeof recordItem>;

function textRow(fields: Fields): Item {
  refuseQuestions(fields);
  return recordItem(fields);
}

/** @param most - Most characters of all messages of a chat together. */
const promptRow =
  (most: number) =>
  (fields: Fields): Item => {
    if (!givesPrompt(fields)) return new InputError("it is a text, and others are prompts; send either");
    const { id, label, relevant } = fields;
    return promptItem({ ...promptIn(fields, most), id, label, relevant });
  };

async function datasetOf(
  name: string,
  rows: EvaluateRequest["rows"],
  toItem: (fields: Fields) => Item,
): Promise<Dataset> {
  const items: Item[] = [];
  let characters = 0;
  for (const fields of rows) {
    items.push(toItem(fields));
    characters += String(fields.text ?? fields.prompt ?? "").length;
    if (characters < CHARACTERS_AT_ONCE) continue;
    characters = 0;
    await nextTurn();
  }
  const problems = items.flatMap((item, i) => (item instanceof InputError ? [`row ${i + 1}: ${item.message}`] : []));
  if (problems.length > 0) throw invalid(problems);
  return {
    name,
    items: items.flatMap((item, i) => (item instanceof InputError ? [] : [{ line: i + 1, ...item }])),
    problems: [],
  };
}

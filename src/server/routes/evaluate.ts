/** @file /api/evaluate: evaluations as jobs that are started, asked after, and cancelled. */

import type { ExplainOptions } from "../../attribution/options.ts";
import { InputError } from "../../errors.ts";
import { contendersOf } from "../../evaluation/contenders.ts";
import type { Dataset } from "../../evaluation/dataset.ts";
import { type EvaluateOptions, evaluate } from "../../evaluation/evaluate.ts";
import { defaultMetrics, metricByName } from "../../evaluation/metrics.ts";
import { recordItem } from "../../node/datasets/records.ts";
import { chooseModel } from "../choose-model.ts";
import { HttpError } from "../http-error.ts";
import { reference } from "../json-schema.ts";
import { invalid, readBody } from "../read-body.ts";
import { jsonAnswer, type RequestContext, type Route } from "../route.ts";
import { EVALUATE_OPTION_NAMES, METHOD_OPTION_NAMES } from "../schemas.ts";

const PATH = "/api/evaluate";
const JOB_PATH = `${PATH}/{id}`;
const PARAMETERS = { id: "The id that POST /api/evaluate answered with" };
const JOB = reference("EvaluationJob");

interface EvaluateRequest extends Pick<EvaluateOptions, (typeof EVALUATE_OPTION_NAMES)[number]> {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly name?: string;
  readonly model?: string;
  readonly methods?: readonly string[];
  readonly metrics?: readonly string[];
}

const start: Route = {
  method: "post",
  path: PATH,
  operationId: "startEvaluation",
  summary: "Measure how faithful methods are, on rows of texts",
  description: "Starts a job and answers at once; GET /api/evaluate/{id} says where it stands.",
  body: "EvaluateRequest",
  answers: { 202: jsonAnswer("The job; Location is its address", JOB) },
  refusals: [400, 404, 413, 415, 422, 429, 503],
  async answer(c, state) {
    // The place is taken before the body is read, so that bodies cannot pile up.
    const place = state.jobs.enter();
    try {
      const body = (await readBody(c, state, "EvaluateRequest")) as unknown as EvaluateRequest;
      const { model } = chooseModel(state.models, body.model, "text");
      const dataset = datasetOf(body);
      const options = optionsOf(body, dataset);
      const job = state.jobs.start(place, (signal, onProgress) =>
        evaluate(model, dataset, { ...options, signal, onProgress }),
      );
      return c.json(job, 202, { Location: `${PATH}/${job.id}` });
    } catch (error) {
      place.leave();
      throw error;
    }
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
  answer: (c, { jobs }) => c.json(found(c, (id) => jobs.get(id))),
};

const cancel: Route = {
  method: "delete",
  path: JOB_PATH,
  operationId: "cancelEvaluation",
  summary: "Cancel an evaluation, or forget an ended one",
  parameters: PARAMETERS,
  answers: { 200: jsonAnswer("The job as it was left", JOB) },
  refusals: [404],
  answer: (c, { jobs }) => c.json(found(c, (id) => jobs.cancel(id))),
};

export const evaluateRoutes: readonly Route[] = [start, ask, cancel];

function found<T>(c: RequestContext, look: (id: string) => T | undefined): T {
  const job = look(c.req.param("id") ?? "");
  if (job === undefined) throw new HttpError(404, "unknown-evaluation", "There is no evaluation of that id");
  return job;
}

function datasetOf({ rows, name = "rows" }: EvaluateRequest): Dataset {
  const items = rows.map((fields) => recordItem(fields));
  const problems = items.flatMap((item, i) => (item instanceof InputError ? [`row ${i + 1}: ${item.message}`] : []));
  if (problems.length > 0) throw invalid(problems);
  return {
    name,
    items: items.flatMap((item, i) => (item instanceof InputError ? [] : [{ line: i + 1, ...item }])),
    problems: [],
  };
}

function optionsOf(body: EvaluateRequest, dataset: Dataset): EvaluateOptions {
  const fields = body as unknown as Readonly<Record<string, unknown>>;
  const pick = (names: readonly string[]) =>
    Object.fromEntries(names.filter((name) => fields[name] !== undefined).map((name) => [name, fields[name]]));
  return {
    ...pick(EVALUATE_OPTION_NAMES),
    contenders: contendersOf(body.methods, pick(METHOD_OPTION_NAMES) as ExplainOptions),
    metrics: body.metrics?.map(metricByName) ?? defaultMetrics(dataset),
  };
}

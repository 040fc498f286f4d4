/** @file /api/runs: data sets that are explained as a job, which goes on when the server starts again, and whose rows are Parquet files. */

import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Readable } from "node:stream";
import type { ExplainOptions } from "@calig/core/internal/attribution/options";
import { checkRun } from "@calig/core/internal/attribution/resolve-run";
import type { RowOptions } from "@calig/core/internal/evaluation/dataset-layout";
import { ROW_OPTIONS } from "../../node/read-rows.ts";
import { chooseModel, formOf, TEXT_FIELD } from "../choose-model.ts";
import { HttpError, invalid } from "../http-error.ts";
import { reference } from "../json-schema.ts";
import { FILE } from "../openapi.ts";
import { mediaType, readBody, readFileBody } from "../read-body.ts";
import { jsonAnswer, type RequestContext, type Route, type ServerState } from "../route.ts";
import type { RunJob, RunJobs } from "../run-jobs.ts";
import { explainOptionNames } from "../schemas.ts";

const PATH = "/api/runs";
const RUN_PATH = `${PATH}/{id}`;
const SHARD_PATH = `${RUN_PATH}/shards/{shard}`;
const PARAMETERS = { id: "The id that POST /api/runs answered with" };
const RUN = reference("RunJob");
const PARQUET = "application/vnd.apache.parquet";
const OPTION_NAMES = explainOptionNames();

/** Endings of files by the media type that they are sent as. */
const ENDINGS: Readonly<Record<string, string>> = {
  [PARQUET]: ".parquet",
  "application/x-ndjson": ".jsonl",
  "application/jsonl": ".jsonl",
  "text/csv": ".csv",
  "text/tab-separated-values": ".tsv",
};

const start: Route = {
  method: "post",
  path: PATH,
  operationId: "startRun",
  summary: "Explain every row of a data set",
  description:
    "Takes rows in JSON, or a file: Parquet, JSON lines, CSV or TSV. Starts a job and answers at once; GET /api/runs/{id} says where it stands. Rows that cannot be explained do not end it. A server that is stopped goes on with it when it starts again.",
  body: "RunRequest",
  files: Object.keys(ENDINGS),
  answers: { 202: jsonAnswer("The run; Location is its address", RUN) },
  refusals: [400, 404, 408, 413, 415, 422, 429, 503],
  async answer(c, state) {
    const runs = runsOf(state);
    // Nothing is read of what would be refused anyway; the place is taken when all of it is there.
    runs.check();
    const ending = ENDINGS[mediaType(c)];
    const { fields, data, labelled } = ending === undefined ? await sentRows(c, state) : await sentFile(c, state);
    const { name, served } = chosen(state, fields.model);
    const options = given(fields, OPTION_NAMES) as ExplainOptions;
    checkRun(options, undefined, [], served);
    const job = await runs.start(
      {
        name: (fields.name as string | undefined) ?? (ending === undefined ? "rows" : `data${ending}`),
        model: name,
        options,
        reading: { ...given(fields, ROW_OPTIONS), ...(labelled ? { labelColumn: "label" } : {}) } as RowOptions,
        full: fields.full === true,
      },
      data,
      ending ?? ".jsonl",
    );
    return c.json(job, 202, { Location: `${PATH}/${job.id}` });
  },
};

const ask: Route = {
  method: "get",
  path: RUN_PATH,
  operationId: "getRun",
  summary: "Where a run stands, and its files",
  parameters: PARAMETERS,
  answers: { 200: jsonAnswer("The run", RUN) },
  refusals: [404],
  answer: async (c, state) => c.json(await found(c, (id) => runsOf(state).get(id))),
};

const cancel: Route = {
  method: "delete",
  path: RUN_PATH,
  operationId: "cancelRun",
  summary: "Cancel a run, or delete an ended one with its files",
  parameters: PARAMETERS,
  answers: { 200: jsonAnswer("The run as it was left", RUN) },
  refusals: [404],
  answer: async (c, state) => c.json(await found(c, (id) => runsOf(state).cancel(id))),
};

const shard: Route = {
  method: "get",
  path: SHARD_PATH,
  operationId: "getShard",
  summary: "The rows of a shard that is done, as a Parquet file",
  parameters: { ...PARAMETERS, shard: "Its number, from 0" },
  answers: { 200: { description: "The file", content: { [PARQUET]: FILE } } },
  refusals: [404],
  async answer(c, state) {
    const number = c.req.param("shard") ?? "";
    const path = /^\d{1,5}$/.test(number)
      ? await runsOf(state).shard(c.req.param("id") ?? "", Number(number))
      : undefined;
    if (path === undefined) throw new HttpError(404, "unknown-shard", "There is no such shard, or it is not done yet");
    const { size } = await stat(path);
    return c.body(Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array<ArrayBuffer>>, 200, {
      "Content-Type": PARQUET,
      "Content-Length": String(size),
      "Content-Disposition": `attachment; filename="part-${number.padStart(5, "0")}.parquet"`,
      "Cache-Control": "no-store",
    });
  },
};

export const runRoutes: readonly Route[] = [start, ask, cancel, shard];

/** Routes of runs are there where the server keeps runs. */
const runsOf = ({ runs }: ServerState): RunJobs => runs as RunJobs;

interface Sent {
  readonly fields: Readonly<Record<string, unknown>>;
  /** The data set. */
  readonly data: Uint8Array;
  /** Whether its rows have labels under their own name. */
  readonly labelled: boolean;
}

async function sentRows(c: RequestContext, state: ServerState): Promise<Sent> {
  const fields = await readBody(c, state, "RunRequest");
  const rows = fields.rows as readonly Readonly<Record<string, unknown>>[] | undefined;
  if (rows === undefined) {
    throw invalid([`body.rows is missing: give rows, or send a file as one of ${Object.keys(ENDINGS).join(", ")}`]);
  }
  const [column] = ROW_OPTIONS.filter((option) => fields[option] !== undefined);
  if (column !== undefined) throw invalid([`body.${column} is for files: rows have the fields text, pair, id, label`]);
  return {
    fields,
    data: Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join("")),
    labelled: rows.some(({ label }) => label !== undefined),
  };
}

async function sentFile(c: RequestContext, state: ServerState): Promise<Sent> {
  const { bytes, fields } = await readFileBody(c, state, "RunRequest");
  if (fields.rows !== undefined) throw invalid(["request.rows cannot be used beside a file: leave it out"]);
  return { fields, data: bytes, labelled: false };
}

/** The model that is meant, and the names of baselines that there are. */
function chosen(state: ServerState, model: unknown) {
  const { name } = chooseModel(state.models, model, formOf(state, TEXT_FIELD));
  return { name, served: state.inputs.flatMap(({ baselines }) => baselines) };
}

/** The fields of those names that there are. */
const given = (fields: Readonly<Record<string, unknown>>, names: readonly string[]) =>
  Object.fromEntries(names.filter((name) => fields[name] !== undefined).map((name) => [name, fields[name]]));

async function found(c: RequestContext, look: (id: string) => Promise<RunJob | undefined>): Promise<RunJob> {
  const job = await look(c.req.param("id") ?? "");
  if (job === undefined) throw new HttpError(404, "unknown-run", "There is no run of that id");
  return job;
}

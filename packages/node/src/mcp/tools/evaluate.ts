/** @file evaluate: which method is faithful to the model, measured on a data set. */

import { resolve } from "node:path";
import { InputError, isCaligError } from "@calig/core/internal/errors";
import { isLazy } from "@calig/core/internal/evaluation/dataset";
import type { Evaluation } from "@calig/core/internal/evaluation/evaluation";
import { readDataset } from "../../node/read-dataset.ts";
import type { Fields } from "../api.ts";
import { rounded } from "../brief.ts";
import { fieldsOf, MORE_OPTIONS, requestOf } from "../fields.ts";
import type { Tool } from "../tool.ts";

/** Rows that are measured where no limit is given: assistants wait. */
const LIMIT = 20;

export const evaluateTool: Tool = {
  name: "evaluate",
  title: "Measure methods",
  description:
    "Measures on texts how faithful attribution methods are to a model: words are removed and put back in the order of the explanation, beside a random control. Takes about a minute for 20 short texts and two methods; differences whose interval holds 0 mean nothing.",
  input: {
    type: "object",
    properties: {
      dataset: {
        type: "string",
        minLength: 1,
        description: "Path of a table or JSON Lines with texts; or give `rows`",
      },
      limit: {
        type: "integer",
        minimum: 1,
        default: LIMIT,
        description: "Rows of `dataset` to measure, from its beginning",
      },
      ...fieldsOf("EvaluateRequest", ["rows", "model", "methods", "metrics", "replacement"]),
      options: MORE_OPTIONS,
    },
    additionalProperties: false,
  },
  writes: false,
  async call({ dataset, limit = LIMIT, rows, ...args }, { api, folder, ...hooks }) {
    if ((dataset === undefined) === (rows === undefined)) {
      throw new InputError("Cannot evaluate: give either the path of a data set, as dataset, or texts, as rows");
    }
    const given = dataset === undefined ? rows : await rowsOf(resolve(folder, String(dataset)), Number(limit));
    const evaluation = await api.evaluate(await requestOf({ ...args, rows: given }, folder), hooks);
    return { text: tableOf(evaluation), data: resultOf(evaluation) };
  },
};

/** @throws {InputError} Where there is no such file, or it holds no texts. */
async function rowsOf(path: string, limit: number): Promise<readonly Fields[]> {
  const { items } = await readDataset(path, { badRows: "skip" }).catch((cause: unknown) => {
    throw isCaligError(cause) ? new InputError(cause.message, { cause }) : cause;
  });
  return items.slice(0, limit).map(({ input, id, label, rationale }) => {
    // Others are files, which requests to measure on cannot hold.
    if (isLazy(input)) throw new InputError(`Cannot evaluate on "${path}": it holds no texts`);
    return {
      ...input,
      ...(id === undefined ? {} : { id }),
      ...(label === undefined ? {} : { label }),
      ...(rationale === undefined ? {} : { rationale: rationale.map(({ start, end }) => [start, end]) }),
    };
  });
}

const resultOf = ({ dataset, settings, results, comparisons, metrics }: Evaluation): Fields => ({
  dataset,
  settings,
  metrics,
  results,
  comparisons,
});

/** What is told in words; the data has all of them. */
const MAIN_FIGURES = new Set(["faithfulness", "comprehensiveness", "sufficiency", "model-evaluations"]);

/** A line for each method and main figure: its mean and the interval. */
function tableOf({ dataset, results }: Evaluation): string {
  const main = results.filter(({ figure }) => MAIN_FIGURES.has(figure));
  const lines = (main.length === 0 ? results : main).map(({ method, figure, value, low, high }) => {
    const interval = low === null || high === null ? "" : ` [${rounded(low)}, ${rounded(high)}]`;
    return `${method}, ${figure}: ${value === null ? "not measured" : rounded(value)}${interval}`;
  });
  return [`Measured on ${dataset.measured} of ${dataset.size} rows; means with 95 % intervals.`, ...lines].join("\n");
}

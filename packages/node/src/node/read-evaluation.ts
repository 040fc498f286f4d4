/** @file An evaluation from the JSON that `calig evaluate` wrote. */

import { InputError, quote, UsageError } from "@calig/core/internal/errors";
import type { Evaluation } from "@calig/core/internal/evaluation/evaluation";
import { parseJson } from "@calig/core/internal/util/parse-json";
import { readText } from "./read-text.ts";

const VERSION: Evaluation["version"] = 3;
const LISTS = ["methods", "figures", "results"] as const satisfies readonly (keyof Evaluation)[];

/**
 * @throws {UsageError} When there is no such file.
 * @throws {InputError} When it holds something else.
 */
export async function readEvaluation(file: string): Promise<Evaluation> {
  const refuse = (why: string, cause?: unknown): never => {
    throw new InputError(
      `Cannot read an evaluation from ${quote(file)}: ${why}; write one with calig evaluate --model MODEL --dataset FILE --out evaluation.json`,
      { cause },
    );
  };
  const text = await readText(file).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw new UsageError(`Cannot read an evaluation from ${quote(file)}: there is no such file`);
  });
  let value: Partial<Evaluation> | null;
  try {
    value = parseJson(text) as Partial<Evaluation> | null;
  } catch (error) {
    return refuse(`it is not valid JSON (${(error as Error).message})`, error);
  }
  if (typeof value !== "object" || value === null || LISTS.some((field) => !Array.isArray(value[field]))) {
    return refuse("it is none");
  }
  if (value.version !== VERSION) return refuse(`it is of version ${String(value.version)}, wanted ${VERSION}`);
  if (typeof value.model?.sha256 !== "string" || typeof value.dataset?.name !== "string") {
    return refuse("it does not say which model and data set it is of");
  }
  return value as Evaluation;
}

/** @file What requests ask of a model, as plain data, and its answer in bytes: the same in this process and in one of its own. */

import { explain } from "@calig/core/internal/attribution/explain";
import type { ExplainableModel } from "@calig/core/internal/attribution/explainable-model";
import type { PromptInput, TextInput } from "@calig/core/internal/attribution/input";
import type { ExplainOptions } from "@calig/core/internal/attribution/options";
import { checkRun } from "@calig/core/internal/attribution/resolve-run";
import type { Dataset } from "@calig/core/internal/evaluation/dataset";
import { type EvaluateOptions, evaluate } from "@calig/core/internal/evaluation/evaluate";
import { defaultMetrics, METRICS, metricByName, optionsOfMetrics } from "@calig/core/internal/evaluation/metrics";
import { namedMethodsOf } from "@calig/core/internal/evaluation/named-methods";
import { EVALUATION_OPTIONS } from "@calig/core/internal/evaluation/options";
import type { AssembledModel } from "@calig/core/internal/loading/assemble-model";
import type { GivenOptions } from "@calig/core/internal/options/option";
import { RENDERERS } from "@calig/core/internal/render/registry";
import type { TextRenderer } from "@calig/core/internal/render/renderer";
import { verify } from "@calig/core/internal/verification/verify";
import { pictureUri } from "../node/picture-uri.ts";
import { HttpError } from "./http-error.ts";
import { limitTokens } from "./limited-tokens.ts";
import type { ServerLimits } from "./limits.ts";
import { SentFiles } from "./sent-files.ts";

/** An input that is a file. */
export interface SentFile {
  /** In Base64, or as a data URI. */
  readonly data: string;
  /** How it is read; holds for files of baselines too. */
  readonly reading: GivenOptions;
  /** What is asked of it besides its class. */
  readonly asked?: object;
}

/** One explanation, of fields that the schema has let pass. */
export interface ExplainWork {
  readonly input: TextInput | PromptInput | SentFile;
  readonly options: ExplainOptions;
  /** Name of a renderer; undefined for JSON without line breaks. */
  readonly format: string | undefined;
}

/** One evaluation. */
export interface EvaluateWork {
  readonly dataset: Dataset;
  readonly request: EvaluateFields;
}

/** Fields of the body of an evaluation besides its rows: what is measured, and options of measuring and of methods. */
export interface EvaluateFields extends Readonly<Record<string, unknown>> {
  readonly methods?: readonly string[];
  readonly metrics?: readonly string[];
}

/** The checks of one model. */
export interface VerifyWork {
  readonly texts: readonly string[];
  readonly seed?: number;
}

/** What a model may take for one answer. */
export type WorkLimits = Pick<ServerLimits, "pixels" | "runBytes" | "tokens">;

/** How work is watched and stopped. */
export interface WorkHooks {
  readonly signal: AbortSignal;
  /** Called with the share of the work done, 0..1, and what is being done. */
  onProgress(done: number, activity: string): void;
}

/** "text/html" of "text/html; charset=utf-8". */
export const plainType = ({ mediaType }: TextRenderer): string => mediaType.split(";")[0] as string;

/** An explanation in UTF-8, rendered. @throws As `explain`; {HttpError} where a picture is no Base64, or a text too long. */
export async function explainBytes(
  model: ExplainableModel,
  { input, options, format }: ExplainWork,
  { pixels, runBytes, tokens }: WorkLimits,
  { signal, onProgress }: WorkHooks,
): Promise<Uint8Array> {
  const { modality } = model;
  const files = new SentFiles(modality, pixels, "data" in input ? input.reading : {});
  const decoded = "data" in input ? { ...(await files.read(input.data, modality.field)), ...input.asked } : input;
  const asked = await files.readOptions(options);
  const explanation = await explain<object>(limitTokens(model, tokens), decoded, {
    ...asked,
    memory: runBytes,
    signal,
    onProgress,
  });
  const renderer = RENDERERS.find(({ name }) => name === format);
  if (renderer === undefined) return utf8(JSON.stringify(explanation));
  const shown = explanation.layout === "grid" ? modality.file?.picture?.(decoded) : undefined;
  return utf8(renderer.render(explanation, shown === undefined ? {} : { picture: await pictureUri(shown) }));
}

/** An evaluation as JSON in UTF-8. @throws As `evaluate`; {HttpError} where a text is too long. */
export async function evaluateBytes(
  model: ExplainableModel,
  { dataset, request }: EvaluateWork,
  { tokens }: WorkLimits,
  { signal, onProgress }: WorkHooks,
): Promise<Uint8Array> {
  const options = { ...evaluateOptions(request, dataset), signal, onProgress };
  return utf8(JSON.stringify(await evaluate(limitTokens(model, tokens), dataset, options)));
}

/** A verification as JSON in UTF-8. @throws {HttpError} 422 when the model was not loaded from files, or a text is too long. */
export async function verifyBytes(
  model: ExplainableModel,
  { texts, ...options }: VerifyWork,
  { tokens }: WorkLimits,
  { signal }: WorkHooks,
): Promise<Uint8Array> {
  if (!("source" in model && "weights" in model)) {
    const message = `Model "${model.facts.id}" was not loaded from files: there is nothing to compare with`;
    throw new HttpError(422, "cannot-verify", message);
  }
  const limited = limitTokens(model as AssembledModel, tokens);
  return utf8(JSON.stringify(await verify(limited, { ...options, inputs: texts, signal })));
}

/** The options of the library. @throws {InvalidOptionError} Where they do not go together. */
export function evaluateOptions({ methods, metrics, ...options }: EvaluateFields, dataset: Dataset): EvaluateOptions {
  const table = { ...EVALUATION_OPTIONS, ...optionsOfMetrics(METRICS) };
  const isMeasuring = ([name]: readonly [string, unknown]) => Object.hasOwn(table, name);
  const given = Object.entries(options);
  const ofMethods = Object.fromEntries(given.filter((entry) => !isMeasuring(entry))) as ExplainOptions;
  const namedMethods = namedMethodsOf(methods, ofMethods);
  for (const named of namedMethods) checkRun(named.options);
  return {
    ...Object.fromEntries(given.filter(isMeasuring)),
    namedMethods,
    metrics: metrics?.map(metricByName) ?? defaultMetrics(dataset),
  };
}

const utf8 = (text: string): Uint8Array => Buffer.from(text);

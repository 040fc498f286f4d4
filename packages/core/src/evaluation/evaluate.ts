/** @file The main job: methods and metrics on the inputs of a data set, compared. */

import { spelledOptions } from "../attribution/baseline/custom-baseline.ts";
import { distinctNames } from "../attribution/class-names.ts";
import type { ExplainableModel, Replacement } from "../attribution/explainable-model.ts";
import type { TextInput } from "../attribution/input.ts";
import { methodOf } from "../attribution/methods.ts";
import { DEFAULTS, type ExplainOptions, type MethodObject } from "../attribution/options.ts";
import { scoreNameOf } from "../attribution/question-object.ts";
import { noOthers, replacementOf } from "../attribution/replacement.ts";
import { resolveRun, withQuestion } from "../attribution/resolve-run.ts";
import { InputError, InvalidOptionError, isCaligError, wordList } from "../errors.ts";
import type { GivenOptions, OptionsOf, OptionTable } from "../options/option.ts";
import { resolveOptions } from "../options/resolve.ts";
import { logitsOf } from "../transformer/anatomy.ts";
import { createRandom } from "../util/random.ts";
import { type Dataset, type DatasetItem, hasTruth, rationaleShare, type Truth } from "./dataset.ts";
import { documentsOf } from "./documents.ts";
import type {
  EvaluatedInput,
  EvaluatedMethod,
  Evaluation,
  EvaluationFailure,
  EvaluationSettings,
} from "./evaluation.ts";
import { warningsOf } from "./evaluation-warnings.ts";
import { frontsOf } from "./front.ts";
import { type MeasurementStore, measured, type StoredMeasurement } from "./kept-measurements.ts";
import {
  checkMeasured,
  featureKindOf,
  type MeasureSettings,
  type OpenInput,
  openInput,
  predictsTokens,
} from "./measure-input.ts";
import { namesOf, nameWith } from "./measurement-names.ts";
import type { Metric } from "./metric.ts";
import type { CURVE_OPTIONS } from "./metrics/curve.ts";
import { logOdds } from "./metrics/log-odds.ts";
import { defaultMetrics, METRICS, metricOf, optionsOfMetrics } from "./metrics.ts";
import { type NamedMethod, namedMethodsOf } from "./named-methods.ts";
import { numberErrors } from "./number-errors.ts";
import { checkDraws, EVALUATION_OPTIONS, forModality } from "./options.ts";
import { means } from "./outlines.ts";
import { type DatasetPool, poolOf } from "./pool.ts";
import { describeReplacement } from "./replacement-facts.ts";
import { RESAMPLES } from "./statistics/bootstrap.ts";
import { shareOf, summarise } from "./summarise.ts";
import { type ReadTruth, truthReader, verdictOf } from "./truth.ts";

/** Options of measuring, those that the metrics declare included; what is measured, and how the work is watched. */
export interface EvaluateOptions
  extends OptionsOf<typeof EVALUATION_OPTIONS>,
    OptionsOf<typeof CURVE_OPTIONS>,
    Pick<ExplainOptions, "question"> {
  /**
   * Methods to measure, by name or as objects; the random control is measured beside them. Default: all of calig's but those
   * on request (`onRequest`). Where they have options of their own, give `namedMethods` instead.
   */
  readonly methods?: readonly (string | MethodObject)[];
  /** Methods with their options, random controls included: instead of `methods`. */
  readonly namedMethods?: readonly NamedMethod[];
  /** Metrics, by name or as objects. Default: all that the data set has the truth for and that explain each input once. */
  readonly metrics?: readonly (string | Metric)[];
  /** Inputs of which replacements from other inputs take something: the data set that `dataset` is a sample of. Default: `dataset`. */
  readonly pool?: Pick<Dataset, "name" | "items">;
  /** Variants that are run at once. */
  readonly batchSize?: number;
  readonly store?: MeasurementStore;
  readonly signal?: AbortSignal;
  /** Called with the share of the work done, 0..1, and what is being done. */
  readonly onProgress?: (done: number, activity: string) => void;
}

/**
 * A seeded sample of a data set, in its order: files are often sorted by class.
 *
 * @param limit - Most items of the sample; the data set itself when it has no more.
 */
export function sampleDataset(dataset: Dataset, limit: number, seed: number): Dataset {
  if (dataset.items.length <= limit) return dataset;
  const chosen = createRandom(`${seed} sample`)
    .shuffle([...dataset.items.keys()])
    .slice(0, limit)
    .sort((a, b) => a - b);
  return { ...dataset, items: chosen.map((index) => dataset.items[index] as DatasetItem) };
}

/**
 * Measures how well methods explain a model on the inputs of a data set.
 *
 * The class that is explained is fixed at each input and is the same for all methods. An input that fails under one
 * method counts for none. The same data set, options and seed give the same numbers, in one run or in several.
 *
 * @throws {InvalidOptionError} For options out of range, or when a metric needs what the data set does not have.
 * @throws {InputError} When no input could be measured.
 */
export async function evaluate(
  model: ExplainableModel,
  dataset: Dataset,
  given: EvaluateOptions = {},
): Promise<Evaluation> {
  const options: EvaluateOptions = withQuestion(given);
  const started = model.platform.now();
  checkMeasured(model);
  const { namedMethods, metrics } = chosen(dataset, options);
  checkMethods(model, dataset, namedMethods, metrics);
  // What is wrong with an option is said before anything is measured.
  for (const named of namedMethods) resolveRun(model, named.options);
  const { signal, onProgress } = options;
  const { settings: asked, metricOptions } = resolveMeasuring(model, options, metrics);
  const share = rationaleShare(dataset.items);
  const pool = poolOf(options.pool ?? dataset, asked.longText === undefined ? {} : { longText: asked.longText });
  const replacements = [asked.replacement].flat().map((one) => replacementOf(model, one));
  checkDraws(options, ...replacements);
  checkReplacements(replacements, pool);
  const documents = documentsOf(model, (options.pool ?? dataset).items);
  const settings: MeasureSettings = {
    ...withoutReplacement(asked),
    ...(documents === undefined ? {} : { documents }),
    replacements,
    pool,
    ...(metricOptions === undefined ? {} : { metricOptions }),
    ...(options.batchSize === undefined ? {} : { batchSize: options.batchSize }),
    ...(share === undefined ? {} : { rationaleShare: share }),
    ...(dataset.polarityLabel === undefined ? {} : { polarityLabel: dataset.polarityLabel }),
    ...(signal === undefined ? {} : { signal }),
  };
  const { seed } = settings;
  const readTruth = readerOf(model, dataset, options.target);
  const inputs: EvaluatedInput[] = [];
  const failures: EvaluationFailure[] = [];
  for (const [i, item] of dataset.items.entries()) {
    const progress = (done: number, activity: string) => onProgress?.((i + done) / dataset.items.length, activity);
    progress(0, `line ${item.line}`);
    const outcome = await measureItem(model, item, readTruth, settings, {
      namedMethods,
      metrics,
      onProgress: progress,
      ...(options.store === undefined ? {} : { store: options.store }),
      ...(signal === undefined ? {} : { signal }),
    });
    if ("message" in outcome) failures.push(outcome);
    else inputs.push(outcome);
  }
  if (inputs.length === 0) {
    throw new InputError(
      `Cannot evaluate on ${dataset.name}: none of its ${dataset.items.length} inputs could be measured${failures[0] === undefined ? "" : `; ${dataset.counted ?? "line"} ${failures[0].line}: ${failures[0].message}`}`,
    );
  }
  const methods = await Promise.all(
    namedMethods.map(async ({ name, options: own, randomControl = false }): Promise<EvaluatedMethod> => {
      const { signal: _signal, onProgress: _onProgress, ...plain } = await spelledOptions(own);
      return { name, options: plain, randomControl };
    }),
  );
  const numbers = metrics.flatMap((metric) => numbersOf(metric, replacements));
  const figures = numbers.flatMap(({ metric, replacement, figures }) =>
    figures.map(({ name, better }) => ({
      name,
      metric,
      better,
      ...(replacement === undefined ? {} : { replacement }),
    })),
  );
  const summary = summarise(
    inputs.map(({ measurements }) => measurements),
    methods,
    numbers,
    { seed },
  );
  const errors = numberErrors(
    inputs.flatMap(({ number }) => (number === undefined ? [] : [number])),
    seed,
  );
  const outcomes = inputs.flatMap(({ correct }) => (correct === undefined ? [] : [correct]));
  return {
    version: 3,
    model: model.facts,
    dataset: {
      name: dataset.name,
      ...(dataset.counted === undefined ? {} : { counted: dataset.counted }),
      size: dataset.items.length,
      measured: inputs.length,
      skipped: dataset.problems.length,
      accuracy: shareOf(outcomes, { seed }),
      ...(errors === null ? {} : { errors }),
    },
    settings: describeSettings(model, settings, pool, dataset.items),
    methods,
    metrics: metrics.map(({ name, summary }) => ({ name, summary })),
    figures,
    ...summary,
    fronts: frontsOf({ methods, figures, ...summary }),
    inputs,
    failures,
    cost: { milliseconds: model.platform.now() - started },
    warnings: [
      ...(model.warnings ?? []).filter(({ code }) => OF_THE_HEAD.includes(code)),
      ...warningsOf(dataset, inputs, failures, namedMethods),
    ],
  };
}

/** True classes are those of the model, or of the labels that all inputs are asked to choose from; other answers have none. */
function readerOf(model: ExplainableModel, { items }: Dataset, target: string | number | undefined): ReadTruth {
  const { kind } = logitsOf(model.anatomy);
  if (kind !== "logits") return () => undefined;
  const [labels] = items.map(({ input }) => (input as Partial<TextInput>).labels);
  if (labels === undefined) return truthReader(model, items, target);
  return truthReader({ ...model, labels, activation: "softmax" }, items, target);
}

/** What is measured, and in which score, where nothing is named. */
function usualQuestion(model: ExplainableModel, items: readonly DatasetItem[]) {
  const { kind } = logitsOf(model.anatomy);
  if (kind === "embedding") return { target: "similarity", score: model.sentences?.similarity ?? "cosine" };
  if (items.some(({ input }) => (input as Partial<TextInput>).labels !== undefined)) {
    return { target: "predicted label", score: "entailment" };
  }
  const isAnswer = predictsTokens(model) || kind === "span";
  return { target: isAnswer ? "answer" : explainedByDefault(model.labels) };
}

/** What a metric gives: once, or of several replacements once with each, by names that say so. */
const numbersOf = (metric: Metric, replacements: readonly Replacement[]) =>
  namesOf(metric, replacements).map((name, r) => {
    const replacement = replacements[r] as Replacement;
    const renamed = name === metric.name ? (own: string) => own : (own: string) => nameWith(own, replacement);
    return {
      name,
      metric: metric.name,
      figures: metric.figures.map((figure) => ({ ...figure, name: renamed(figure.name) })),
      ...(metric.replaces === false ? {} : { replacement: replacement.name }),
    };
  });

/** What is measured on every input. */
interface Chosen extends Pick<EvaluateOptions, "store" | "signal" | "onProgress"> {
  readonly namedMethods: readonly NamedMethod[];
  readonly metrics: readonly Metric[];
}

/** The methods and metrics that were given by name or as objects, as objects. @throws {InvalidOptionError} */
function chosen(
  dataset: Dataset,
  { methods, namedMethods, metrics }: EvaluateOptions,
): Pick<Chosen, "namedMethods" | "metrics"> {
  if (methods !== undefined && namedMethods !== undefined) {
    throw new InvalidOptionError(
      "Cannot measure both methods and namedMethods: give methods, or namedMethods with options of their own",
      "methods",
    );
  }
  for (const { options } of namedMethods ?? []) methodOf(options.method);
  return {
    namedMethods: namedMethods ?? namedMethodsOf(methods),
    metrics: metrics?.map(metricOf) ?? defaultMetrics(dataset),
  };
}

async function measureItem(
  model: ExplainableModel,
  item: DatasetItem,
  readTruth: ReadTruth,
  settings: MeasureSettings,
  { namedMethods, metrics, store, signal, onProgress }: Chosen,
): Promise<EvaluatedInput | EvaluationFailure> {
  const where = { line: item.line, ...(item.id === undefined ? {} : { id: item.id }) };
  let method: string | undefined;
  try {
    const truth = readTruth(item);
    const open = await openInput(model, item, settings);
    const measurements: Record<string, StoredMeasurement> = {};
    for (const [c, namedMethod] of namedMethods.entries()) {
      signal?.throwIfAborted();
      method = namedMethod.name;
      onProgress?.(c / namedMethods.length, `line ${item.line}, ${method}`);
      measurements[method] = await measured(model, item, settings, namedMethod, metrics, open, store);
    }
    return {
      ...where,
      target: open.label,
      probability: open.probability,
      ...(open.isAnswered === undefined
        ? judged(model, item, open, truth)
        : {
            predicted: open.predictions[0]?.label ?? "",
            correct: item.label === undefined ? open.isAnswered : open.predictions[0]?.label === String(item.label),
          }),
      ...(truth === undefined ? shownCorrectly(model, item, open.predicted) : {}),
      features: open.features.length,
      ...(open.warnings.length === 0 ? {} : { warnings: open.warnings }),
      measurements,
    };
  } catch (error) {
    // What is wrong with an option is wrong for every input; what is no error of ours is a bug.
    if (signal?.aborted === true || error instanceof InvalidOptionError || !isCaligError(error)) throw error;
    return { ...where, ...(method === undefined ? {} : { method }), message: error.message };
  }
}

/** What was predicted, and whether that is right: of the model's classes, or of the labels that the input names. */
function judged(
  model: ExplainableModel,
  { input, label }: DatasetItem,
  { predictions, target }: Pick<OpenInput, "predictions" | "target">,
  truth: ReturnType<ReadTruth>,
): ReturnType<typeof verdictOf> {
  if (logitsOf(model.anatomy).kind !== "logits") {
    const predicted = predictions[0]?.label ?? "";
    const isChoice = predictions.length > 1 && predictions.some((one) => one.label === String(label));
    return { predicted, ...(isChoice ? { correct: predicted === String(label) } : {}) };
  }
  const { labels } = input as Partial<TextInput>;
  return verdictOf(labels === undefined ? model : { labels, activation: "softmax" }, predictions, target, truth);
}

/** Whether the predicted class means one of the outlined objects, where there are any. */
function shownCorrectly(
  { labels }: ExplainableModel,
  { objects }: DatasetItem,
  predicted: number,
): { readonly correct?: boolean } {
  return objects === undefined ? {} : { correct: objects.some((object) => means(object, predicted, labels)) };
}

/** What people must have said, in the words of errors. */
const TRUTHS: Readonly<Record<Truth, string>> = {
  rationale: "rationale",
  spans: "rationale in a text",
  polarities: "polarities",
  parts: "part that holds the answer",
};

function checkMethods(
  model: ExplainableModel,
  dataset: Dataset,
  namedMethods: readonly NamedMethod[],
  metrics: readonly Metric[],
): void {
  const isNumber = model.activation === "none" || predictsTokens(model);
  if (isNumber && metrics.length > 0 && metrics.every(({ name }) => name === logOdds.name)) {
    throw new InvalidOptionError(
      `Cannot measure "${logOdds.name}" of model "${model.facts.id}": its output is a ${predictsTokens(model) ? "log-probability already" : "number (regression), not a probability"}; use another metric, such as deletion`,
      "metrics",
      logOdds.name,
    );
  }
  const twice = namedMethods.find(({ name }, i) => namedMethods.findIndex((other) => other.name === name) !== i);
  if (twice !== undefined) {
    throw new InvalidOptionError(
      `Cannot compare "${twice.name}" with itself: name each method once`,
      "methods",
      twice.name,
    );
  }
  const figures = metrics.flatMap((metric) => metric.figures.map(({ name }) => name));
  const again = figures.find((name, i) => figures.indexOf(name) !== i);
  if (again !== undefined) {
    throw new InvalidOptionError(
      `Cannot measure "${again}" twice: name each metric once, and let no two metrics make a figure of one name`,
      "metrics",
      again,
    );
  }
  for (const { name, needs } of metrics) {
    const present = needs === undefined || dataset.items.some((item) => hasTruth(item, needs));
    if (present) continue;
    throw new InvalidOptionError(
      `Cannot measure "${name}" on ${dataset.name}: its inputs have no ${TRUTHS[needs]}; leave the metric out or use a data set with ${TRUTHS[needs]}`,
      "metrics",
      name,
    );
  }
}

/** Names that are given with options of measuring and are none. */
const BESIDES = ["pool", "methods", "namedMethods", "metrics", "batchSize", "store", "signal", "onProgress"];

/** @throws {InvalidOptionError} For an option of metrics that are not measured. */
function checkMetricOptions(given: GivenOptions, metrics: readonly Metric[], own: OptionTable): void {
  for (const name of Object.keys(given)) {
    const takers = METRICS.filter(({ options = {} }) => Object.hasOwn(options, name));
    if (given[name] === undefined || takers.length === 0 || Object.hasOwn(own, name)) continue;
    const names = (list: readonly Metric[]) => wordList(list.map((metric) => metric.name));
    throw new InvalidOptionError(
      `Cannot use ${name} with ${metrics.length === 1 ? "metric" : "the metrics"} ${names(metrics)}: it has no effect there; leave it out, or use one of the metrics ${names(takers)}`,
      name,
      given[name],
    );
  }
}

/** Values of the options of measuring. */
interface Asked extends Pick<MeasureSettings, "draws" | "features" | "longText" | "target" | "score" | "seed"> {
  readonly replacement: string | Replacement | readonly (string | Replacement)[];
}

const withoutReplacement = ({ replacement: _, ...others }: Asked): Omit<Asked, "replacement"> => others;

/** @throws {InvalidOptionError} Where one is given twice, or takes something from other inputs and there are none. */
function checkReplacements(replacements: readonly Replacement[], pool: DatasetPool): void {
  const twice = replacements.find(({ name }, i) => replacements.findIndex((other) => other.name === name) !== i);
  if (twice !== undefined) {
    throw new InvalidOptionError(
      `Cannot measure with replacement "${twice.name}" twice: name each once`,
      "replacement",
      twice.name,
    );
  }
  const alone = replacements.find(({ fromOthers }) => fromOthers === true && pool.size < 2);
  if (alone !== undefined) throw noOthers(alone);
}

/** The options of measuring with their values. @throws {InvalidOptionError} */
function resolveMeasuring(model: ExplainableModel, options: EvaluateOptions, metrics: readonly Metric[]) {
  const own = optionsOfMetrics(metrics);
  checkMetricOptions(options as GivenOptions, metrics, own);
  const { table, defaults } = forModality(model, EVALUATION_OPTIONS, { ...options });
  const values = resolveOptions({ ...table, ...own }, options as GivenOptions, { known: BESIDES, defaults });
  const named = Object.entries(values);
  const settings = Object.fromEntries(named.filter(([name]) => Object.hasOwn(EVALUATION_OPTIONS, name)));
  const metricOptions = Object.fromEntries(named.filter(([name]) => Object.hasOwn(own, name)));
  return {
    settings: settings as unknown as Asked,
    ...(Object.keys(own).length === 0 ? {} : { metricOptions }),
  };
}

function describeSettings(
  model: ExplainableModel,
  { replacements, draws = 1, features, target, score, seed, metricOptions = {} }: MeasureSettings,
  pool: DatasetPool,
  items: readonly DatasetItem[],
): EvaluationSettings {
  const usual = usualQuestion(model, items);
  return {
    replacements: replacements.map((one) => describeReplacement(one, draws, pool)),
    features: featureKindOf(model, features),
    ...(metricOptions.curveSteps === undefined ? {} : { curveSteps: metricOptions.curveSteps as number }),
    target: target !== undefined ? String(target) : usual.target,
    score: usual.score ?? scoreNameOf(score ?? DEFAULTS.score),
    seed,
    resamples: RESAMPLES,
  };
}

/** Codes of warnings that say what the outputs of the model are, which accuracy and curves depend on. */
const OF_THE_HEAD = ["problem-type", "labels"];

/** "predicted", or the name of the only output. */
const explainedByDefault = (labels: readonly string[]): string =>
  labels.length === 1 ? (distinctNames(labels)[0] ?? "") : "predicted";

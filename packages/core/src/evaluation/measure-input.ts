/** @file One input under one or more methods: explanations made, metrics measured. */

import { amongScore, openAmong } from "../attribution/among.ts";
import { askedBy } from "../attribution/asked-by.ts";
import { attribute } from "../attribution/attribute.ts";
import { chosenDecision } from "../attribution/counterfactual/chosen-decision.ts";
import type { ExplainableModel, PreparedWhole, Replacement } from "../attribution/explainable-model.ts";
import type { ExplanationCommon, Prediction, Target, Warning } from "../attribution/explanation.ts";
import { prepareInput } from "../attribution/modality.ts";
import { NEXT_TOKEN_SCORE } from "../attribution/next-token-target.ts";
import { DEFAULTS, type ExplainOptions, type LongText } from "../attribution/options.ts";
import { compareWithFile, withoutOwnAnswers } from "../attribution/own-answers.ts";
import type { Perturbable } from "../attribution/perturbable.ts";
import type { Part } from "../attribution/prepared-input.ts";
import { createProbe, type PredictedOutput, type Probe } from "../attribution/probe.ts";
import { questionIn } from "../attribution/question-object.ts";
import { type InputPool, type OpenReplacement, openReplacement } from "../attribution/replacement.ts";
import { type ResolvedRun, resolveRun } from "../attribution/resolve-run.ts";
import { SharedWork } from "../attribution/shared-work.ts";
import { InvalidOptionError } from "../errors.ts";
import type { GivenOptions } from "../options/option.ts";
import type { ForwardResult } from "../program/model-programs.ts";
import { logitsOf } from "../transformer/anatomy.ts";
import { assertNever } from "../util/assert-never.ts";
import { createRandom } from "../util/random.ts";
import { chooseAsked } from "./asked.ts";
import { type DatasetItem, featurePolarities, markedFeatures, readInput } from "./dataset.ts";
import { type Documents, documentOf } from "./documents.ts";
import { type EvaluationFeature, featureAttribution } from "./features.ts";
import { namesOf } from "./measurement-names.ts";
import type { Change, Metric, Subject } from "./metric.ts";
import { cost } from "./metrics/cost.ts";
import { CURVE_STEPS } from "./metrics/curve.ts";
import { means, outlinedFeatures } from "./outlines.ts";
import { type PartTruth, partTruth } from "./part-truth.ts";

/** How inputs are measured; the same for all inputs and methods. */
export interface MeasureSettings {
  /** What stands in for removed features; at least one, each with numbers of its own. */
  readonly replacements: readonly Replacement[];
  /** Draws of a replacement that draws. Default: 1. */
  readonly draws?: number;
  /** Where a replacement takes parts of other inputs from. */
  readonly pool?: InputPool;
  readonly features: string;
  /** Of texts longer than the model reads. Default: windows. */
  readonly longText?: LongText;
  /** Label or index of the class that is explained. Default: the predicted class of each input. */
  readonly target?: string | number;
  /** What attributions are measured in. Default: the logit. */
  readonly score?: NonNullable<ExplainOptions["score"]>;
  readonly seed: number;
  /** Values of the options that the metrics declare. */
  readonly metricOptions?: GivenOptions;
  readonly batchSize?: number;
  readonly rationaleShare?: number;
  readonly polarityLabel?: string;
  /** Of models that make embeddings: what is searched. */
  readonly documents?: Documents;
  readonly signal?: AbortSignal;
}

/** An input that is ready to be measured. */
export interface OpenInput {
  /** What was explained, as it was given or read, and as the model reads it. */
  readonly content: object;
  /** What was drawn of each replacement. */
  readonly replaced: readonly (readonly unknown[])[];
  /** Index of the class that is explained; of language models of the token, -1 for an answer that is no single one. */
  readonly target: number;
  /** What is explained, in words. */
  readonly label: string;
  /** Its logit; of language models the target score. */
  readonly logit: number;
  /** Of language models with an answer: whether it begins with the most probable next token, or is the most probable label. */
  readonly isAnswered?: boolean;
  /** Null where the output is a number (regression). */
  readonly probability: number | null;
  /** All classes, best first. */
  readonly predictions: readonly Prediction[];
  /** Index of the class that the model predicts. */
  readonly predicted: number;
  /** The features that can be removed. */
  readonly features: readonly EvaluationFeature[];
  /** What comparisons say of the input and of these features. */
  readonly shown: Perturbable["shown"];
  readonly warnings: readonly Warning[];
  /**
   * What one method says of the input. Methods share the work that they have in common, unless what one costs is asked.
   *
   * Cost: one explanation.
   */
  explain(options: ExplainOptions, sharing?: "shared" | "alone"): Promise<Subject>;
  /**
   * Explains by one method, and measures it. Numbers by the names that metrics have (`namesOf`); null where the metric does
   * not apply to the input.
   *
   * @param replacements - Indices of those to measure with. Default: all.
   */
  measure(
    options: ExplainOptions,
    metrics: readonly Metric[],
    replacements?: readonly number[],
  ): Promise<Readonly<Record<string, readonly number[] | null>>>;
}

/** Whether a model is asked which token stands at a place: behind a prompt, or for a mask. */
export const predictsTokens = ({ anatomy }: ExplainableModel): boolean => logitsOf(anatomy).per === "asked";

/** @throws {InvalidOptionError} When inputs of this model cannot be perturbed. */
export function checkMeasured(model: ExplainableModel): void {
  if (logitsOf(model.anatomy).per === "token") checkTask(model);
}

/** @throws {InvalidOptionError} When the model gives no classes of whole inputs. */
export function checkTask({ facts, anatomy }: ExplainableModel): void {
  if (logitsOf(anatomy).per === "input") return;
  throw new InvalidOptionError(
    `Cannot measure methods with model "${facts.id}": its task is ${facts.task}; give a model that classifies whole inputs`,
    "model",
    facts.id,
  );
}

/**
 * Makes an input ready, chooses the class that is explained (once, for all methods), and makes it ready to be measured.
 * Texts longer than the model reads are perturbed in all their windows, or where `longText` says so in their beginning.
 *
 * @throws {InputError} When there is nothing to explain.
 * @throws {InvalidOptionError} For an option out of range or an unknown name.
 * @throws {DifferenceError} When the file of the model answers something else, and nobody accepted that.
 */
export async function openInput(
  loaded: ExplainableModel,
  item: DatasetItem,
  settings: MeasureSettings,
): Promise<OpenInput> {
  const { target, score: named } = settings;
  const usual = predictsTokens(loaded) ? NEXT_TOKEN_SCORE : DEFAULTS.score;
  const {
    input: given,
    options: question,
    model: asks = loaded,
  } = await askedBy(loaded, await readInput(item.input), {
    ...(named === undefined || named === usual ? {} : { score: named }),
    ...(target === undefined ? {} : { target }),
  });
  // The file is asked once for the input, not for every method and every change of it.
  const model = withoutOwnAnswers(asks);
  const { score: kind = usual } = question;
  const { among, choosing } = questionIn(kind) ?? {};
  const input = await openPerturbable(model, given, settings);
  const { parts, features, warnings } = input;
  const forwards: ForwardResult[] = [];
  for (const part of parts) forwards.push(await model.programs.forward(part.input.feeds));
  const { seed, signal, batchSize } = settings;
  const { score, predictions, fixedTarget, ...asked } = await chooseAsked(model, parts, forwards, {
    ...question,
    score: kind,
  });
  const compared = await compareWithFile(asks, parts, forwards, score);
  const told = compared.warnings.filter((warning) => loaded.warnings?.includes(warning) !== true);
  const { draws, pool } = settings;
  const ground: Ground[] = [];
  for (const of of settings.replacements) {
    const request = {
      features,
      featureKind: featureKindOf(model, settings.features),
      seed: inputSeed(seed, item.line),
      own: item.input,
      ...(draws === undefined ? {} : { draws }),
      ...(pool === undefined ? {} : { pool }),
    };
    const replacement = await openReplacement(model, of, { ...request, whole: input.whole });
    // Of labels that are each asked of an input of their own, all are asked.
    const [probed, probedModel, probedScore] =
      among === undefined
        ? [replacement, model, score]
        : [await openAmong(model, among, of, request), among, amongScore(among)];
    const chosen = choosing === undefined ? undefined : chosenDecision(choosing, score);
    const probe = createProbe(probedModel, probed, probedScore, {
      // Of a label that a picture is compared with, in units of the score.
      ...(chosen === undefined ? {} : { read: (output) => inScores(chosen.read(output)) }),
      ...(batchSize === undefined ? {} : { batchSize }),
      ...(signal === undefined ? {} : { signal }),
    });
    ground.push({ replacement, probe, content: await contentOfDraws(replacement, pool) });
  }
  const shared = new SharedWork();
  const marks = marksOf(model, item, features, score.target);
  const ranking = partTruth(input.whole, item);
  const fixed = {
    ...fixedTarget,
    score: kind,
    seed: inputSeed(seed, item.line),
    ...(signal === undefined ? {} : { signal }),
  };
  /** The subject of each replacement, from one explanation. */
  const subjects = async (options: ExplainOptions, sharing: "shared" | "alone"): Promise<readonly Subject[]> => {
    const run = resolveRun(model, { ...options, ...fixed });
    const common = sharing === "alone" ? undefined : shared;
    const explanation = await attribute(model, parts, input.positionCount, run, common);
    return ground.map((own, g) =>
      createSubject({
        model,
        input,
        ...own,
        item,
        marks,
        ...(ranking === undefined ? {} : { ranking }),
        settings,
        run,
        target: score.target,
        explanation,
        // Features that are removed become something else.
        shared: g === 0 ? shared : shared.within(`replacement ${g}`),
      }),
    );
  };
  return {
    content: {
      given,
      feeds: parts.map((part) => part.input.feeds),
      ...(settings.documents === undefined ? {} : { documents: settings.documents.texts }),
    },
    replaced: ground.map(({ content }) => content),
    target: among?.chosen ?? score.target,
    ...asked,
    predictions,
    predicted: predictions[0]?.index ?? 0,
    features,
    shown: input.shown,
    warnings: [...warnings, ...told],
    explain: async (options, sharing = "shared") => (await subjects(options, sharing))[0] as Subject,
    async measure(options, metrics, chosen = [...ground.keys()]) {
      // Without marks there is nothing to compare with: an explanation would be in vain.
      const asked = metrics.filter(({ needs }) => marks !== undefined || (needs !== "rationale" && needs !== "spans"));
      const named = (metric: Metric) => namesOf(metric, settings.replacements).entries();
      const measured: Record<string, readonly number[] | null> = Object.fromEntries(
        metrics.flatMap((metric) => [...named(metric)].map(([, name]) => [name, null])),
      );
      if (asked.length === 0) return measured;
      // What an explanation costs is only seen where it does all of its work.
      const isCounted = metrics.some(({ name }) => name === cost.name);
      const all = await subjects(options, isCounted ? "alone" : "shared");
      for (const metric of asked) {
        for (const [g, name] of named(metric)) {
          if (!chosen.includes(g)) continue;
          signal?.throwIfAborted();
          measured[name] = (await metric.measure(all[g] as Subject)) ?? null;
        }
      }
      return measured;
    },
  };
}

const inScores = (output: PredictedOutput): PredictedOutput => ({ ...output, value: output.score });

/**
 * An input of a data set with features that can be removed.
 *
 * @throws {InputError} When there is nothing to explain, or the model reads inputs of another kind.
 */
export async function openPerturbable(
  model: ExplainableModel,
  input: DatasetItem["input"],
  { features, longText }: Pick<MeasureSettings, "features" | "longText">,
): Promise<Perturbable & { readonly whole: PreparedWhole }> {
  const whole = await prepareInput(model, await readInput(input), longText === undefined ? {} : { longText });
  const perturbable = model.modality.perturb(model, whole, { features: featureKindOf(model, features) });
  return { ...perturbable, whole: { ...whole, parts: perturbable.parts } };
}

/** What is removed of inputs of this model: what was asked for, where there is a choice. */
export const featureKindOf = ({ modality }: ExplainableModel, asked: string): string =>
  modality.featureKinds.length === 1 ? modality.featureKinds[0] : asked;

/**
 * For each feature 1 where people marked it as the reason for the class. Undefined where they marked nothing, and where
 * they outlined nothing in a picture that the class means: the model is wrong then, and has no right reason.
 */
function marksOf(
  { labels }: ExplainableModel,
  { rationale, objects }: DatasetItem,
  features: readonly EvaluationFeature[],
  target: number,
): readonly number[] | undefined {
  if (rationale !== undefined) return markedFeatures(features, rationale);
  const meant = objects?.filter((object) => means(object, target, labels)) ?? [];
  return meant.length === 0 ? undefined : outlinedFeatures(features, meant);
}

/** Inputs get seeds of their own: with one seed for all, a random method would rank the words of all of them alike. */
const inputSeed = (seed: number, line: number): number => createRandom(`${seed} input ${line}`).below(2 ** 31);

/** A replacement ready for an input. */
interface Ground {
  readonly replacement: OpenReplacement;
  readonly probe: Probe;
  readonly content: readonly unknown[];
}

interface SubjectParts {
  readonly model: ExplainableModel;
  readonly input: Perturbable;
  readonly replacement: OpenReplacement;
  readonly probe: Probe;
  readonly item: DatasetItem;
  readonly marks: readonly number[] | undefined;
  readonly ranking?: PartTruth;
  readonly settings: MeasureSettings;
  readonly run: ResolvedRun;
  /** Index of the class that is explained. */
  readonly target: number;
  readonly explanation: ExplanationCommon;
  readonly shared: SharedWork;
}

function createSubject(parts: SubjectParts): Subject {
  const {
    model,
    input,
    replacement,
    probe,
    item,
    marks,
    settings,
    run,
    target: explained,
    explanation,
    shared,
  } = parts;
  const { features } = input;
  const { rationaleShare, polarityLabel } = settings;
  const { polarities } = item;
  const direction = polarityDirection(model, polarityLabel, explained);
  const known = [...(model.warnings ?? []), ...input.warnings];
  const changed = (change: Change): readonly Part[] => {
    switch (change.kind) {
      case "permuted":
        return input.permuted(change.others);
      case "removed":
        return removedBy(replacement, change.features);
      default:
        return assertNever(change);
    }
  };
  return {
    attribution: featureAttribution(features, explanation.attribution),
    probe,
    curveSteps: (settings.metricOptions?.curveSteps as number | undefined) ?? CURVE_STEPS,
    options: settings.metricOptions ?? {},
    target: explained,
    completeness: explanation.completeness,
    cost: explanation.cost,
    warnings: explanation.warnings.filter((warning) => !known.includes(warning)),
    ...(marks === undefined ? {} : { rationale: marks }),
    ...ranksOf(item, settings, replacement),
    ...(parts.ranking === undefined
      ? {}
      : {
          parts: parts.ranking.members.map((positions, p) => ({
            attribution: positions.reduce((sum, t) => sum + (explanation.attribution[t] as number), 0),
            relevant: parts.ranking?.relevant.includes(p) === true,
          })),
        }),
    ...(rationaleShare === undefined ? {} : { rationaleShare }),
    ...(polarities === undefined || direction === undefined
      ? {}
      : { polarities: featurePolarities(features, polarities).map((value) => direction * value) }),
    random: (purpose) => createRandom(`${settings.seed} input ${item.line} ${purpose}`),
    explainChanged: async (change) => {
      // Changes that are drawn at random are the same for all methods.
      const common = shared.within(JSON.stringify(change));
      const { attribution, target, predictions } = await attribute(
        model,
        changed(change),
        input.positionCount,
        run,
        common,
      );
      return { attribution: featureAttribution(features, attribution), value: explainedValue(target, predictions) };
    },
  };
}

/** Of models that make embeddings: where variants find what the input is compared with. */
function ranksOf(
  item: DatasetItem,
  { documents }: MeasureSettings,
  { draws: [draw] }: OpenReplacement,
): Pick<Subject, "ranks"> {
  const [part] = draw?.parts ?? [];
  const document = documentOf(item);
  if (documents === undefined || part === undefined || document === undefined) return {};
  return {
    async ranks(variants) {
      const { data } = await part.logits(variants);
      const width = data.length / variants.length;
      const found: number[] = [];
      for (const [v] of variants.entries()) {
        found.push(await documents.rank(document, data.subarray(v * width, (v + 1) * width)));
      }
      return found;
    },
  };
}

/** What was drawn: the input with everything replaced, or where that is none, all that could be drawn from. */
async function contentOfDraws(
  { replacement, featureCount, draws }: OpenReplacement,
  pool: InputPool | undefined,
): Promise<readonly unknown[]> {
  const all = Array.from({ length: featureCount }, (_, feature) => feature);
  const replaced = draws.map((draw) => draw.removed?.(all).map((part) => part.input.feeds));
  const isTold = replaced.every((feeds) => feeds !== undefined) || replacement.fromOthers !== true;
  return isTold ? replaced : [await pool?.checksum?.()];
}

/** The input with features replaced, as the first draw has it. @throws {InvalidOptionError} When they lose their places. */
function removedBy({ replacement, draws: [first] }: OpenReplacement, features: readonly number[]): readonly Part[] {
  const removed = first?.removed?.(features);
  if (removed !== undefined) return removed;
  throw new InvalidOptionError(
    `Cannot explain inputs with features removed by replacement "${replacement.name}": what is left has other places; leave out metrics that explain changed inputs (max-sensitivity), or use another replacement`,
    "replacement",
    replacement.name,
  );
}

/** Probability of the target, or its number where it is none; the score of what a language model is asked. */
const explainedValue = ({ index, kind, score, probability }: Target, predictions: readonly Prediction[]): number =>
  (kind === NEXT_TOKEN_SCORE ? score : probability) ??
  predictions.find((prediction) => prediction.index === index)?.logit ??
  Number.NaN;

/** 1 where positive polarities support the explained class, -1 for another, undefined where the model has no such class. */
function polarityDirection(model: ExplainableModel, label: string | undefined, target: number): 1 | -1 | undefined {
  const same = (other: string | undefined) => other?.toLowerCase() === label?.toLowerCase();
  if (label === undefined || !model.labels.some(same)) return undefined;
  return same(model.labels[target]) ? 1 : -1;
}

/** @file An input whose features can be removed, and what the model says of what is left: what counterfactuals are tested on. */

import { InvalidOptionError } from "../../errors.ts";
import type { Activation } from "../../program/activation.ts";
import type { ScoreSpec } from "../../program/score.ts";
import { floatTensor } from "../../tensor/tensor.ts";
import { logitsOf } from "../../transformer/anatomy.ts";
import { amongScore, openAmong } from "../among.ts";
import { chooseEntity } from "../entity.ts";
import type { ExplainableModel, PreparedWhole, Replacement } from "../explainable-model.ts";
import type { CounterfactualFeature, CounterfactualPrediction, Counterfactuals, Explanation } from "../explanation.ts";
import { chooseAnswer } from "../next-token-target.ts";
import type { ExplainOptions } from "../options.ts";
import type { EvaluationFeature, Kept, VariantPart } from "../perturbable.ts";
import { choosePlaced } from "../placed-target.ts";
import type { Part } from "../prepared-input.ts";
import { createProbe, type ModelProbe, type PredictedOutput, type ProbeOptions } from "../probe.ts";
import { questionIn } from "../question-object.ts";
import { type OpenReplacement, openReplacement } from "../replacement.ts";
import { spanReader } from "../span.ts";
import { chooseScore } from "../target.ts";
import { answerDecision } from "./answer-decision.ts";
import { chosenDecision } from "./chosen-decision.ts";
import { entityDecision, ofWordsAlone } from "./entity-decision.ts";

/** An input and what is known of it. */
export interface Subject {
  readonly model: ExplainableModel;
  readonly whole: PreparedWhole;
  /** As it was given. */
  readonly input: object;
  readonly explanation: Explanation;
}

/** How the explanation was asked for, as far as it changes what variants are asked. */
export type AskedOptions = Pick<ExplainOptions, "score" | "longText" | "seed" | "signal">;

/** What is asked of an input with features removed. */
export interface OpenSubject {
  /** Those that can be removed. */
  readonly features: readonly EvaluationFeature[];
  /** As readers see them. */
  readonly described: readonly CounterfactualFeature[];
  /** Sum of each over its positions. */
  readonly attribution: readonly number[];
  readonly decision: Counterfactuals["decision"];
  /** Answers are kept within one probe. Default: the batches that are fastest. */
  probe(options?: Pick<ProbeOptions, "batchSize">): ModelProbe;
  predictionOf(output: PredictedOutput): CounterfactualPrediction;
}

/**
 * The input of an explanation, with what stands in for its features made ready.
 *
 * @param featureKind - What can be removed. Default: the first kind that the kind of input has.
 * @throws {InvalidOptionError} When the model or the input cannot have the replacement.
 */
export async function openSubject(
  { model, whole, input, explanation }: Subject,
  used: Replacement,
  asked: AskedOptions,
  featureKind: string = model.modality.featureKinds[0],
): Promise<OpenSubject> {
  const { features, parts } = model.modality.perturb(model, whole, { features: featureKind });
  const opened = await openReplacement(model, used, {
    whole: { ...whole, parts },
    features,
    featureKind,
    seed: asked.seed ?? 0,
    own: input,
  });
  const attribution = features.map(({ positions }) =>
    positions.reduce((sum, position) => sum + (explanation.attribution[position] as number), 0),
  );
  const { replacement, score, decision, labels, activation, read, predictionOf } = await decidedOf(
    { model, whole, input, explanation },
    { opened, used, features, featureKind },
    asked,
  );
  return {
    features,
    described: describedFeatures(explanation, features, attribution),
    attribution,
    decision,
    probe: (options = {}) =>
      createProbe({ activation }, replacement, score, {
        ...options,
        ...(read === undefined ? {} : { read }),
        ...(asked.signal === undefined ? {} : { signal: asked.signal }),
      }),
    predictionOf: predictionOf ?? predictions({ labels, activation }, decision, score.target),
  };
}

/** What variants are asked, and what of the answer can flip. */
interface Decided extends Pick<ProbeOptions, "read"> {
  readonly replacement: OpenReplacement;
  readonly score: ScoreSpec;
  readonly decision: Counterfactuals["decision"];
  /** What the answers are called, by index. */
  readonly labels: (index: number) => string;
  readonly activation: Activation;
  /** How results put what is said of a variant. Default: the answer by its index and its probability. */
  readonly predictionOf?: OpenSubject["predictionOf"];
}

async function decidedOf(
  { model, whole, input, explanation }: Subject,
  { opened, used, features, featureKind }: Opened,
  asked: AskedOptions,
): Promise<Decided> {
  const { target } = explanation;
  const { token } = target;
  const question = questionIn(asked.score);
  const { kind, per } = logitsOf(model.anatomy);
  if (question?.among !== undefined) {
    const { among } = question;
    const request = { features, featureKind, seed: asked.seed ?? 0, own: input };
    return {
      replacement: await openAmong(model, among, used, request),
      score: amongScore(among),
      decision: DECISIONS[among.activation],
      labels: (index) => among.labels[index] ?? String(index),
      activation: among.activation,
    };
  }
  const common = { replacement: opened, activation: model.activation };
  if (kind === "next-token") {
    const chosen = await answerAsked(model, whole.parts, target, asked);
    const labels = () => target.label;
    return { ...common, ...chosen, decision: "class", labels };
  }
  if (kind === "embedding" || kind === "span" || kind === "masked-token") {
    const [part] = whole.parts;
    const forward = await model.programs.forward((part as Part).input.feeds);
    if (kind === "embedding") {
      const { score } = await chooseScore(model, forward.logits.data, { score: asked.score ?? "logit" });
      return question?.choosing === undefined
        ? { ...common, score, decision: "none", labels: () => target.label }
        : { ...common, score, ...chosenDecision(question.choosing, score) };
    }
    const named = target.index >= 0 ? target.index : target.label;
    const { score } = await choosePlaced(model, (part as Part).input, forward.logits, {
      score: asked.score ?? (target.kind as NonNullable<ExplainOptions["score"]>),
      target: named,
      ...(target.against === undefined ? {} : { against: target.against.index }),
    });
    if (kind === "masked-token") {
      const labels = (index: number) => model.tokenizer?.textOf(index).trim() || String(index);
      return { ...common, score, decision: "class", labels };
    }
    const { labels, read } = spanReader((part as Part).input, score);
    return { ...common, score, decision: "class", labels, read };
  }
  if (token?.features !== undefined) {
    const score = await entityAsked(model, whole.parts, target, asked);
    const { labels, read } = entityDecision(model, score);
    const replacement = ofTokens(opened, whole, placesIn(explanation, token.features));
    return { ...common, replacement, score, decision: "class", labels, read };
  }
  const { score, subject: noClass } = await chooseScore(
    model,
    logitsByClass(explanation),
    target.index < 0
      ? { score: asked.score ?? "logit" }
      : {
          score: asked.score ?? (target.kind as NonNullable<ExplainOptions["score"]>),
          target: target.index,
          ...(target.against === undefined ? {} : { against: target.against.index }),
        },
  );
  return {
    ...common,
    replacement: per === "token" && token !== undefined ? ofTokens(opened, whole, [token.index]) : opened,
    score,
    decision: noClass !== undefined || model.activation === "none" ? "none" : DECISIONS[model.activation],
    labels: (index) => model.labels[index] ?? String(index),
  };
}

/** What was asked of an entity, of its words alone. */
async function entityAsked(
  model: ExplainableModel,
  parts: readonly Part[],
  { token, index, against, kind }: Explanation["target"],
  { score }: AskedOptions,
): Promise<ScoreSpec> {
  const forwards = [];
  for (const { input } of parts) forwards.push(await model.programs.forward(input.feeds));
  const last = token?.features?.at(-1);
  const chosen = chooseEntity(model, parts, forwards, {
    entity: `#${token?.index}-${last}`,
    score: score ?? (kind as NonNullable<ExplainOptions["score"]>),
    target: index,
    ...(against === undefined ? {} : { against: against.index }),
  });
  return ofWordsAlone(chosen.score);
}

/** The first tokens of the words that these tokens are. */
function placesIn({ features }: Explanation, tokens: readonly number[]): readonly number[] {
  const word = (token: number) => (features[token] as { readonly word?: number | null } | undefined)?.word ?? null;
  return tokens.filter((token) => word(token) === null || word(token) !== word(token - 1));
}

/** What a prompt was asked, and what of that can change. */
async function answerAsked(
  model: ExplainableModel,
  [part]: readonly Part[],
  target: Explanation["target"],
  { score }: AskedOptions,
) {
  const { input } = part as Part;
  // Answers of the input say by themselves what is asked; labels and tokens are told by their number.
  const isNumbered = input.verbalised === true || (input.answers ?? []).length === 0;
  const chosen = await chooseAnswer(model, input, await model.programs.logits(input.feeds), {
    score: score ?? (target.kind as NonNullable<ExplainOptions["score"]>),
    ...(isNumbered ? { target: target.index } : {}),
    ...(isNumbered && target.against !== undefined ? { against: target.against.index } : {}),
  });
  return { score: chosen.score, ...answerDecision(model, input, chosen) };
}

/** Features of an input with what stands in for them. */
interface Opened {
  readonly opened: OpenReplacement;
  readonly used: Replacement;
  readonly features: readonly EvaluationFeature[];
  readonly featureKind: string;
}

const DECISIONS = { softmax: "class", sigmoid: "label" } as const;

/** What the model said, by class: as questions choose from. */
function logitsByClass({ predictions: all }: Explanation): readonly number[] {
  const logits: number[] = [];
  for (const { index, logit } of all) logits[index] = logit;
  return logits;
}

/** How results put what the model says of a variant. */
function predictions(
  { labels, activation }: Pick<Decided, "labels" | "activation">,
  decision: Counterfactuals["decision"],
  target: number,
) {
  const isNumber = activation === "none";
  return ({ value, score, predicted, predictedValue }: PredictedOutput): CounterfactualPrediction => {
    const isOwn = decision === "label" || isNumber;
    const index = isOwn ? target : predicted;
    return {
      index,
      label: labels(index),
      probability: isNumber ? null : isOwn ? value : predictedValue,
      targetProbability: isNumber ? null : value,
      score,
    };
  };
}

/** What readers see of every feature that can be removed. */
function describedFeatures(
  explanation: Explanation,
  features: readonly EvaluationFeature[],
  attribution: readonly number[],
): readonly CounterfactualFeature[] {
  return features.map(({ positions }, index) => ({
    features: positions,
    ...placeOf(explanation, positions),
    attribution: attribution[index] as number,
  }));
}

function placeOf(explanation: Explanation, [first = 0]: readonly number[]): Partial<CounterfactualFeature> {
  if (explanation.layout === "grid") {
    const { row = 0, column = 0 } = explanation.features[first] ?? {};
    return { row, column };
  }
  const word = explanation.words[explanation.features[first]?.word ?? -1];
  return word === undefined ? {} : { text: word.text, start: word.start, end: word.end };
}

/** Of models that label every token: what they say of some tokens, in the part that is responsible for the first one. */
function ofTokens(opened: OpenReplacement, { parts }: PreparedWhole, asked: readonly number[]): OpenReplacement {
  const [first] = asked;
  const p = Math.max(
    0,
    parts.findIndex(({ positions, owned }) => positions.some((own, i) => own === first && owned[i] === 1)),
  );
  const places = asked.map((token) => parts[p]?.positions.indexOf(token) ?? 0);
  const tokens = parts[p]?.positions.length ?? 0;
  const logits = async (part: VariantPart, variants: readonly Kept[]) => {
    const { data, shape } = await part.logits(variants);
    const classes = shape.at(-1) ?? 0;
    if (data.length !== variants.length * tokens * classes) throw otherPlaces(opened);
    const rows = variants.flatMap((_, row) =>
      places.map((place) => {
        const start = (row * tokens + place) * classes;
        return data.subarray(start, start + classes);
      }),
    );
    const joined = new Float32Array(rows.length * classes);
    rows.forEach((own, row) => {
      joined.set(own, row * classes);
    });
    return floatTensor(joined, [variants.length, places.length * classes]);
  };
  return {
    ...opened,
    draws: opened.draws.map((draw) => {
      const part = draw.parts[p] as VariantPart;
      return { ...draw, parts: [{ share: 1, logits: (variants) => logits(part, variants) }] };
    }),
  };
}

const otherPlaces = ({ replacement: { name } }: OpenReplacement): InvalidOptionError =>
  new InvalidOptionError(
    `Cannot test counterfactuals of a token's label with replacement "${name}": what is left has other places; use another replacement`,
    "replacement",
    name,
  );

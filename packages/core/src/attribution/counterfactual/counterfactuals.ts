/** @file What a model says when evidence is taken away: the strongest features one by one and together, the smallest set that flips the decision, and the evidence alone. */

import { InvalidOptionError } from "../../errors.ts";
import { resolveOptions } from "../../options/resolve.ts";
import { floatTensor } from "../../tensor/tensor.ts";
import { logitsOf } from "../../transformer/anatomy.ts";
import type { ExplainableModel, PreparedWhole, Replacement } from "../explainable-model.ts";
import type {
  Counterfactual,
  CounterfactualFeature,
  CounterfactualPrediction,
  Counterfactuals,
  Explanation,
} from "../explanation.ts";
import { only, ranked, without } from "../kept.ts";
import { prepareInput } from "../modality.ts";
import { COUNTERFACTUAL_OPTIONS, type CounterfactualOptions, type ExplainOptions } from "../options.ts";
import type { EvaluationFeature, Kept, VariantPart } from "../perturbable.ts";
import { createProbe, type PredictedOutput } from "../probe.ts";
import { type OpenReplacement, openReplacement, replacementOf } from "../replacement.ts";
import { chooseScore } from "../target.ts";
import { type AskRemovals, type FlippingStart, flippingStart, growingSizes, prunedSet } from "./smallest-set.ts";

/** An input and what is known of it. */
interface Subject {
  readonly model: ExplainableModel;
  readonly whole: PreparedWhole;
  /** As it was given. */
  readonly input: object;
  readonly explanation: Explanation;
}

/** How the explanation was asked for, as far as it changes what variants are asked. */
export type AskedOptions = Pick<ExplainOptions, "score" | "longText" | "seed" | "signal">;

/**
 * Tries out on the model what an explanation says: takes the strongest features away, one by one and together, looks for the
 * smallest set whose removal changes the decision, and asks what the model says with the evidence alone. The features are
 * those that metrics remove: words, patches. The same input, explanation and options give the same result.
 *
 * Cost: forward passes, one for each changed input and window of a long text (`evaluations`); at most `limit` changed inputs.
 * Typically 20 to 40 (docs/counterfactuals.md).
 *
 * @param input - The input that was explained.
 * @param explanation - Of this model and this input.
 * @param asked - What the explanation was asked with, where it was not asked with the defaults: a question from outside as
 * `score`, `longText`.
 * @throws {InputError} When there is nothing to explain in the input.
 * @throws {InvalidOptionError} For an option out of bounds, a replacement that the model does not have, and a model whose
 * output is of another kind than classes.
 */
export async function testCounterfactuals(
  model: ExplainableModel,
  input: string | object,
  explanation: Explanation,
  options: CounterfactualOptions = {},
  asked: AskedOptions = {},
): Promise<Counterfactuals> {
  const given = typeof input === "string" ? { text: input } : input;
  const whole = await prepareInput(model, given, asked.longText === undefined ? {} : { longText: asked.longText });
  return counterfactualsOf({ model, whole, input: given, explanation }, counterfactualSettings(model, options), asked);
}

/** How they are tested: checked and completed. */
export interface CounterfactualSettings {
  readonly replacement: Replacement;
  readonly strongest: number;
  readonly limit: number;
}

/** Why there are no counterfactuals of a model; undefined where there are. */
function refusal({ facts, anatomy, modality }: ExplainableModel): string | undefined {
  const { outputs } = anatomy;
  if (!outputs.some(({ kind }) => kind === "logits")) {
    return `Cannot test counterfactuals with model "${facts.id}": its task is ${facts.task}, and they are tested of models that decide between classes or give numbers; leave them out`;
  }
  return modality.replacements.all.length > 0
    ? undefined
    : `Cannot test counterfactuals with model "${facts.id}": nothing can stand in for what is removed of ${modality.noun.many}; leave them out`;
}

/** Whether counterfactuals can be tested with a model. */
export const hasCounterfactuals = (model: ExplainableModel): boolean => refusal(model) === undefined;

/**
 * @throws {InvalidOptionError} For an option out of bounds, a replacement that the model does not have, and a model without
 * counterfactuals.
 */
export function counterfactualSettings(model: ExplainableModel, given: CounterfactualOptions): CounterfactualSettings {
  const refused = refusal(model);
  if (refused !== undefined) throw new InvalidOptionError(refused, "counterfactuals", given);
  const { replacement, ...numbers } = resolveOptions(COUNTERFACTUAL_OPTIONS, { ...given });
  return {
    ...numbers,
    replacement: replacementOf(model, (replacement ?? usualReplacement(model)) as string | Replacement),
  };
}

/** The same of an input that was made ready. */
export async function counterfactualsOf(
  subject: Subject,
  { strongest, limit, replacement: used }: CounterfactualSettings,
  asked: AskedOptions,
): Promise<Counterfactuals> {
  const { model, explanation } = subject;
  const opened = await openSubject(subject, used, asked.seed);
  const { features, replacement } = opened;
  const { target } = explanation;
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
  const probe = createProbe(model, replacement, score, asked.signal === undefined ? {} : { signal: asked.signal });
  const count = features.length;
  const variants = new Set<string>();
  const ask = (sets: readonly Kept[]): Promise<readonly PredictedOutput[]> => {
    for (const kept of sets) variants.add(kept.join(""));
    return probe.outputs(sets);
  };
  const decision = noClass !== undefined || model.activation === "none" ? "none" : DECISIONS[model.activation];
  const [atInput] = (await ask([without(count, [])])) as readonly [PredictedOutput];
  const flips = (output: PredictedOutput) => decision !== "none" && output.predictsTarget !== atInput.predictsTarget;

  const attribution = features.map(({ positions }) =>
    positions.reduce((sum, position) => sum + (explanation.attribution[position] as number), 0),
  );
  const isSigned = explanation.method.signed !== false;
  const direction = atInput.predictsTarget ? 1 : -1;
  const strength = attribution.map((value) =>
    decision === "none" ? Math.abs(value) : isSigned ? direction * value : value,
  );
  const order = ranked(strength).filter((feature) => !isSigned || (strength[feature] as number) > 0);

  const predictionOf = predictions(model, decision, score.target);
  const shown = order.length === 0 ? [] : describedFeatures(explanation, features, attribution);
  const counterfactual = (set: readonly number[], output: PredictedOutput): Counterfactual => ({
    features: set.map((feature) => shown[feature] as CounterfactualFeature),
    prediction: predictionOf(output),
    flips: flips(output),
  });
  const removed = async (set: readonly number[]): Promise<Counterfactual> =>
    counterfactual(set, (await ask([without(count, set)]))[0] as PredictedOutput);

  // What is told in any case, in one batch.
  const singles = order.slice(0, strongest);
  const starts = growingSizes(order.length).filter((size) => size <= Math.max(2, strongest));
  await ask([
    only(count, []),
    ...singles.map((feature) => without(count, [feature])),
    ...starts.map((size) => without(count, order.slice(0, size))),
    ...starts.map((size) => only(count, order.slice(0, size))),
  ]);

  const askRemovals: AskRemovals = async (sets) => {
    const kept = sets.map((set) => without(count, set));
    const fresh = new Set(kept.map((one) => one.join("")).filter((key) => !variants.has(key)));
    if (variants.size + fresh.size > limit) return undefined;
    const outputs = await ask(kept);
    return outputs.map((output) => ({ flips: flips(output), margin: -direction * output.value }));
  };
  const single = await Promise.all(singles.map((feature) => removed([feature])));
  const start: FlippingStart =
    decision === "none" ? { size: undefined, asked: starts.at(-1) ?? 0 } : await flippingStart(order, askRemovals);
  const flippingOne = singles.find((_, i) => single[i]?.flips === true);
  const pruned =
    flippingOne !== undefined
      ? { set: [flippingOne], minimal: true }
      : start.size === undefined
        ? undefined
        : await prunedSet(order.slice(0, start.size), askRemovals);
  const together: Counterfactual[] = [];
  for (const size of growingSizes(order.length)) {
    if (size > 1 && size <= start.asked) together.push(await removed(order.slice(0, size)));
  }
  const askKept = async (size: number) => (await ask([only(count, order.slice(0, size))]))[0] as PredictedOutput;
  const enough =
    decision === "none"
      ? Math.min(strongest, order.length)
      : await enoughAlone(order.length, async (size) => !flips(await askKept(size)));
  return {
    replacement: { name: used.name, becomes: used.becomes },
    decision,
    single,
    together,
    smallestFlip: pruned === undefined ? null : { ...(await removed(pruned.set)), minimal: pruned.minimal },
    evidenceAlone: counterfactual(order.slice(0, enough), await askKept(enough)),
    allRemoved: await ask([only(count, [])]).then(([output]) => ({
      prediction: predictionOf(output as PredictedOutput),
      flips: flips(output as PredictedOutput),
    })),
    searched: {
      candidates: order.length,
      features: count,
      removed: start.asked,
      variants: variants.size,
      limit,
    },
    evaluations: probe.evaluations(),
  };
}

const DECISIONS = { softmax: "class", sigmoid: "label" } as const;

/** The smallest of the growing beginnings that is enough; all where none is. */
async function enoughAlone(count: number, isEnough: (size: number) => Promise<boolean>): Promise<number> {
  for (const size of growingSizes(count)) if (await isEnough(size)) return size;
  return count;
}

/** What the model said, by class: as questions choose from. */
function logitsByClass({ predictions: all }: Explanation): readonly number[] {
  const logits: number[] = [];
  for (const { index, logit } of all) logits[index] = logit;
  return logits;
}

/** How results put what the model says of a variant. */
function predictions(model: ExplainableModel, decision: Counterfactuals["decision"], target: number) {
  const isNumber = model.activation === "none";
  return ({ value, score, predicted, predictedValue }: PredictedOutput): CounterfactualPrediction => {
    const isOwn = decision === "label" || isNumber;
    const index = isOwn ? target : predicted;
    return {
      index,
      label: model.labels[index] ?? String(index),
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

/** The input with features that can be replaced. */
async function openSubject(
  { model, whole, input, explanation }: Subject,
  used: Replacement,
  seed = 0,
): Promise<{ readonly features: readonly EvaluationFeature[]; readonly replacement: OpenReplacement }> {
  const [featureKind] = model.modality.featureKinds;
  const { features, parts } = model.modality.perturb(model, whole, { features: featureKind });
  const opened = await openReplacement(model, used, {
    whole: { ...whole, parts },
    features,
    featureKind,
    seed,
    own: input,
  });
  const { token } = explanation.target;
  const replacement =
    logitsOf(model.anatomy).per === "token" && token !== undefined ? ofToken(opened, whole, token.index) : opened;
  return { features, replacement };
}

/** The one that metrics use; of models without a token for it the one that takes features out. */
function usualReplacement(model: ExplainableModel): string {
  const { defaultName, all } = model.modality.replacements;
  try {
    return defaultName(model);
  } catch (error) {
    if (error instanceof InvalidOptionError && all.some(({ name }) => name === "drop")) return "drop";
    throw error;
  }
}

/** Of models that label every token: what they say of one token, in the part that is responsible for it. */
function ofToken(opened: OpenReplacement, { parts }: PreparedWhole, token: number): OpenReplacement {
  const places = parts.map(({ positions, owned }) => positions.findIndex((own, i) => own === token && owned[i] === 1));
  const p = Math.max(
    0,
    places.findIndex((place) => place >= 0),
  );
  const place = places[p] as number;
  const tokens = parts[p]?.positions.length ?? 0;
  const logits = async (part: VariantPart, variants: readonly Kept[]) => {
    const { data, shape } = await part.logits(variants);
    const classes = shape.at(-1) ?? 0;
    if (data.length !== variants.length * tokens * classes) throw otherPlaces(opened);
    const rows = variants.map((_, row) => {
      const start = (row * tokens + place) * classes;
      return data.subarray(start, start + classes);
    });
    const joined = new Float32Array(rows.length * classes);
    rows.forEach((own, row) => {
      joined.set(own, row * classes);
    });
    return floatTensor(joined, [rows.length, classes]);
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

/** @file What a model says when evidence is taken away: the strongest features one by one and together, the smallest set that flips the decision, and the evidence alone. */

import { InvalidOptionError } from "../../errors.ts";
import { resolveOptions } from "../../options/resolve.ts";
import { askedBy } from "../asked-by.ts";
import type { ExplainableModel, Replacement } from "../explainable-model.ts";
import type { Counterfactual, CounterfactualFeature, Counterfactuals, Explanation } from "../explanation.ts";
import { only, ranked, without } from "../kept.ts";
import { prepareInput } from "../modality.ts";
import { COUNTERFACTUAL_OPTIONS, type CounterfactualOptions } from "../options.ts";
import type { Kept } from "../perturbable.ts";
import type { PredictedOutput } from "../probe.ts";
import { replacementOf } from "../replacement.ts";
import { chosenParts, partsRemoved } from "./removed-parts.ts";
import { type AskRemovals, type FlippingStart, flippingStart, growingSizes, prunedSet } from "./smallest-set.ts";
import { type AskedOptions, openSubject, type Subject } from "./subject.ts";

/**
 * Tries out on the model what an explanation says: takes the strongest features away, one by one and together, looks for the
 * smallest set whose removal changes the decision, and asks what the model says with the evidence alone. The features are
 * those that metrics remove: words, patches; of prompts with parts each part as well. The same input, explanation and options give the same result.
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
  const {
    input: given,
    options: own,
    model: tower = model,
  } = await askedBy(model, typeof input === "string" ? { text: input } : input, {
    ...asked,
    ...(isLabel(input, explanation.target.label) ? { target: explanation.target.label } : {}),
  });
  const whole = await prepareInput(tower, given, asked.longText === undefined ? {} : { longText: asked.longText });
  return counterfactualsOf({ model: tower, whole, input: given, explanation }, counterfactualSettings(tower, options), {
    ...asked,
    ...(own.score === undefined ? {} : { score: own.score }),
  });
}

const isLabel = (input: string | object, name: string): boolean =>
  ((input as { readonly labels?: readonly string[] }).labels ?? []).includes(name);

/** How they are tested: checked and completed. */
export interface CounterfactualSettings {
  readonly replacement: Replacement;
  readonly strongest: number;
  readonly limit: number;
}

/** Why there are no counterfactuals of a model; undefined where there are. */
function refusal({ facts, modality }: ExplainableModel): string | undefined {
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
  const { explanation } = subject;
  const opened = await openSubject(subject, used, asked);
  const { features, attribution, decision } = opened;
  const probe = opened.probe();
  const count = features.length;
  const variants = new Set<string>();
  const ask = (sets: readonly Kept[]): Promise<readonly PredictedOutput[]> => {
    for (const kept of sets) variants.add(kept.join(""));
    return probe.outputs(sets);
  };
  const [atInput] = (await ask([without(count, [])])) as readonly [PredictedOutput];
  const flips = (output: PredictedOutput) => decision !== "none" && output.predictsTarget !== atInput.predictsTarget;

  const isSigned = explanation.method.signed !== false;
  const direction = atInput.predictsTarget ? 1 : -1;
  const strength = attribution.map((value) =>
    decision === "none" ? Math.abs(value) : isSigned ? direction * value : value,
  );
  const order = ranked(strength).filter((feature) => !isSigned || (strength[feature] as number) > 0);

  const { predictionOf, described: shown } = opened;
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

  const parts = chosenParts(explanation, limit);
  const partAnswers = parts.length === 0 ? undefined : await partsRemoved(subject, used, asked, parts);
  const askRemovals: AskRemovals = async (sets) => {
    const kept = sets.map((set) => without(count, set));
    const fresh = new Set(kept.map((one) => one.join("")).filter((key) => !variants.has(key)));
    if (parts.length + variants.size + fresh.size > limit) return undefined;
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
    ...(partAnswers === undefined
      ? {}
      : {
          parts: partAnswers.removed.map(({ output, ...part }) => ({
            ...part,
            prediction: predictionOf(output),
            flips: flips(output),
          })),
        }),
    searched: {
      candidates: order.length,
      features: count,
      removed: start.asked,
      variants: variants.size + (partAnswers?.removed.length ?? 0),
      limit,
    },
    evaluations: probe.evaluations() + (partAnswers?.evaluations ?? 0),
  };
}

/** The smallest of the growing beginnings that is enough; all where none is. */
async function enoughAlone(count: number, isEnough: (size: number) => Promise<boolean>): Promise<number> {
  for (const size of growingSizes(count)) if (await isEnough(size)) return size;
  return count;
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

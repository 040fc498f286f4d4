/** @file One decision tested on the model: what each named element does, the smallest change of the input that changes it, and how far its explanation is to be relied on. */

import { counterfactualSettings } from "../../attribution/counterfactual/counterfactuals.ts";
import { type OpenSubject, openSubject } from "../../attribution/counterfactual/subject.ts";
import type { ExplainableModel } from "../../attribution/explainable-model.ts";
import type {
  CounterfactualFeature,
  CounterfactualPrediction,
  Counterfactuals,
  Explanation,
} from "../../attribution/explanation.ts";
import { without } from "../../attribution/kept.ts";
import { prepareInput } from "../../attribution/modality.ts";
import type { ExplainOptions } from "../../attribution/options.ts";
import type { PredictedOutput } from "../../attribution/probe.ts";
import { type BaselineAgreement, baselineAgreement } from "./baseline-agreement.ts";
import { type OrderPercentile, orderPercentile } from "./random-orders.ts";
import { type SearchedSize, smallestChange } from "./smallest-change.ts";

/** Elements that are named on each side. */
const MOST_ELEMENTS = 5;
/** An element is named from this share of the strongest on. */
const WORTH_NAMING = 0.05;

/** A word, a patch or a feature with a name, and what the model says without it. */
export interface TestedElement extends CounterfactualFeature {
  /** Of the magnitudes of all features, 0..1. */
  readonly share: number;
  readonly without: CounterfactualPrediction;
  /** Of the probability of the explained answer (regression: of its number), without the element minus with it. */
  readonly change: number;
  /** Whether the decision is another one without it. */
  readonly flips: boolean;
}

/** A set whose removal changes the decision. */
export interface DecisionChange {
  readonly features: readonly CounterfactualFeature[];
  readonly prediction: CounterfactualPrediction;
}

/** What was tried on the model for an evidence sheet. */
export interface DecisionTests {
  /** What removed features become. */
  readonly replacement: Counterfactuals["replacement"];
  /** What can change: the class, a label by itself, or nothing, where the model gives numbers. */
  readonly decision: Counterfactuals["decision"];
  /** Of the whole input. */
  readonly prediction: CounterfactualPrediction;
  /** Strongest first. */
  readonly supporting: readonly TestedElement[];
  readonly opposing: readonly TestedElement[];
  /** Features on each side beyond those. */
  readonly more: { readonly supporting: number; readonly opposing: number };
  /** Null where none was found, and where no decision can change. */
  readonly change: DecisionChange | null;
  readonly searched: readonly SearchedSize[];
  /** Features that can be removed. */
  readonly features: number;
  readonly reliability: {
    /** Elements whose removal moves the answer to the side that the map says. */
    readonly asMapped: { readonly elements: number; readonly of: number };
    readonly baselines: BaselineAgreement | null;
    readonly order: OrderPercentile;
  };
  /** Forward passes besides those of explanations. */
  readonly evaluations: number;
}

/**
 * Tests one decision. Every stated prediction is from a forward pass of its own, so that asking the model again gives the
 * same digits; searches run in batches.
 *
 * Cost: two explanations, and up to about 1200 forward passes; of inputs of a few features far fewer.
 *
 * @param explanation - Of this input, with `options`.
 * @throws {InvalidOptionError} When nothing of inputs of this model can be removed.
 */
export async function testDecision(
  model: ExplainableModel,
  input: object,
  explanation: Explanation,
  options: ExplainOptions,
): Promise<DecisionTests> {
  const settings = counterfactualSettings(model, {});
  const asked = { ...options };
  const { longText, seed = 0, signal } = options;
  const whole = await prepareInput(model, input, longText === undefined ? {} : { longText });
  const opened = await openSubject({ model, whole, input, explanation }, settings.replacement, asked);
  const { attribution, decision, features } = opened;
  const fast = opened.probe();
  const exact = opened.probe({ batchSize: 1 });
  const count = features.length;
  const says = async (removed: readonly number[]): Promise<PredictedOutput> =>
    (await exact.outputs([without(count, removed)]))[0] as PredictedOutput;
  const atInput = await says([]);
  const flips = (output: PredictedOutput) => decision !== "none" && output.predictsTarget !== atInput.predictsTarget;

  const { supporting, opposing } = sidesOf(attribution);
  const all = attribution.reduce((sum, value) => sum + Math.abs(value), 0);
  const tested = async (feature: number): Promise<TestedElement> => {
    const output = await says([feature]);
    return {
      ...(opened.described[feature] as CounterfactualFeature),
      share: all > 0 ? Math.abs(attribution[feature] as number) / all : 0,
      without: opened.predictionOf(output),
      change: output.value - atInput.value,
      flips: flips(output),
    };
  };
  const named = [supporting, opposing].map((side) => side.slice(0, MOST_ELEMENTS)) as [number[], number[]];
  const sides: [TestedElement[], TestedElement[]] = [[], []];
  for (const [side, elements] of named.entries()) {
    for (const feature of elements) {
      signal?.throwIfAborted();
      sides[side]?.push(await tested(feature));
    }
  }
  const found = decision === "none" ? { set: null, searched: [] } : await changeOf(opened, { fast, atInput, flips });
  const verified = found.set === null ? undefined : await says(found.set);
  const elements = sides.flat();
  return {
    replacement: { name: settings.replacement.name, becomes: settings.replacement.becomes },
    decision,
    prediction: opened.predictionOf(atInput),
    supporting: sides[0],
    opposing: sides[1],
    more: {
      supporting: Math.max(0, supporting.length - MOST_ELEMENTS),
      opposing: Math.max(0, opposing.length - MOST_ELEMENTS),
    },
    change:
      found.set === null || verified === undefined || !flips(verified)
        ? null
        : {
            features: found.set.map((feature) => opened.described[feature] as CounterfactualFeature),
            prediction: opened.predictionOf(verified),
          },
    searched: found.searched,
    features: count,
    reliability: {
      asMapped: {
        elements: elements.filter(({ change, attribution: value }) => change * value < 0).length,
        of: elements.length,
      },
      baselines: await baselineAgreement(
        model,
        input,
        explanation,
        options,
        (positions) =>
          features.map((feature) => feature.positions.reduce((sum, at) => sum + (positions[at] as number), 0)),
        named.flat(),
      ),
      order: await orderPercentile(attribution, fast, seed),
    },
    evaluations: fast.evaluations() + exact.evaluations(),
  };
}

/** Features on each side that are worth a name, strongest first. */
function sidesOf(attribution: readonly number[]): { readonly supporting: number[]; readonly opposing: number[] } {
  const least = WORTH_NAMING * Math.max(0, ...attribution.map(Math.abs));
  const at = (feature: number) => attribution[feature] as number;
  const strong = [...attribution.keys()].filter((feature) => at(feature) !== 0 && Math.abs(at(feature)) >= least);
  strong.sort((a, b) => Math.abs(at(b)) - Math.abs(at(a)) || a - b);
  return {
    supporting: strong.filter((feature) => at(feature) > 0),
    opposing: strong.filter((feature) => at(feature) < 0),
  };
}

/** The smallest set that changes the decision, whatever the map says of its features. */
function changeOf(
  { attribution, features }: OpenSubject,
  {
    fast,
    atInput,
    flips,
  }: {
    readonly fast: ReturnType<OpenSubject["probe"]>;
    readonly atInput: PredictedOutput;
    readonly flips: (output: PredictedOutput) => boolean;
  },
) {
  const direction = atInput.predictsTarget ? 1 : -1;
  const order = [...attribution.keys()].sort(
    (a, b) => direction * ((attribution[b] as number) - (attribution[a] as number)) || a - b,
  );
  return smallestChange(order, async (sets) => {
    const outputs = await fast.outputs(sets.map((set) => without(features.length, set)));
    return outputs.map((output) => ({ flips: flips(output), margin: -direction * output.value }));
  });
}

/** @file Answers that are one of several, each asked of an input of its own: what variants of the input say to all of them. */

import { InputError } from "../errors.ts";
import type { Activation } from "../program/activation.ts";
import type { ScoreSpec } from "../program/score.ts";
import { floatTensor } from "../tensor/tensor.ts";
import type { ExplainableModel, PreparedWhole, Replacement } from "./explainable-model.ts";
import { prepareInput } from "./modality.ts";
import type { EvaluationFeature, Kept, Variants } from "./perturbable.ts";
import { type OpenReplacement, openReplacement, type ReplacementRequest } from "./replacement.ts";

/** What an answer is one of. */
export interface Among {
  readonly labels: readonly string[];
  /** Of each label the input that asks for it, which differs from the others in what is held fixed. */
  readonly inputs: readonly object[];
  /** How the scores of labels become probabilities. */
  readonly activation: Exclude<Activation, "none">;
  /** The one that is explained. */
  readonly chosen: number;
  /** The score of a label, of the logits that the model gives to its input. */
  score(logits: ArrayLike<number>): number;
}

/** The label that is explained as a class among the labels: what a probe is asked. */
export const amongScore = ({ activation, chosen }: Among): ScoreSpec => ({ kind: "logit", activation, target: chosen });

/**
 * A replacement whose variants are asked for every label: their logits are the scores of the labels.
 *
 * Cost of a variant: a forward pass for each label.
 *
 * @param features - Of the input of the label that is explained.
 * @throws {InputError} When the model reads more of the input beside one label than beside another.
 */
export async function openAmong(
  model: ExplainableModel,
  { labels, inputs, score }: Among,
  replacement: Replacement,
  request: Omit<ReplacementRequest, "whole"> & { readonly features: readonly EvaluationFeature[] },
): Promise<OpenReplacement> {
  const opened: OpenReplacement[] = [];
  for (const input of inputs) {
    const whole: PreparedWhole = await prepareInput(model, input);
    const { features, parts } = model.modality.perturb(model, whole, { features: request.featureKind });
    if (features.length !== request.features.length) {
      throw new InputError(
        "Cannot take away parts of the input and choose between labels: the model reads more of it beside a short label than beside a long one; give a shorter text",
      );
    }
    opened.push(await openReplacement(model, replacement, { ...request, whole: { ...whole, parts }, features }));
  }
  const [first] = opened as [OpenReplacement];
  const joined = (d: number): Variants => {
    const each = opened.map(({ draws }) => draws[d] as Variants);
    const logits = async (variants: readonly Kept[]) => {
      const scores = new Float32Array(variants.length * labels.length);
      for (const [l, { parts }] of each.entries()) {
        const [part] = parts;
        const { data } = await (part as NonNullable<typeof part>).logits(variants);
        const classes = data.length / variants.length;
        variants.forEach((_, v) => {
          scores[v * labels.length + l] = score(data.subarray(v * classes, (v + 1) * classes));
        });
      }
      return floatTensor(scores, [variants.length, labels.length]);
    };
    return { positions: Math.max(...each.map(({ positions }) => positions)), parts: [{ share: 1, logits }] };
  };
  return { ...first, draws: first.draws.map((_, d) => joined(d)) };
}

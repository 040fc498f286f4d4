/** @file What a model's head decides: how its outputs are to be read, which classes are predicted, what they are called. */

import type { Explanation, HeadActivation, Prediction, Target } from "../attribution/explanation.ts";

/** The probability above which a class is predicted where each is judged by itself. */
export const THRESHOLD = 0.5;

/**
 * How outputs are to be read: one class of several ("classes"), each class by itself ("independent"), yes or no ("binary"),
 * or numbers ("numbers", regression).
 */
export type HeadKind = "classes" | "independent" | "binary" | "numbers";

/** An explanation as far as its head goes. */
export type Headed = Pick<Explanation, "model" | "predictions">;

/** How logits become probabilities. Files of calig 0.1 do not say it: there a regression's "probability" is its number. */
export function activationOf({ model, predictions }: Headed): HeadActivation {
  if (model.activation !== undefined) return model.activation;
  const known = ACTIVATIONS.get(predictions) ?? guessedActivation(predictions);
  ACTIVATIONS.set(predictions, known);
  return known;
}

/** Asked of every class, and the same for all. */
const ACTIVATIONS = new WeakMap<readonly Prediction[], HeadActivation>();

function guessedActivation(predictions: readonly Prediction[]): HeadActivation {
  if (predictions.length === 0) return "softmax";
  if (predictions.every(({ probability, logit }) => probability === null || probability === logit)) return "none";
  const sum = predictions.reduce((total, { probability }) => total + (probability ?? 0), 0);
  return Math.abs(sum - 1) < 1e-3 ? "softmax" : "sigmoid";
}

export function headKind(explanation: Headed): HeadKind {
  const activation = activationOf(explanation);
  if (activation === "none") return "numbers";
  if (activation === "softmax") return "classes";
  return explanation.predictions.length === 1 ? "binary" : "independent";
}

/** Whether a class is predicted: the best one, or every one above 50 % where each is judged by itself. */
export function isPredictedClass(explanation: Headed, { index, probability }: Prediction): boolean {
  switch (headKind(explanation)) {
    case "classes":
      return explanation.predictions[0]?.index === index;
    case "numbers":
      return true;
    default:
      return (probability ?? 0) > THRESHOLD;
  }
}

/** Whether what is explained is a class; otherwise it is something that a question from outside asks of all of them. */
export const isClass = ({ index }: Pick<Target, "index">): boolean => index >= 0;

/** The name of a class, with its index where other classes have the same or where it says nothing: "other (#2)". */
export function className(
  { predictions = [] }: { readonly predictions?: readonly Prediction[] },
  { index, label }: Pick<Prediction, "index" | "label">,
): string {
  const alike = labelsOf(predictions).get(label.trim()) ?? 0;
  return label.trim() === "" || alike > 1 ? `${label} (#${index})`.trim() : label;
}

/** How many classes have a label; asked for every class. */
const LABELS = new WeakMap<readonly object[], ReadonlyMap<string, number>>();

function labelsOf(predictions: readonly Prediction[]): ReadonlyMap<string, number> {
  const known = LABELS.get(predictions);
  if (known !== undefined) return known;
  const counts = new Map<string, number>();
  for (const { label } of predictions) counts.set(label.trim(), (counts.get(label.trim()) ?? 0) + 1);
  LABELS.set(predictions, counts);
  return counts;
}

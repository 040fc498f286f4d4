/**
 * @file Labels that a model was never trained on: a classifier of entailment is asked whether the text entails a sentence about
 * each (Yin et al. 2019), as the zero-shot pipelines of transformers do. The sentence is held fixed.
 */

import { InputError, quote } from "../errors.ts";
import { probabilities } from "../program/activation.ts";
import { classLogitsOf, logitsOf } from "../transformer/anatomy.ts";
import { checkLabels, chosenLabel } from "./choose-label.ts";
import type { ExplainableModel } from "./explainable-model.ts";
import type { Prediction } from "./explanation.ts";
import type { HeldPair } from "./held-pair.ts";
import type { TextInput } from "./input.ts";
import { prepareInput } from "./modality.ts";
import type { QuestionObject } from "./option-words.ts";
import type { OwnQuestion } from "./question-object.ts";

const TEMPLATE = "This example is {}.";

/** What is asked, and the input that it is asked of. */
export interface AskedLabels {
  readonly input: HeldPair;
  readonly score: QuestionObject;
}

/**
 * The label that is explained, by default the best, as a question.
 *
 * Cost: a forward pass for each label.
 *
 * @throws {InputError} When the labels are none, or the model has no class of entailment.
 * @throws {InvalidOptionError} When the target is none of the labels.
 */
export async function zeroShotOf(
  model: ExplainableModel,
  input: TextInput & { readonly labels: readonly string[] },
  wanted: string | number | undefined,
): Promise<AskedLabels> {
  const { text, labels, hypothesis = TEMPLATE, multiLabel = false } = input;
  checkLabels(labels, hypothesis);
  const { entailment, contradiction } = entailmentOf(model);
  const sentences = labels.map((label) => hypothesis.replaceAll("{}", label));
  const rows: Float32Array[] = [];
  for (const pair of sentences) {
    const { parts } = await prepareInput(model, { text, pair });
    const [part] = parts;
    rows.push((await model.programs.forward((part as NonNullable<typeof part>).input.feeds)).logits.data);
  }
  const predictions = ranked(labels, rows, { entailment, contradiction, multiLabel });
  const chosen = chosenLabel(labels, predictions, wanted);
  const settings = { labels, hypothesis, ...(multiLabel ? { multiLabel } : {}) };
  const question: OwnQuestion = {
    name: multiLabel ? "entailment-margin" : "entailment",
    title: multiLabel ? "logit of entailment minus contradiction" : "logit of entailment",
    settings,
    asks: "logits",
    among: {
      labels,
      inputs: sentences.map((pair): HeldPair => ({ text, pair, holdsPair: true })),
      activation: multiLabel ? "sigmoid" : "softmax",
      chosen,
      score: (row) => (row[entailment] as number) - (multiLabel ? (row[contradiction] as number) : 0),
    },
    choose: () => ({
      target: entailment,
      predictions,
      named: { index: chosen, label: labels[chosen] as string },
      ...(multiLabel ? { against: contradiction } : {}),
    }),
    emit: ({ logits, pick }) => pick(logits),
    evaluate: (logits, { target, against }) =>
      (logits[target] as number) - (against === undefined ? 0 : (logits[against] as number)),
  };
  return {
    input: { text, pair: sentences[chosen] as string, holdsPair: true },
    score: question as unknown as QuestionObject,
  };
}

/** Indices of the classes, told by their names as transformers does. */
function entailmentOf(model: ExplainableModel): { readonly entailment: number; readonly contradiction: number } {
  const output = logitsOf(model.anatomy);
  const place = (start: RegExp) => model.labels.findIndex((label) => start.test(label));
  const entailment = place(/^entail/i);
  const isClassifier = output.kind === "logits" && classLogitsOf(model.anatomy).per === "input";
  if (!isClassifier || entailment < 0) {
    const found = isClassifier
      ? `its classes are ${model.labels.slice(0, 5).map(quote).join(", ")}`
      : `its task is ${model.facts.task}`;
    throw new InputError(
      `Cannot choose between labels with model "${model.facts.id}": ${found}, wanted a classifier with a class "entailment"; give one that was trained on natural language inference, or name that class in "id2label" of config.json`,
    );
  }
  const named = place(/^contra|^not[ _-]?entail/i);
  return { entailment, contradiction: named >= 0 ? named : entailment === 0 ? model.labels.length - 1 : 0 };
}

interface Judging {
  readonly entailment: number;
  readonly contradiction: number;
  readonly multiLabel: boolean;
}

/** Labels, best first: their probabilities sum to 1, or each is that of entailment against contradiction. */
function ranked(
  labels: readonly string[],
  rows: readonly Float32Array[],
  { entailment, contradiction, multiLabel }: Judging,
): readonly Prediction[] {
  const scores = rows.map((row) => (row[entailment] as number) - (multiLabel ? (row[contradiction] as number) : 0));
  const shares = probabilities(scores, multiLabel ? "sigmoid" : "softmax");
  return labels
    .map((label, index) => ({ index, label, logit: scores[index] as number, probability: shares[index] as number }))
    .sort((a, b) => b.logit - a.logit || a.index - b.index);
}

/** @file What the labels of a data set say to a model: which class, yes or no, or which number. */

import { candidatesOf, distinctNames, listClasses, type Meaning, meaningOf } from "../attribution/class-names.ts";
import type { ExplainableModel } from "../attribution/explainable-model.ts";
import type { Prediction } from "../attribution/explanation.ts";
import { InputError } from "../errors.ts";
import { assertNever } from "../util/assert-never.ts";
import type { DatasetItem } from "./dataset.ts";

/** What is true of an input. */
export type Truth =
  | { readonly kind: "class"; readonly index: number }
  | { readonly kind: "answer"; readonly yes: boolean }
  | { readonly kind: "number"; readonly value: number };

/** Reads the label of an input; undefined where it has none that says something of the explained output. */
export type ReadTruth = (item: DatasetItem) => Truth | undefined;

/** A probability above which an output says yes. */
const THRESHOLD = 0.5;
const YES = ["1", "true", "yes"];
const NO = ["0", "false", "no"];

/**
 * How the labels of a data set are read.
 *
 * Classes are meant by name or by index; where all labels are names of classes, names they are, and where none is, indices.
 * One output that is a probability is answered with 1 or 0 (true or false, yes or no, its name). An output that is a number
 * is compared with a number; where there are several, with the one that `target` names.
 *
 * The reader throws {@link InputError} for a label that says nothing, or several things, to the model.
 */
export function truthReader(
  model: Pick<ExplainableModel, "labels" | "activation" | "facts">,
  items: readonly DatasetItem[],
  target: string | number | undefined,
): ReadTruth {
  const { labels, activation, facts } = model;
  if (activation === "none") {
    if (labels.length > 1 && target === undefined) return () => undefined;
    return ({ label }) => (label === undefined ? undefined : { kind: "number", value: numberOf(label) });
  }
  if (activation === "sigmoid" && labels.length === 1) {
    return ({ label }) =>
      label === undefined ? undefined : { kind: "answer", yes: answerOf(label, labels[0] ?? "", facts.id) };
  }
  const stated = items.flatMap(({ label }) => (label === undefined ? [] : [label]));
  const meanings = new Map(stated.map((label) => [label, meaningOf(labels, ownText(label))]));
  const all = (test: (meaning: Meaning) => boolean) => [...meanings.values()].every(test);
  const areNames = all(({ named }) => named.length > 0);
  const areIndices = all(({ index }) => index !== undefined);
  return ({ label }) => {
    if (label === undefined) return undefined;
    const { named, index } = meanings.get(label) ?? meaningOf(labels, ownText(label));
    const meaning =
      areNames === areIndices ? { named, index } : areNames ? { named, index: undefined } : { named: [], index };
    const candidates = candidatesOf(meaning);
    const [first] = candidates;
    if (first !== undefined && candidates.length === 1) return { kind: "class", index: first };
    if (first !== undefined) {
      throw new InputError(
        `label ${JSON.stringify(label)} means several classes of the model "${facts.id}": ${listClasses(labels, candidates)}; write the index, as "#${first}"`,
      );
    }
    throw new InputError(
      `label ${JSON.stringify(label)} is none of the model "${facts.id}", which has ${listClasses(labels)}`,
    );
  };
}

/** Tables have texts only: a number is read as it would be there. */
const ownText = (label: string | number): string => String(label).trim();

function numberOf(label: string | number): number {
  const text = ownText(label);
  const value = text === "" ? Number.NaN : Number(text);
  if (Number.isFinite(value)) return value;
  throw new InputError(`label ${JSON.stringify(label)} is no number, and the model gives one (regression)`);
}

function answerOf(label: string | number, name: string, model: string): boolean {
  const text = ownText(label).toLowerCase();
  const value = Number(text);
  if (YES.includes(text) || text === name.toLowerCase() || (text !== "" && value === 1)) return true;
  if (NO.includes(text) || (text !== "" && value === 0)) return false;
  throw new InputError(
    `label ${JSON.stringify(label)} says neither yes nor no to the one output of the model "${model}"; write 1 or 0, true or false, or "${name}" for yes; if the output is a number, write "problem_type": "regression" into config.json`,
  );
}

/** What the model says, beside the truth. */
export interface Verdict {
  /** The class that it predicts, in words. */
  readonly predicted: string;
  /** Of classes and answers. */
  readonly correct?: boolean;
  /** Of numbers: what the model gives and what is true. */
  readonly number?: { readonly given: number; readonly true: number };
}

/** @param explained - Index of the explained output, which numbers are compared with. */
export function verdictOf(
  { labels, activation }: Pick<ExplainableModel, "labels" | "activation">,
  predictions: readonly Prediction[],
  explained: number,
  truth: Truth | undefined,
): Verdict {
  const names = distinctNames(labels);
  const [best] = predictions;
  const of = (index: number) => predictions.find((prediction) => prediction.index === index);
  const isAbove = (index: number) => (of(index)?.probability ?? 0) > THRESHOLD;
  const isAnswer = activation === "sigmoid" && labels.length === 1;
  const shown = activation === "none" ? explained : (best?.index ?? 0);
  const predicted = isAnswer && !isAbove(0) ? `not ${names[0]}` : (names[shown] ?? String(shown));
  switch (truth?.kind) {
    case undefined:
      return { predicted };
    case "class":
      return { predicted, correct: activation === "sigmoid" ? isAbove(truth.index) : best?.index === truth.index };
    case "answer":
      return { predicted, correct: isAbove(0) === truth.yes };
    case "number":
      return { predicted, number: { given: of(explained)?.logit ?? Number.NaN, true: truth.value } };
    default:
      return assertNever(truth);
  }
}

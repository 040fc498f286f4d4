/** @file A question as callers give it: the scalar, what is chosen for each input, and what readers call it. */

import type { Activation } from "../program/activation.ts";
import type { Question } from "../program/question.ts";
import type { Among } from "./among.ts";
import type { ExplainableModel } from "./explainable-model.ts";
import type { Prediction } from "./explanation.ts";
import type { QuestionObject } from "./option-words.ts";

/** What a question knows of an input before it is asked. */
export interface QuestionSituation {
  readonly model: ExplainableModel;
  /** The logits that the question is about [classes]: of the input, or of the token that is explained. */
  readonly logits: ArrayLike<number>;
  /** All classes, best first. */
  readonly predictions: readonly Prediction[];
  /** Index of the class with this name or index. @throws {InvalidOptionError} When there is none. */
  classIndex(nameOrIndex: string | number): number;
}

/** One of `predictions`, and the one that it is held against. */
export interface NamedChoice {
  readonly index: number;
  readonly label: string;
  readonly against?: { readonly index: number; readonly label: string };
}

/** What a question chooses for one input; fields that are left out stay as they are for any question. */
export interface QuestionChoice {
  /** Index of the class that is explained, where the caller names none. Default: the predicted class. */
  readonly target?: number;
  /** What `feeds` and `evaluate` get as `asked.parameters`: another embedding, positions, a mask of classes. */
  readonly parameters?: unknown;
  /** The class that it is held against. */
  readonly against?: number;
  /** What is explained where `predictions` are no classes of the model: the one of them, as results name it. */
  readonly named?: NamedChoice;
  /** What is explained, in the words of this input; `subject` otherwise. */
  readonly subject?: string;
  /** What the model says, where that is not a ranking of its classes. Best first. */
  readonly predictions?: readonly Prediction[];
}

/** How one of several is chosen by an output. */
export interface Choosing {
  readonly labels: readonly string[];
  /** The one that is explained. */
  readonly chosen: number;
  /** Of all: the one with the most is chosen. @param output - Of one input: an embedding [numbers]. */
  scores(output: ArrayLike<number>): readonly number[];
  /** How scores become probabilities; absent where they do not. */
  readonly activation?: Exclude<Activation, "none">;
}

/**
 * A question from outside. Its scalar is written twice, as nodes (`emit`) and as arithmetic (`evaluate`): a run in which the
 * two differ is an error.
 */
export interface OwnQuestion extends Question, Omit<QuestionObject, "emit"> {
  /** Where what is explained is one of several answers that are each asked of an input of their own. */
  readonly among?: Among;
  /** Where one of several is chosen by the output itself: what all of them get, and which one is explained. */
  readonly choosing?: Choosing;
  /** Called once for an input, after its forward pass. */
  choose?(situation: QuestionSituation): QuestionChoice | Promise<QuestionChoice>;
}

/** The question that an option gives in the place of a name. */
export const questionIn = (score: string | QuestionObject | undefined): OwnQuestion | undefined =>
  typeof score === "object" ? (score as unknown as OwnQuestion) : undefined;

/** What readers call the answer. */
export const questionTitle = ({ name, title }: QuestionObject): string => title ?? name.replaceAll("-", " ");

/** What results say of it: its name, with what it was made with. */
export const spelledQuestion = ({ name, settings }: QuestionObject): string | Readonly<Record<string, unknown>> =>
  settings === undefined ? name : { name, ...settings };

/** Its name, or that of one of calig. */
export const scoreNameOf = (score: string | QuestionObject): string => (typeof score === "object" ? score.name : score);

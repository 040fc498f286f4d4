/** @file What a question is: which scalar is asked of an output of the model, as graph nodes and as plain arithmetic. METHOD 1. */

import type { GraphBuilder } from "../graph/builder.ts";
import type { Feeds } from "../runtime/runtime.ts";
import type { Activation } from "./activation.ts";

/** What is asked of one input: the classes, and whatever else a question chooses for it. */
export interface Asked {
  readonly activation: Activation;
  readonly target: number;
  /** The answer is that of `target` minus that of this class. */
  readonly against?: number;
  /** What the question chose for this input (`OwnQuestion.choose`), for `feeds` and `evaluate`. */
  readonly parameters?: unknown;
}

/** What a program that answers is written with. One program serves every target: classes are fed to it. */
export interface QuestionGraph {
  readonly builder: GraphBuilder;
  /** [rows, classes] */
  readonly logits: string;
  readonly activation: Activation;
  readonly classes: number;
  /** Of values [rows, classes] that of the target, minus that of the class it is held against [rows, 1]. */
  pick(values: string): string;
}

/** What a program that answers about next tokens is written with. Which tokens they are is fed to it. */
export interface NextTokenGraph {
  readonly builder: GraphBuilder;
  /** [rows, asked, vocabulary] */
  readonly logits: string;
}

/** A question about the tokens that follow. To add one: a file in questions/ and a line in questions.ts. */
export interface NextTokenQuestion {
  readonly name: string;
  readonly asks: "next-token";
  /** F of every row [rows, 1]: rows must not depend on each other. */
  emit(graph: NextTokenGraph): string;
  /** Feeds of the inputs that `emit` declares. */
  feeds(asked: Asked): Feeds;
  /** F of one row of logits [asked x vocabulary]: the same function. */
  evaluate(logits: ArrayLike<number>, asked: Asked): number;
}

/** What a program that answers about spans is written with. Where they lie is fed to it. */
export interface SpanGraph {
  readonly builder: GraphBuilder;
  /** That a token is the start, and that it is the end [rows, tokens, 2]. */
  readonly logits: string;
}

/** A question about where an answer starts and ends. To add one: a file in questions/ and a line in questions.ts. */
export interface SpanQuestion {
  readonly name: string;
  readonly asks: "span";
  /** F of every row [rows, 1]: rows must not depend on each other. */
  emit(graph: SpanGraph): string;
  /** Feeds of the inputs that `emit` declares. */
  feeds(asked: Asked): Feeds;
  /** F of one row of logits [tokens x 2]: the same function. */
  evaluate(logits: ArrayLike<number>, asked: Asked): number;
}

/** What a program that answers about an entity is written with. Which words it has is fed to it. */
export interface EntityGraph {
  readonly builder: GraphBuilder;
  /** The label of every token [rows, tokens, classes]. */
  readonly logits: string;
  readonly activation: Activation;
  readonly classes: number;
}

/** A question about the labels of several words. To add one: a line in questions/entity.ts and one in questions.ts. */
export interface EntityQuestion {
  readonly name: string;
  readonly asks: "entity";
  /** F of every row [rows, 1]: rows must not depend on each other. */
  emit(graph: EntityGraph): string;
  /** Feeds of the inputs that `emit` declares. */
  feeds(asked: Asked): Feeds;
  /** F of one row of logits [tokens x classes]: the same function. */
  evaluate(logits: ArrayLike<number>, asked: Asked): number;
}

/**
 * A question about logits, the kind of output that classifiers have. To add one: a file in questions/ and a line in
 * questions.ts; from outside: `defineQuestion`, whose questions choose more and say what readers call them.
 */
export interface Question {
  /** As the option `score` and results call it. */
  readonly name: string;
  /** The output that it is about. Embeddings come where logits are spoken of here: their numbers are in the place of classes. */
  readonly asks: "logits" | "embedding";
  /** Why no class can be given that the target is held against; absent where one can. */
  readonly compares?: string;
  /** F of every row [rows, 1]: rows must not depend on each other. */
  emit(graph: QuestionGraph): string;
  /** Feeds of the inputs that `emit` declares besides those of `pick`, by the same names. */
  feeds?(asked: Asked, classes: number): Feeds;
  /** F of one row of logits: the same function. */
  evaluate(logits: ArrayLike<number>, asked: Asked): number;
  /** Why it cannot be asked of this head, and what to do, after a colon; undefined where it can. */
  refusal?(asked: Asked, classes: number): string | undefined;
}

/** `pick` of one row. */
export const pickFrom = (values: ArrayLike<number>, { target, against }: Asked): number =>
  (values[target] as number) - (against === undefined ? 0 : (values[against] as number));

/** Of questions about probabilities, which regressions have none of. */
export const refuseRegression = ({ activation }: Asked): string | undefined =>
  activation === "none" ? 'the model is a regression without probabilities; use score "logit"' : undefined;

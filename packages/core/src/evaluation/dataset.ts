/** @file Inputs with what people said of them, however they were stored. */

import type { TextInput } from "../attribution/input.ts";
import { assertNever } from "../util/assert-never.ts";
import type { EvaluationFeature } from "./features.ts";
import type { OutlinedObject } from "./outlines.ts";

/** Part of a text in UTF-16 offsets, end exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** What people said of a part of a text: > 0 supports the data set's `polarityLabel`, < 0 opposes it, 0 neither. */
export interface PolaritySpan extends Span {
  readonly value: number;
}

/** An input that is read when it is needed. */
export interface LazyInput {
  /** What it is called. */
  readonly name: string;
  /** The kind of input that it is: "image". */
  readonly kind: string;
  /** What `explain` takes: { image }. @throws {InputError} When it cannot be read. */
  readonly load: () => Promise<object>;
}

/** What `explain` takes, or how to get it. */
export type DatasetInput = TextInput | LazyInput | object;

export const isLazy = (input: DatasetInput): input is LazyInput =>
  typeof (input as Partial<LazyInput>).load === "function";

/** What `explain` takes. @throws {InputError} When it cannot be read. */
export const readInput = async (input: DatasetInput): Promise<object> => (isLazy(input) ? input.load() : input);

/** One input. */
export interface DatasetItem {
  /** Line of the file that it starts on, from 1. */
  readonly line: number;
  readonly id?: string;
  readonly input: DatasetInput;
  /** The true class, by name or index. */
  readonly label?: string | number;
  /** The parts of the text that people marked as the reason for its label; empty when they saw none. */
  readonly rationale?: readonly Span[];
  readonly polarities?: readonly PolaritySpan[];
  /** Of a prompt: the part that holds the answer, or several, by name or index (from 0) among its parts and messages. */
  readonly relevantParts?: readonly (string | number)[];
  /** What people outlined in a picture: what shows the explained class is the reason for it. */
  readonly objects?: readonly OutlinedObject[];
}

/** What people must have said of an input for a metric: marks of any kind, marks in a text, polarities, or relevant parts. */
export type Truth = "rationale" | "spans" | "polarities" | "parts";

/** Whether people said it of an item. */
export function hasTruth({ rationale, polarities, objects, relevantParts }: DatasetItem, truth: Truth): boolean {
  switch (truth) {
    case "rationale":
      return rationale !== undefined || objects !== undefined;
    case "spans":
      return rationale !== undefined;
    case "polarities":
      return polarities !== undefined;
    case "parts":
      return relevantParts !== undefined;
    default:
      return assertNever(truth);
  }
}

/** A row that is no input. */
export interface DatasetProblem {
  readonly line: number;
  readonly message: string;
}

/** Inputs with what is known of them: labels, and what people marked as reasons. */
export interface Dataset {
  /** What `line` counts, where that is not lines of a file: items of a list in JSON. */
  readonly counted?: "line" | "item";
  /** What a person should know of how the file was read, such as the columns that were taken for texts and labels. */
  readonly notes?: readonly string[];
  readonly name: string;
  readonly items: readonly DatasetItem[];
  readonly problems: readonly DatasetProblem[];
  /** Name of the class that positive polarities support. */
  readonly polarityLabel?: string;
}

/** For each feature 1 when a span covers any of it, else 0. */
export const markedFeatures = (features: readonly EvaluationFeature[], spans: readonly Span[]): number[] =>
  features.map((feature) => (spans.some((span) => overlap(feature, span) > 0) ? 1 : 0));

/** For each feature the polarity of the span that covers most of it; 0 without one. */
export function featurePolarities(features: readonly EvaluationFeature[], spans: readonly PolaritySpan[]): number[] {
  return features.map((feature) => {
    let best = 0;
    let value = 0;
    for (const span of spans) {
      const covered = overlap(feature, span);
      if (covered > best) [best, value] = [covered, span.value];
    }
    return value;
  });
}

const overlap = (a: Span, b: Span): number => Math.min(a.end, b.end) - Math.max(a.start, b.start);

/**
 * Mean share of a text that its rationale covers, in characters that are not white space; over the inputs that have a
 * rationale. Undefined where none has.
 */
export function rationaleShare(items: readonly DatasetItem[]): number | undefined {
  const shares = items.flatMap(({ input, rationale }) => {
    if (rationale === undefined || rationale.length === 0) return [];
    const { text } = input as Partial<TextInput>;
    if (text === undefined) return [];
    const length = visible(text);
    const marked = rationale.reduce((sum, { start, end }) => sum + visible(text.slice(start, end)), 0);
    return [Math.min(1, marked / length)];
  });
  return shares.length === 0 ? undefined : shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

const visible = (text: string): number => text.replace(/\s+/g, "").length;

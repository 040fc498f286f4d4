/** @file An input made ready for a model, whatever it was before: what attribution methods may know of it. */

import type { Feeds } from "../runtime/runtime.ts";
import type { Warning } from "./explanation.ts";

/** An answer that a language model could give: any of some strings. */
export interface PossibleAnswer {
  /** As readers see it. */
  readonly label: string;
  /** What it counts for in the score: 1, or -1 for what it is held against. */
  readonly sign: 1 | -1;
  readonly strings: readonly { readonly text: string; readonly tokens: readonly number[] }[];
}

/** Where answers can lie in a text. */
export interface AnswerableText {
  /** Tokens that answers are made of, by their positions, in order. */
  readonly positions: readonly number[];
  /** The token that stands for no answer; absent where there is none. */
  readonly none?: number;
  /** What the tokens from one position to another show, whole words. */
  text(first: number, last: number): string;
  /** First and last positions of the places where this text stands. */
  find(text: string): readonly (readonly [first: number, last: number])[];
}

/** What all kinds of inputs have; a modality's own inputs have more, which only that modality looks at. */
export interface PreparedInput {
  /** The input as the forward program reads it, batch of one. */
  readonly feeds: Feeds;
  /** One per position of the hidden states. */
  readonly features: readonly { readonly special: boolean }[];
  /** 1 where the feature is part of the input and may be replaced by a baseline, 0 for special features [positions]. */
  readonly replaceable: Float32Array;
  /**
   * Positions of each feature that is replaced as a whole where methods or metrics remove it: those of each word. Absent where
   * every position that may be replaced is a feature by itself.
   */
  readonly groups?: readonly (readonly number[])[];
  /** Where the input is one of several windows on a longer one: how many features lie before it, and how many are in all. */
  readonly window?: { readonly start: number; readonly total: number };
  /**
   * Language models: the answers whose tokens are read at the positions that are asked for, in their order; none where the
   * token that follows is asked for.
   */
  readonly answers?: readonly PossibleAnswer[];
  /** Whether the answers are labels of which one is explained. Absent for no. */
  readonly verbalised?: true;
  /** Models that fill masks: whether the mask stands behind a space. Absent for no. */
  readonly startsWord?: boolean;
  /** Models that answer by a span: where answers can lie. */
  readonly answerable?: AnswerableText;
  /** The only token of those that are asked for which counts, by its place among them; absent where all do. */
  readonly onlyAsked?: number;
  readonly warnings: readonly Warning[];
}

/** One part of an input. */
export interface Part<T extends PreparedInput = PreparedInput> {
  readonly input: T;
  /** Index in the whole of each of the part's features. */
  readonly positions: readonly number[];
  /** 1 where this part is responsible for the feature, 0 where another one is, and for special features [positions]. */
  readonly owned: readonly (0 | 1)[];
  /** Weight of this part; the weights of all parts sum to 1. */
  readonly share: number;
}

/** The part of an input that the model reads at once. */
export function onlyPart<T extends PreparedInput>(input: T): Part<T> {
  return {
    input,
    positions: [...input.features.keys()],
    owned: input.features.map(({ special }) => (special ? 0 : 1)),
    share: 1,
  };
}

/** Positions of each feature that is replaced as a whole: of each word, or of each patch. */
export const removableFeatures = ({ groups, replaceable }: PreparedInput): readonly (readonly number[])[] =>
  groups ?? [...replaceable.keys()].filter((t) => replaceable[t] === 1).map((t) => [t]);

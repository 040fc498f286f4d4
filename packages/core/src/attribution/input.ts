/** @file The inputs of calig's own kinds, as callers give them. */

import type { RgbImage } from "../input/image/rgb-image.ts";

/** A text, or a pair of texts for models that judge pairs, or what an embedding is compared with. */
export interface TextInput {
  readonly text: string;
  readonly pair?: string;
  /**
   * Models that make embeddings: the text that this one is compared with, which is held fixed; of several the mean of their
   * normalised embeddings.
   */
  readonly with?: string | readonly string[];
  /** In its place: a vector of one's own, as long as an embedding, such as that of a concept. */
  readonly direction?: readonly number[];
  /** Name of the prompt that is put before the text, of those that the model's folder has. Default: the one it names. */
  readonly textPrompt?: string;
  /** The same of the other text. */
  readonly withPrompt?: string;
  /**
   * Whether every word is explained together with every word of the text that it is compared with, too. Costs some hundred
   * forward passes.
   */
  readonly pairs?: boolean;
  /**
   * Classifiers with a class "entailment": labels that the model was never trained on; each becomes a hypothesis, which is
   * held fixed. Option `target` names the one that is explained, by default the best.
   */
  readonly labels?: readonly string[];
  /** What a label becomes, with {} in its place. Default: "This example is {}." */
  readonly hypothesis?: string;
  /** Whether labels exclude each other: without, the score is that of entailment; with it, minus that of contradiction. */
  readonly multiLabel?: boolean;
  /** Models that answer questions by a span of the text: the question, which is held fixed and read before the text. */
  readonly question?: string;
  /** Models that fill masks, where the text has several: which one is asked for, the first being 1. */
  readonly mask?: number;
  /** Models that judge how relevant a text is to a query: the query, which is held fixed and read before the text. */
  readonly query?: string;
}

/** A message of a chat. */
export interface ChatMessage {
  /** "system", "user", "assistant", or what else the model's template knows. */
  readonly role: string;
  readonly content: string;
}

/** A part of a prompt whose evidence is added up: a document, an example. */
export interface PromptPart {
  /** Default: "part 1", "part 2" and so on. */
  readonly name?: string;
  /** As it stands in the prompt. */
  readonly text: string;
}

/**
 * A prompt, and what is asked of a language model about it: how probable an answer is, also held against another one.
 * Without an answer it is asked for its most probable next token.
 */
export interface PromptInput {
  /** The prompt as the model reads it. */
  readonly prompt?: string;
  /** In its place: messages, which the chat template of the model's tokenizer makes a prompt of. */
  readonly chat?: readonly ChatMessage[];
  /** What follows the prompt, spaces included: " Paris". */
  readonly answer?: string;
  /** Another answer: the score is that of `answer` minus that of this one. */
  readonly against?: string;
  /**
   * In the place of an answer: labels, each with the strings that stand for it. A label is as probable as any of its strings:
   * the logarithm of the sum of their probabilities. Options `target` and `against` name labels.
   */
  readonly verbaliser?: Readonly<Record<string, readonly string[]>>;
  /** Parts of the prompt, or of the messages, in their order. Messages are parts themselves. */
  readonly parts?: readonly (string | PromptPart)[];
  /** Whether every token of the answer is explained by itself, too. Costs as much again for each. */
  readonly perToken?: boolean;
}

/** A picture to explain, decoded: 8-bit RGB, the right way up. */
export interface ImageInput {
  readonly image: RgbImage;
  /** Models of two towers, such as CLIP: the text that the picture is compared with, which is held fixed. */
  readonly text?: string;
  /** The same, under the name that models of texts have for it. */
  readonly with?: string;
  /** In its place: labels to choose from. Option `target` names the one that is explained, by default the best. */
  readonly labels?: readonly string[];
  /** The text that a label becomes, with {} in its place. Default: "This is a photo of {}." */
  readonly hypothesis?: string;
  /** What is explained: the patches of the picture, or the words of the text (of the label's text), the picture held fixed. Default: "image". */
  readonly side?: "image" | "text";
}

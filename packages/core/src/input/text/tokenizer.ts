/** @file What calig asks of a tokenizer, whichever library it wraps. */

import type { TokenFeature, Word } from "../features.ts";

/** A token of the vocabulary that stands for no text. */
export interface SpecialToken {
  readonly id: number;
  readonly text: string;
}

/** The special tokens that a vocabulary has. */
export interface SpecialTokens {
  readonly pad?: SpecialToken;
  readonly mask?: SpecialToken;
  readonly unk?: SpecialToken;
  readonly cls?: SpecialToken;
  readonly sep?: SpecialToken;
}

/** How the tokens of a prompt and of what may follow it lie in one line. */
export interface TokenLayout {
  /** Place of each token in its sequence. */
  readonly places: readonly number[];
  /** 0 for the prompt, n for its n-th continuation, which sees the prompt and itself alone. */
  readonly branches: readonly number[];
  /** Positions whose next tokens are asked for, in the order of what is asked. */
  readonly asked: readonly number[];
}

/** What did not fit into the model. */
export interface Truncation {
  /** Tokens that the model reads, special ones included. */
  readonly keptTokens: number;
  /** Tokens that the whole text has, special ones included. */
  readonly totalTokens: number;
  /** UTF-16 characters that are read; for a pair the sum over both texts. */
  readonly keptCharacters: number;
  /** Which end of the text, or of each text of a pair, is read. */
  readonly kept: "beginning" | "end";
}

/**
 * A text as a model reads it. `ids`, `typeIds` and `features` have one element per token.
 *
 * Features are in the order of the text. A feature that is not special covers at least one character, begins and ends with
 * no white space, and belongs to a word; a token that stands for white space alone covers what the next token covers.
 * Features may share characters: a byte-level vocabulary can spend several tokens on one character. Characters that no
 * feature covers (spaces, characters that the tokenizer drops) are fine.
 */
export interface EncodedText {
  /** The original text, whole even when truncated; for a pair both texts with a line break between them. */
  readonly text: string;
  readonly ids: readonly number[];
  readonly typeIds: readonly number[];
  readonly features: readonly TokenFeature[];
  /** In the order of the text; see words.ts for what a word is. */
  readonly words: readonly Word[];
  /** Present where language models are asked about answers. Absent: one sequence, asked what follows it. */
  readonly layout?: TokenLayout;
  /** Present when the text is longer than the model's limit: only its beginning, or its end, is encoded. */
  readonly truncated?: Truncation;
  /** Present when another version of transformers would read this text otherwise. */
  readonly otherReading?: OtherReading;
}

/** How two versions of transformers differ about a text. */
export interface OtherReading {
  /** In the tokens, or only in which text of a pair the model is told that they belong to. */
  readonly difference: "tokens" | "types";
  /** Major version that the text is read as, and the other one. */
  readonly read: 4 | 5;
  readonly other: 4 | 5;
}

/** Another implementation of the same tokenizer: what a check compares with. */
export interface SecondReader {
  /** For reports: "@huggingface/tokenizers". */
  readonly name: string;
  /**
   * All tokens, special ones included, without regard to the limit.
   *
   * @throws {CheckpointError} When it does not read a part of the tokenizer.
   */
  encode(text: string, pair?: string): Promise<readonly SpecialToken[]>;
}

/** A template in the language Jinja, and the special tokens that it may name. */
export interface ChatTemplate {
  readonly template: string;
  /** "bos_token": "<s>" */
  readonly tokens: Readonly<Record<string, string>>;
}

/** Turns texts into token ids. */
export interface Tokenizer {
  /** Kind of vocabulary: "WordPiece", "BPE", "Unigram", "WordLevel". */
  readonly kind: string;
  /** Most tokens that the model reads at once, special ones included. */
  readonly maxLength: number;
  readonly specialTokens: SpecialTokens;
  /** How chats become prompts; absent where the files have no template. */
  readonly chat?: ChatTemplate;
  /** Whether a token was added to the vocabulary as one that stands for no text: "<|im_start|>". */
  isMark(id: number): boolean;
  /** What a token stands for, spaces included: " Paris"; its id where the vocabulary has none. */
  textOf(id: number): string;
  /** Made of the same files when it is first asked. */
  readonly second?: SecondReader;
  /** @throws {InputError} When the text is empty, or nothing of it becomes a token. */
  encode(text: string, pair?: string): Promise<EncodedText>;
  /** One text without regard to the limit. @throws {InputError} As `encode`. */
  encodeWhole(text: string): Promise<EncodedText>;
}

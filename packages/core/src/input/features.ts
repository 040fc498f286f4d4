/** @file What inputs are cut into: the smallest explained elements of a text or an image, and words. */

/** A smallest explained element of a text: one token of the model. */
export interface TokenFeature {
  /** The token as the user wrote it: the characters of the input it covers; for a special token its name ("[CLS]"). */
  readonly text: string;
  /** UTF-16 offsets into the original text, end exclusive. Special tokens have start === end. */
  readonly start: number;
  readonly end: number;
  /** Added by the tokenizer, not part of the text. */
  readonly special: boolean;
  /** Index into `words`, or null for special tokens. */
  readonly word: number | null;
}

/** A word of a text, as a reader sees it. `text` is what the offsets (UTF-16, end exclusive) cut out of the input. */
export interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** A smallest explained element of an image. Special features (class token) have row and column -1. */
export interface PatchFeature {
  readonly row: number;
  readonly column: number;
  readonly special: boolean;
}

/** @file Pairs whose second text a question holds fixed, such as the hypothesis of a label. */

import type { TextInput } from "./input.ts";

/** An input that a question made. */
export interface HeldPair extends TextInput {
  readonly holdsPair: true;
}

export const isHeld = (input: TextInput): boolean => (input as Partial<HeldPair>).holdsPair === true;

/** @file What can stand in for removed words of a text. To add a replacement: a file in replacements/ and a line here. */

import type { Replacements } from "../../attribution/explainable-model.ts";
import type { WholeText } from "./prepare.ts";
import { dropTokens } from "./replacements/drop.ts";
import { randomWords } from "./replacements/random-words.ts";
import { defaultTextReplacement, specialTokens } from "./replacements/special-tokens.ts";

export const textReplacements: Replacements<WholeText> = {
  all: [...specialTokens, randomWords, dropTokens],
  defaultName: defaultTextReplacement,
};

/** @file Two words in a row. */

import type { TextInput } from "../../attribution/input.ts";
import type { CueKind, Occurrence } from "../cue.ts";
import { drawnPlace, folded, isWord, spanOf, withoutSpans, withPiece } from "./text-changes.ts";

/** Rarer pairs tell nothing that their words do not. */
const LEAST_INPUTS = 3;

export const bigrams: CueKind<TextInput> = {
  name: "bigrams",
  kind: "text",
  noun: "pair of words",
  summary: "two words in a row, of those that several inputs have",
  open({ subjects }) {
    const inputs = new Map<string, number>();
    for (const { words } of subjects) {
      for (const cue of new Set(pairsOf(words).map(([pair]) => pair))) inputs.set(cue, (inputs.get(cue) ?? 0) + 1);
    }
    return {
      find({ words }) {
        const found = new Map<string, number[]>();
        for (const [cue, first] of pairsOf(words)) {
          if ((inputs.get(cue) ?? 0) >= LEAST_INPUTS) found.set(cue, [...(found.get(cue) ?? []), first, first + 1]);
        }
        return [...found].map(([cue, features]): Occurrence => ({ cue, features: [...new Set(features)] }));
      },
      removed: ({ input, features }, occurrence) =>
        withoutSpans(
          input,
          occurrence.features.map((feature) => features[feature] as { start: number; end: number }),
        ),
      inserted(subject, { subject: other, occurrence }, random) {
        const { start, end } = spanOf(other, occurrence.features.slice(0, 2));
        return withPiece(subject, other.input.text.slice(start, end), drawnPlace(subject, random));
      },
    };
  },
};

/** Each pair with the index of its first word. */
const pairsOf = (words: readonly string[]): readonly (readonly [string, number])[] =>
  words
    .slice(0, -1)
    .map((word, i): readonly [string, number] => [`${folded(word)} ${folded(words[i + 1] as string)}`, i])
    .filter(([, i]) => isWord(words[i] as string) && isWord(words[i + 1] as string));

/** @file Single words, and single marks of punctuation where the tokenizer takes them for themselves. */

import type { TextInput } from "../../attribution/input.ts";
import type { CueKind, Occurrence } from "../cue.ts";
import { drawnPlace, folded, spanOf, withoutSpans, withPiece } from "./text-changes.ts";

export const words: CueKind<TextInput> = {
  name: "words",
  kind: "text",
  noun: "word",
  summary: "single words and marks of punctuation",
  open: () => ({
    find({ words: said }) {
      const found = new Map<string, number[]>();
      said.forEach((word, feature) => {
        const key = folded(word);
        found.set(key, [...(found.get(key) ?? []), feature]);
      });
      return [...found].map(([cue, features]): Occurrence => ({ cue, features }));
    },
    removed: ({ input, features }, occurrence) =>
      withoutSpans(
        input,
        occurrence.features.map((feature) => features[feature] as { start: number; end: number }),
      ),
    inserted(subject, { subject: other, occurrence }, random) {
      const { start, end } = spanOf(other, occurrence.features.slice(0, 1));
      return withPiece(subject, other.input.text.slice(start, end), drawnPlace(subject, random));
    },
  }),
};

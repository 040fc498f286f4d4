/** @file Words in another script than most of the data: Latin in Ethiopic texts, Cyrillic in Latin ones. */

import type { TextInput } from "../../attribution/input.ts";
import type { CueKind, Occurrence } from "../cue.ts";
import { drawnPlace, spanOf, withoutSpans, withPiece } from "./text-changes.ts";

const SCRIPTS: readonly (readonly [string, RegExp])[] = [
  "Latin",
  "Cyrillic",
  "Greek",
  "Arabic",
  "Hebrew",
  "Devanagari",
  "Bengali",
  "Tamil",
  "Thai",
  "Ethiopic",
  "Han",
  "Hiragana",
  "Katakana",
  "Hangul",
  "Georgian",
  "Armenian",
].map((name) => [name, new RegExp(`\\p{Script=${name}}`, "u")]);

const scriptOf = (word: string): string | undefined => SCRIPTS.find(([, pattern]) => pattern.test(word))?.[0];

export const scripts: CueKind<TextInput> = {
  name: "scripts",
  kind: "text",
  noun: "script",
  summary: "words in another script than most words of the data have",
  controls: "words",
  open({ subjects }) {
    const counts = new Map<string, number>();
    for (const { words } of subjects) {
      for (const word of words) {
        const script = scriptOf(word);
        if (script !== undefined) counts.set(script, (counts.get(script) ?? 0) + 1);
      }
    }
    const usual = [...counts].sort(([, a], [, b]) => b - a)[0]?.[0];
    return {
      find({ words }) {
        const found = new Map<string, number[]>();
        words.forEach((word, feature) => {
          const script = scriptOf(word);
          if (script !== undefined && script !== usual) found.set(script, [...(found.get(script) ?? []), feature]);
        });
        return [...found].map(
          ([script, features]): Occurrence => ({ cue: script, label: `words in ${script} script`, features }),
        );
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
    };
  },
};

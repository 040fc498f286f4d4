/** @file How long a text is: among the shortest or the longest quarter of the data. */

import type { TextInput } from "../../attribution/input.ts";
import type { Random } from "../../util/random.ts";
import type { CueKind, CueSubject, OpenCues } from "../cue.ts";
import { spanOf, withText } from "./text-changes.ts";

/** Fewer inputs have no quarters. */
const LEAST_INPUTS = 8;

export const length: CueKind<TextInput> = {
  name: "length",
  kind: "text",
  noun: "length",
  summary: "texts among the shortest or the longest quarter; controls change as many words and keep the length",
  open({ subjects }) {
    const sizes = subjects.map(({ words }) => words.length).sort((a, b) => a - b);
    const at = (share: number) => sizes[Math.floor(share * (sizes.length - 1))] ?? 0;
    const [short, middle, long] = [at(0.25), at(0.5), at(0.75)] as const;
    const isSpread = sizes.length >= LEAST_INPUTS && short < middle && middle < long;
    const labels = { short: `${short} words or fewer`, long: `${long} words or more` };
    /** The text with as many words: cut, or with words of other texts behind it. */
    const resized = (subject: CueSubject<TextInput>, size: number, random: Random): TextInput | undefined => {
      const count = subject.words.length;
      if (size < count)
        return withText(subject.input, subject.input.text.slice(0, subject.features[size]?.start).trimEnd());
      const added = Array.from({ length: size - count }, () => drawnWord(subjects, random));
      return withText(subject.input, [subject.input.text.trimEnd(), ...added].join(" "));
    };
    /** As many words changed, none more and none fewer. */
    const exchanged = (subject: CueSubject<TextInput>, size: number, random: Random): TextInput | undefined => {
      const count = subject.words.length;
      const changed = Math.min(count, Math.abs(count - size));
      const { start } = subject.features[count - changed] ?? { start: subject.input.text.length };
      const added = Array.from({ length: changed }, () => drawnWord(subjects, random));
      return withText(subject.input, [subject.input.text.slice(0, start).trimEnd(), ...added].join(" "));
    };
    const changes = (change: typeof resized): Pick<OpenCues<TextInput>, "removed" | "inserted"> => ({
      removed: (subject, _, random) => change(subject, middle, random),
      inserted: (subject, { subject: other }, random) => change(subject, other.words.length, random),
    });
    return {
      find({ words }) {
        if (!isSpread) return [];
        const cue = words.length <= short ? "short" : words.length >= long ? "long" : undefined;
        return cue === undefined ? [] : [{ cue, label: labels[cue], features: [] }];
      },
      ...changes(resized),
      control: changes(exchanged),
    };
  },
};

function drawnWord(subjects: readonly CueSubject<TextInput>[], random: Random): string {
  const subject = subjects[random.below(subjects.length)] as CueSubject<TextInput>;
  const { start, end } = spanOf(subject, [random.below(subject.features.length)]);
  return subject.input.text.slice(start, end);
}

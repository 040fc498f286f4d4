/** @file Places in a text: what stands first, second, last, whatever it says. */

import type { TextInput } from "../../attribution/input.ts";
import type { CueKind, CueSubject, Occurrence } from "../cue.ts";
import { spanOf, withoutSpans, withPiece } from "./text-changes.ts";

/** Places from the start, and from the end. */
const [FROM_START, FROM_END] = [10, 3] as const;

export const positions: CueKind<TextInput> = {
  name: "positions",
  kind: "text",
  noun: "place",
  places: true,
  summary: "the first words and the last ones, whatever they say; controls are the other places",
  open: () => ({
    find: ({ words }) =>
      placesOf(words.length).map(
        ([place, feature]): Occurrence => ({ cue: String(place), label: nameOf(place), features: [feature] }),
      ),
    removed: ({ input, features }, occurrence) => withoutSpans(input, [spanOf({ features }, occurrence.features)]),
    inserted(subject, { subject: other, occurrence }) {
      const { start, end } = spanOf(other, occurrence.features);
      const place = Number(occurrence.cue);
      const at = place > 0 ? place - 1 : subject.features.length + place + 1;
      return inPlace(subject, other.input.text.slice(start, end), at);
    },
  }),
};

/** A text has a word in every place: another one is put there, the rest moves on. */
const inPlace = (subject: CueSubject<TextInput>, piece: string, at: number): TextInput | undefined =>
  at < 0 || at > subject.features.length ? undefined : withPiece(subject, piece, at);

/** Places that do not lie on each other: 1, 2, ... from the start, -1, -2, ... from the end. */
function placesOf(count: number): readonly (readonly [number, number])[] {
  const end = Math.min(FROM_END, Math.floor(count / 2));
  const start = Math.min(FROM_START, count - end);
  return [
    ...Array.from({ length: start }, (_, i): readonly [number, number] => [i + 1, i]),
    ...Array.from({ length: end }, (_, i): readonly [number, number] => [-i - 1, count - 1 - i]),
  ];
}

function nameOf(place: number): string {
  if (place === 1) return "first word";
  if (place === -1) return "last word";
  return place > 0 ? `word no. ${place}` : `word no. ${-place} from the end`;
}

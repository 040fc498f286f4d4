/** @file Texts with something taken out or put in, as people would write them: no spaces are left over, and none are missing. */

import type { TextInput } from "../../attribution/input.ts";
import type { Random } from "../../util/random.ts";
import type { CueSubject } from "../cue.ts";

/** Part of a text in UTF-16 offsets, end exclusive. */
export interface TextSpan {
  readonly start: number;
  readonly end: number;
}

/** The same input with another text; undefined where it says nothing. */
export const withText = (input: TextInput, text: string): TextInput | undefined =>
  text.trim() === "" ? undefined : { ...input, text };

/** The text without some parts. */
export function withoutSpans(input: TextInput, spans: readonly TextSpan[]): TextInput | undefined {
  let { text } = input;
  for (const { start, end } of [...spans].sort((a, b) => b.start - a.start)) {
    const [before, after] = [text.slice(0, start), text.slice(end)];
    const doubled = (before === "" || /\s$/.test(before)) && /^\s/.test(after);
    text = doubled ? before + after.slice(1) : after === "" ? before.trimEnd() : before + after;
  }
  return withText(input, text);
}

/** The text with a piece put in before the word at `place`, or at its end; spaces as the text has them. */
export function withPiece(
  { input, features }: Pick<CueSubject<TextInput>, "input" | "features">,
  piece: string,
  place: number,
): TextInput | undefined {
  const { text } = input;
  const at = features[place]?.start ?? text.length;
  const [before, after] = [text.slice(0, at), text.slice(at)];
  const spaced = /\s/.test(text.trim()) || features.length < 2;
  const left = before === "" || /\s$/.test(before) || !spaced ? "" : " ";
  const right = after === "" || /^\s/.test(after) || !spaced ? "" : " ";
  return withText(input, `${before}${left}${piece}${right}${after}`);
}

/** A place between the words of a text, its start and its end included; where there are spaces, at one of them. */
export function drawnPlace({ input, features }: CueSubject<TextInput>, random: Random): number {
  const { text } = input;
  const places = [...features.keys(), features.length].filter((place) => {
    const start = features[place]?.start ?? text.length;
    return start === 0 || start === text.length || /\s/.test(text[start - 1] as string);
  });
  const all = places.length > 1 ? places : [0, features.length];
  return all[random.below(all.length)] as number;
}

/** What the features of an occurrence say, from the first to the last. */
export function spanOf({ features }: Pick<CueSubject, "features">, chosen: readonly number[]): TextSpan {
  const spans = chosen.map((feature) => features[feature] as TextSpan);
  return { start: Math.min(...spans.map(({ start }) => start)), end: Math.max(...spans.map(({ end }) => end)) };
}

/** Cues are the same whether they are written in capitals or not. */
export const folded = (word: string): string => word.normalize("NFC").toLowerCase();

/** Whether there is a letter or a digit in it: what is else is punctuation. */
export const isWord = (text: string): boolean => /[\p{L}\p{N}]/u.test(text);

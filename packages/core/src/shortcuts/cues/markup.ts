/** @file What is written and not said: addresses, mentions, tags, markup, numbers, punctuation, capitals. */

import type { TextInput } from "../../attribution/input.ts";
import type { CueKind, CueSubject } from "../cue.ts";
import { drawnPlace, type TextSpan, withoutSpans, withPiece } from "./text-changes.ts";

/** Names of what is looked for, each with what finds it. */
const PATTERNS: readonly (readonly [string, RegExp])[] = [
  ["address of a page", /https?:\/\/\S+|www\.\S+/giu],
  ["e-mail address", /[\w.+-]+@[\w-]+\.[\w.-]+/gu],
  ["mention (@name)", /(?<![\w.])@\w+/gu],
  ["hashtag (#word)", /(?<!\w)#\w+/gu],
  // No addresses in brackets: <name@host>, <https://...>.
  ["HTML tag", /<\/?[a-z][\w-]*(?:\s[^<>]*|\/)?>/giu],
  ["HTML entity", /&(?:[a-z]+|#\d+);/giu],
  ["quoted line (>)", /^[>|].*$/gmu],
  ["header line (Name: ...)", /^[A-Z][\w-]*: .*$/gmu],
  ["number", /(?<![\p{L}\d])\d+(?:[.,:]\d+)*(?![\p{L}\d])/gu],
  ["exclamation mark", /!+/gu],
  ["question mark", /\?+(?=[\s"'”’)\]!]|$)/gu],
  ["ellipsis", /\.(?:\s?\.)+|…/gu],
  ["quotation mark", /["“”„«»]|``|''/gu],
  ["parenthesis", /\([^()]*\)|-lrb-|-rrb-/giu],
  ["dash", /(?<=\s)(?:--+|[–—-])(?=\s)|—/gu],
  ["semicolon or colon", /[;:](?=\s|$)/gu],
  ["emoji", /\p{Extended_Pictographic}/gu],
  ["word in capitals", /(?<![\p{L}\d])\p{Lu}{3,}(?![\p{L}\d])/gu],
  ["letter repeated", /(\p{L})\1{2,}/gu],
];

export const markup: CueKind<TextInput> = {
  name: "markup",
  kind: "text",
  noun: "markup",
  summary: "addresses, mentions, tags, HTML, numbers, punctuation, capitals",
  controls: "words",
  open: () => ({
    find(subject) {
      return PATTERNS.flatMap(([cue, pattern]) => {
        const spans = spansOf(subject, pattern);
        if (spans.length === 0) return [];
        const features = [...subject.features.keys()].filter((feature) => {
          const { start, end } = subject.features[feature] as TextSpan;
          return spans.some((span) => start < span.end && end > span.start);
        });
        return features.length === 0 ? [] : [{ cue, features }];
      });
    },
    removed: (subject, { cue }) => withoutSpans(subject.input, spansOf(subject, patternOf(cue))),
    inserted(subject, { subject: other, occurrence }, random) {
      const [span] = spansOf(other, patternOf(occurrence.cue));
      if (span === undefined) return undefined;
      const piece = other.input.text.slice(span.start, span.end);
      // A line is a line wherever it is put.
      const { text } = subject.input;
      if (isLine(occurrence.cue)) return { ...subject.input, text: `${piece}\n${text}` };
      return withPiece(subject, piece, drawnPlace(subject, random));
    },
  }),
};

const isLine = (cue: string): boolean => / line \(/.test(cue);

const patternOf = (cue: string): RegExp => (PATTERNS.find(([name]) => name === cue) as readonly [string, RegExp])[1];

const spansOf = ({ input }: CueSubject<TextInput>, pattern: RegExp): readonly TextSpan[] =>
  [...input.text.matchAll(pattern)].map(({ 0: match, index }) => ({ start: index, end: index + match.length }));

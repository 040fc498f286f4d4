/** @file Marked parts of texts as files write them: 0 and 1 per token, or spans of characters. */

import { InputError } from "@calig/core/internal/errors";
import type { Span } from "@calig/core/internal/evaluation/dataset";
import { utf16OffsetsOf } from "@calig/core/internal/input/text/code-points";
import { parseJson } from "@calig/core/internal/util/parse-json";

/** Where the parts of a text between white space are. */
export const whitespaceTokens = (text: string): Span[] =>
  Array.from(text.matchAll(/\S+/g), ({ 0: token, index }) => ({ start: index, end: index + token.length }));

/**
 * Spans of a rationale that marks whitespace tokens. Neighbours become one span.
 *
 * @returns What is wrong, where the marks do not fit the text.
 */
function tokenRationale(text: string, marks: readonly unknown[]): Span[] | InputError {
  const tokens = whitespaceTokens(text);
  if (marks.length !== tokens.length) {
    return new InputError(
      `the rationale has ${marks.length} marks, the text has ${tokens.length} tokens between white space: give one mark for each`,
    );
  }
  const numbers = marks.map((mark) => Number(mark));
  const bad = numbers.findIndex((mark) => mark !== 0 && mark !== 1);
  if (bad >= 0)
    return new InputError(`mark ${bad + 1} of the rationale is ${JSON.stringify(marks[bad])}: it must be 0 or 1`);
  return joinSpans(
    tokens,
    numbers.map((mark) => mark === 1),
  );
}

/** The marked spans, runs of neighbours as one. */
export function joinSpans(tokens: readonly Span[], marked: readonly boolean[]): Span[] {
  const spans: Span[] = [];
  tokens.forEach(({ start, end }, i) => {
    if (marked[i] !== true) return;
    const last = marked[i - 1] === true ? spans.pop() : undefined;
    spans.push({ start: last?.start ?? start, end });
  });
  return spans;
}

/** Spans given as pairs [start, end) counted in code points, as Python counts. */
function characterSpans(text: string, pairs: readonly unknown[]): Span[] | InputError {
  const utf16 = utf16OffsetsOf(text);
  const length = [...text].length;
  const spans: Span[] = [];
  for (const [i, pair] of pairs.entries()) {
    const [start, end] = Array.isArray(pair) ? (pair as unknown[]) : [];
    if (!isOffset(start, length) || !isOffset(end, length) || end <= start || (pair as unknown[]).length !== 2) {
      return new InputError(
        `span ${i + 1} of the rationale is ${JSON.stringify(pair)}: it must be [start, end] in characters, end exclusive, within the ${length} characters of the text`,
      );
    }
    spans.push({ start: utf16(start), end: utf16(end) });
  }
  return spans;
}

/** Spans given as the offsets of all their characters, counted in code points. */
export function characterOffsets(text: string, offsets: readonly unknown[]): Span[] | InputError {
  const length = [...text].length;
  const bad = offsets.find((offset) => !isOffset(offset, length - 1));
  if (bad !== undefined) {
    return new InputError(
      `character ${JSON.stringify(bad)} of the rationale is not in the text, which has ${length} characters, counted from 0`,
    );
  }
  const sorted = [...new Set(offsets as readonly number[])].sort((a, b) => a - b);
  const runs: [number, number][] = [];
  for (const offset of sorted) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === offset) last[1] = offset + 1;
    else runs.push([offset, offset + 1]);
  }
  return characterSpans(text, runs);
}

const isOffset = (value: unknown, most: number): value is number =>
  typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= most;

/**
 * A rationale as a field or column holds it: a list, or a text with a list in it; 0 and 1 per token ("[0, 1]" or
 * "0 1"), or pairs of character offsets ("[[4, 9]]"). Undefined when the field is empty.
 */
export function parseRationale(text: string, value: unknown): readonly Span[] | undefined | InputError {
  if (value === undefined || value === null || value === "") return undefined;
  const list = typeof value === "string" ? listIn(value) : value;
  if (!Array.isArray(list)) {
    return new InputError(
      'field "rationale" is no list: give 0 or 1 for each token between white space, or pairs of character offsets',
    );
  }
  // An empty list of spans: people saw no reason. (No text has no tokens.)
  if (list.length === 0) return [];
  return list.some(Array.isArray) ? characterSpans(text, list) : tokenRationale(text, list);
}

function listIn(text: string): unknown {
  if (/^[01](?:[ ,]+[01])*$/.test(text.trim())) return text.trim().split(/[ ,]+/).map(Number);
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

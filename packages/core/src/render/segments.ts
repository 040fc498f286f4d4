/** @file Cuts a text into the pieces that a heatmap shows: features with a value, the gaps between them, special tokens. */

import type { TokenFeature } from "../attribution/explanation.ts";
import { graphemesOf } from "./graphemes.ts";

/** A piece of a text. The texts of gaps and features, joined, are the text; specials are not part of it. */
export interface Segment {
  readonly kind: "feature" | "gap" | "special";
  readonly text: string;
  /** Indices of the spans shown by this piece: one, or several that share a character; none for a gap. */
  readonly members: readonly number[];
}

/** Part of a text in UTF-16 offsets, end exclusive; an empty span is a special token called `text`. */
export interface Span {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** For each offset of a text whether it may be cut there without breaking a visible character. */
function cutsOf(text: string): Uint8Array {
  const cuts = new Uint8Array(text.length + 1);
  let offset = 0;
  for (const grapheme of graphemesOf(text)) {
    cuts[offset] = 1;
    offset += grapheme.length;
  }
  cuts[text.length] = 1;
  return cuts;
}

/**
 * The pieces of `text` that `spans` cut it into, in the order of the text.
 *
 * Spans grow to whole graphemes, so that no emoji, accent or surrogate pair is broken; spans that then share a
 * character (pieces of one character in byte-level vocabularies) become one piece with several members. Offsets
 * beyond the text are clipped.
 */
export function segmentText(text: string, spans: readonly Span[]): Segment[] {
  const cuts = cutsOf(text);
  const clip = (offset: number) => Math.min(text.length, Math.max(0, offset));
  const move = (from: number, step: 1 | -1) => {
    let offset = from;
    while (cuts[offset] === 0) offset += step;
    return offset;
  };
  const floor = (offset: number) => move(offset, -1);
  const ceil = (offset: number) => move(offset, 1);
  const order = spans
    .map((span, index) => {
      const [start, end] = [clip(span.start), clip(span.end)];
      return { index, name: span.text, start: floor(start), end: end > start ? ceil(end) : floor(start) };
    })
    .sort((a, b) => a.start - b.start || a.index - b.index);

  const segments: Segment[] = [];
  let cursor = 0;
  for (const { index, name, start, end } of order) {
    if (end <= start && start >= cursor) {
      if (start > cursor) segments.push({ kind: "gap", text: text.slice(cursor, start), members: [] });
      cursor = start;
      segments.push({ kind: "special", text: name, members: [index] });
      continue;
    }
    if (start < cursor) {
      const last = segments.findLastIndex((segment) => segment.kind === "feature");
      const merged = segments[last];
      if (merged === undefined) continue;
      const grown = end > cursor ? text.slice(cursor, end) : "";
      segments[last] = { ...merged, text: merged.text + grown, members: [...merged.members, index] };
      cursor = Math.max(cursor, end);
      continue;
    }
    if (start > cursor) segments.push({ kind: "gap", text: text.slice(cursor, start), members: [] });
    segments.push({ kind: "feature", text: text.slice(start, end), members: [index] });
    cursor = end;
  }
  if (cursor < text.length) segments.push({ kind: "gap", text: text.slice(cursor), members: [] });
  return segments;
}

/** Whether some of a text was read and held fixed, as a prompt or a hypothesis is: its tokens are special and have places. */
export const holdsText = (features: readonly TokenFeature[]): boolean =>
  features.some(({ special, start, end }) => special && end > start);

/** Spans of all features; special tokens stand where they come in the sequence, whatever offsets they carry. */
export function spansOfFeatures(features: readonly TokenFeature[]): Span[] {
  let position = 0;
  return features.map((feature) => {
    if (feature.special) return { text: feature.text, start: position, end: position };
    position = Math.max(position, feature.end);
    return { text: feature.text, start: feature.start, end: feature.end };
  });
}

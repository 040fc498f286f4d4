/** @file The table of cases that every tokenizer is held to: what Hugging Face's Python library gives, and what EncodedText promises. */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { EncodedText } from "@calig/core/internal/input/text/tokenizer";
import { expect } from "vitest";

/** One text as Python encodes it. Offsets are in code points. */
export interface Case {
  readonly name: string;
  readonly text: string;
  readonly pair?: string;
  readonly maxLength?: number;
  readonly totalTokens?: number;
  readonly ids: readonly number[];
  readonly typeIds: readonly number[];
  readonly tokens: readonly string[];
  /** Which text of the pair; null for special tokens. */
  readonly sequences: readonly (number | null)[];
  readonly offsets: readonly (readonly [number, number])[];
}

export interface Golden {
  readonly tokenizer?: Readonly<Record<string, unknown>>;
  readonly cases: readonly Case[];
}

export const root = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
export const golden = (name: string) =>
  JSON.parse(readFileSync(root(`test/golden/tokenizer-${name}.json`), "utf8")) as Golden;
export const MODEL_LIMIT = 512;

/** The tokenizers of the table: a file in test/golden each. */
export const TABLE = [
  { name: "wordpiece", kind: "WordPiece", mask: "[MASK]" },
  { name: "byte-bpe", kind: "BPE", mask: "<mask>" },
  { name: "unigram", kind: "Unigram", mask: "<mask>" },
  { name: "xlmr", kind: "Unigram", mask: "<mask>" },
] as const;

/** Holds an encoded text to what Python gives for the same. */
export function checkAgainst(expected: Case, encoded: EncodedText): void {
  const { text, pair, maxLength = MODEL_LIMIT } = expected;
  expect(encoded.ids).toEqual(expected.ids);
  expect(encoded.typeIds).toEqual(expected.typeIds);
  expect(encoded.features.map((feature) => feature.special)).toEqual(
    expected.sequences.map((sequence) => sequence === null),
  );
  expect(encoded.truncated?.totalTokens).toBe(expected.totalTokens);
  expect(encoded.truncated?.keptTokens).toBe(maxLength < MODEL_LIMIT ? expected.ids.length : undefined);
  encoded.features.forEach((feature, index) => {
    const span = pythonSpan(expected, index);
    if (feature.special) expect(feature.text).toBe(expected.tokens[index]);
    else if (span !== undefined) expect([feature.start, feature.end], `feature ${index}`).toEqual(span);
  });
  checkPromises(encoded, [text, ...(pair === undefined ? [] : [pair])]);
}

/** What a token covers according to Python, in UTF-16 and without white space around it; undefined when nothing is left, and for marks of word starts. */
function pythonSpan(
  { text, pair, tokens, sequences, offsets }: Case,
  index: number,
): readonly [number, number] | undefined {
  if (tokens[index] === "▁") return undefined;
  const second = sequences[index] === 1;
  const characters = Array.from(second ? (pair as string) : text);
  const [first, last] = offsets[index] as readonly [number, number];
  const covered = characters.slice(first, last).join("");
  if (covered.trim() === "") return undefined;
  const before = characters.slice(0, first).join("").length + (second ? text.length + 1 : 0);
  return [before + covered.length - covered.trimStart().length, before + covered.trimEnd().length];
}

/** What EncodedText promises of every text. */
export function checkPromises({ text, ids, typeIds, features, words }: EncodedText, texts: readonly string[]): void {
  expect(text).toBe(texts.join("\n"));
  expect(typeIds).toHaveLength(ids.length);
  expect(features).toHaveLength(ids.length);
  let cursor = 0;
  let lastWord = 0;
  for (const feature of features) {
    expect(feature.start, "features are in order").toBeGreaterThanOrEqual(cursor);
    cursor = feature.start;
    if (feature.special) {
      expect([feature.end, feature.word]).toEqual([feature.start, null]);
      continue;
    }
    expect(text.slice(feature.start, feature.end)).toBe(feature.text);
    expect(feature.text).toBe(feature.text.trim());
    expect(feature.text).not.toBe("");
    const word = words[feature.word as number];
    expect(word?.start, "words cover their features").toBeLessThanOrEqual(feature.start);
    expect(word?.end, "words cover their features").toBeGreaterThanOrEqual(feature.end);
    expect(feature.word, "words are in order").toBeGreaterThanOrEqual(lastWord);
    lastWord = feature.word as number;
  }
  let end = 0;
  words.forEach((word, index) => {
    expect(word.start, "words do not overlap").toBeGreaterThanOrEqual(end);
    expect(text.slice(word.start, word.end)).toBe(word.text);
    expect(word.text).toBe(word.text.trim());
    expect(features.some((feature) => feature.word === index)).toBe(true);
    end = word.end;
  });
}

/** @file Real tokenizers, held to what Hugging Face's Python library gives (tools/make_tokenizer_reference.py) and to what EncodedText promises. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { useTempFolders } from "../../../test/support/temp-folder.ts";
import { CheckpointError, InputError } from "../../errors.ts";
import { loadNativeTokenizer } from "./native-tokenizer.ts";
import type { EncodedText, Tokenizer } from "./tokenizer.ts";

/** One text as Python encodes it. Offsets are in code points. */
interface Case {
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

interface Golden {
  readonly tokenizer?: object;
  readonly cases: readonly Case[];
}

const root = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const golden = (name: string) => JSON.parse(readFileSync(root(`test/golden/tokenizer-${name}.json`), "utf8")) as Golden;
const WORDPIECE = root("models/sst2/tokenizer.json");
const MODEL_LIMIT = 512;

const tempFolder = useTempFolders();
const pathOf = async ({ tokenizer }: Golden) =>
  tokenizer === undefined
    ? WORDPIECE
    : join(await tempFolder({ "tokenizer.json": JSON.stringify(tokenizer) }), "tokenizer.json");

describe.each([
  { name: "wordpiece", kind: "WordPiece", mask: "[MASK]" },
  { name: "byte-bpe", kind: "BPE", mask: "<mask>" },
  { name: "unigram", kind: "Unigram", mask: "<mask>" },
  { name: "xlmr", kind: "Unigram", mask: "<mask>" },
])("loadNativeTokenizer() with $name", ({ name, kind, mask }) => {
  const reference = golden(name);
  let path: string;
  let tokenizer: Tokenizer;
  beforeAll(async () => {
    path = await pathOf(reference);
    tokenizer = await loadNativeTokenizer({ tokenizerJson: path, modelMaxLength: MODEL_LIMIT });
  });

  it("says what it is", () => {
    expect(tokenizer.kind).toBe(kind);
    expect(tokenizer.maxLength).toBe(MODEL_LIMIT);
    expect(tokenizer.specialTokens.mask?.text).toBe(mask);
    expect(Object.keys(tokenizer.specialTokens).sort()).toEqual(["cls", "mask", "pad", "sep", "unk"]);
  });

  it.each(reference.cases)("agrees with Python: $name", async (expected) => {
    const { text, pair, maxLength = MODEL_LIMIT } = expected;
    const limited =
      maxLength === MODEL_LIMIT
        ? tokenizer
        : await loadNativeTokenizer({ tokenizerJson: path, modelMaxLength: maxLength });
    const encoded = await limited.encode(text, pair);
    expect(encoded.ids).toEqual(expected.ids);
    expect(encoded.typeIds).toEqual(expected.typeIds);
    expect(encoded.units.map((unit) => unit.special)).toEqual(expected.sequences.map((sequence) => sequence === null));
    expect(encoded.truncated?.totalTokens).toBe(expected.totalTokens);
    expect(encoded.truncated?.keptTokens).toBe(maxLength < MODEL_LIMIT ? expected.ids.length : undefined);
    encoded.units.forEach((unit, index) => {
      const span = pythonSpan(expected, index);
      if (unit.special) expect(unit.text).toBe(expected.tokens[index]);
      else if (span !== undefined) expect([unit.start, unit.end], `unit ${index}`).toEqual(span);
    });
    checkPromises(encoded, [text, ...(pair === undefined ? [] : [pair])]);
  });
});

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
function checkPromises({ text, ids, typeIds, units, words }: EncodedText, texts: readonly string[]): void {
  expect(text).toBe(texts.join("\n"));
  expect(typeIds).toHaveLength(ids.length);
  expect(units).toHaveLength(ids.length);
  let cursor = 0;
  let lastWord = 0;
  for (const unit of units) {
    expect(unit.start, "units are in order").toBeGreaterThanOrEqual(cursor);
    cursor = unit.start;
    if (unit.special) {
      expect([unit.end, unit.word]).toEqual([unit.start, null]);
      continue;
    }
    expect(text.slice(unit.start, unit.end)).toBe(unit.text);
    expect(unit.text).toBe(unit.text.trim());
    expect(unit.text).not.toBe("");
    const word = words[unit.word as number];
    expect(word?.start, "words cover their units").toBeLessThanOrEqual(unit.start);
    expect(word?.end, "words cover their units").toBeGreaterThanOrEqual(unit.end);
    expect(unit.word, "words are in order").toBeGreaterThanOrEqual(lastWord);
    lastWord = unit.word as number;
  }
  let end = 0;
  words.forEach((word, index) => {
    expect(word.start, "words do not overlap").toBeGreaterThanOrEqual(end);
    expect(text.slice(word.start, word.end)).toBe(word.text);
    expect(word.text).toBe(word.text.trim());
    expect(units.some((unit) => unit.word === index)).toBe(true);
    end = word.end;
  });
}

describe("loadNativeTokenizer()", () => {
  it("groups tokens into the words of a reader", async () => {
    const tokenizer = await loadNativeTokenizer({ tokenizerJson: WORDPIECE, modelMaxLength: MODEL_LIMIT });
    const { words, units } = await tokenizer.encode("I can't say unputdownable, well-made...");
    expect(words.map((word) => word.text)).toEqual(["I", "can't", "say", "unputdownable", ",", "well-made", "..."]);
    expect(units.filter((unit) => unit.word === 1).map((unit) => unit.text)).toEqual(["can", "'", "t"]);
  });

  it("lets tokens share a character in byte-level vocabularies", async () => {
    const tokenizer = await loadNativeTokenizer({
      tokenizerJson: await pathOf(golden("byte-bpe")),
      modelMaxLength: MODEL_LIMIT,
    });
    const { units, words } = await tokenizer.encode("😢");
    const bytes = units.filter((unit) => !unit.special);
    expect(bytes.length).toBeGreaterThan(1);
    expect(new Set(bytes.map((unit) => unit.text))).toEqual(new Set(["😢"]));
    expect(words).toEqual([{ text: "😢", start: 0, end: 2 }]);
  });

  it("reads a lone surrogate as the replacement character, without moving what follows", async () => {
    const tokenizer = await loadNativeTokenizer({
      tokenizerJson: await pathOf(golden("byte-bpe")),
      modelMaxLength: MODEL_LIMIT,
    });
    const encoded = await tokenizer.encode("a \ud800 😀 b");
    expect(encoded.ids).toEqual((await tokenizer.encode("a \ufffd 😀 b")).ids);
    checkPromises(encoded, ["a \ud800 😀 b"]);
    expect(encoded.words.map((word) => word.text)).toEqual(["a", "\ud800", "😀", "b"]);
  });

  it("takes special tokens and a lower limit from tokenizer_config.json", async () => {
    const tokenizer = await loadNativeTokenizer({
      tokenizerJson: WORDPIECE,
      tokenizerConfig: { model_max_length: 128, mask_token: "[PAD]" },
      specialTokensMap: { mask_token: "[MASK]" },
      modelMaxLength: MODEL_LIMIT,
    });
    expect(tokenizer.maxLength).toBe(128);
    expect(tokenizer.specialTokens.mask).toEqual({ id: 0, text: "[PAD]" });
    const unlimited = { model_max_length: 1e30 };
    const other = await loadNativeTokenizer({
      tokenizerJson: WORDPIECE,
      tokenizerConfig: unlimited,
      modelMaxLength: MODEL_LIMIT,
    });
    expect(other.maxLength).toBe(MODEL_LIMIT);
  });

  it("refuses texts in which there is nothing to explain", async () => {
    const tokenizer = await loadNativeTokenizer({ tokenizerJson: WORDPIECE, modelMaxLength: MODEL_LIMIT });
    await expect(tokenizer.encode("")).rejects.toThrow(InputError);
    await expect(tokenizer.encode(" \n ")).rejects.toThrow("it is empty; give at least one word");
    await expect(tokenizer.encode("good", " ")).rejects.toThrow("second text");
    await expect(tokenizer.encode("\u0001\u0002")).rejects.toThrow("none of its 2 characters is kept");
  });

  it("keeps apart texts that are encoded at the same time", async () => {
    const tokenizer = await loadNativeTokenizer({ tokenizerJson: WORDPIECE, modelMaxLength: 8 });
    const texts = Array.from({ length: 20 }, (_, index) => "very ".repeat(index + 1));
    const encoded = await Promise.all(texts.map((text) => tokenizer.encode(text)));
    expect(encoded.map(({ ids }) => ids.length)).toEqual(texts.map((_, index) => Math.min(8, index + 3)));
  });

  it("says what is wrong with a file", async () => {
    const folder = await tempFolder({ "broken.json": "{", "empty.json": "{}" });
    const load = (file: string) =>
      loadNativeTokenizer({ tokenizerJson: join(folder, file), modelMaxLength: MODEL_LIMIT });
    for (const file of ["missing.json", "broken.json", "empty.json"]) {
      await expect(load(file)).rejects.toThrow(CheckpointError);
      await expect(load(file)).rejects.toThrow(`Cannot load a tokenizer from "${join(folder, file)}"`);
    }
  });
});

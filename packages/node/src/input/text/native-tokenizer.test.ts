/** @file Real tokenizers, held to what Hugging Face's Python library gives (tools/make_tokenizer_reference.py) and to what EncodedText promises. */

import { readFileSync } from "node:fs";
import { CheckpointError, InputError } from "@calig/core/internal/errors";
import type { Tokenizer } from "@calig/core/internal/input/text/tokenizer";
import { beforeAll, describe, expect, it } from "vitest";
import {
  checkAgainst,
  checkPromises,
  type Golden,
  golden,
  MODEL_LIMIT,
  root,
  TABLE,
} from "../../../../../test/support/tokenizer-table.ts";
import { createNativeTokenizer } from "./native-tokenizer.ts";

const WORDPIECE = readFileSync(root("packages/model-sst2/tokenizer.json"), "utf8");

const jsonOf = ({ tokenizer }: Golden) => (tokenizer === undefined ? WORDPIECE : JSON.stringify(tokenizer));

describe.each(TABLE)("createNativeTokenizer() with $name", ({ name, kind, mask }) => {
  const reference = golden(name);
  const tokenizerJson = jsonOf(reference);
  let tokenizer: Tokenizer;
  beforeAll(async () => {
    tokenizer = createNativeTokenizer({ tokenizerJson, modelMaxLength: MODEL_LIMIT });
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
      maxLength === MODEL_LIMIT ? tokenizer : createNativeTokenizer({ tokenizerJson, modelMaxLength: maxLength });
    checkAgainst(expected, await limited.encode(text, pair));
  });
});

describe("createNativeTokenizer()", () => {
  it("groups tokens into the words of a reader", async () => {
    const tokenizer = createNativeTokenizer({ tokenizerJson: WORDPIECE, modelMaxLength: MODEL_LIMIT });
    const { words, features } = await tokenizer.encode("I can't say unputdownable, well-made...");
    expect(words.map((word) => word.text)).toEqual(["I", "can't", "say", "unputdownable", ",", "well-made", "..."]);
    expect(features.filter((feature) => feature.word === 1).map((feature) => feature.text)).toEqual(["can", "'", "t"]);
  });

  it("lets tokens share a character in byte-level vocabularies", async () => {
    const tokenizer = createNativeTokenizer({
      tokenizerJson: jsonOf(golden("byte-bpe")),
      modelMaxLength: MODEL_LIMIT,
    });
    const { features, words } = await tokenizer.encode("😢");
    const bytes = features.filter((feature) => !feature.special);
    expect(bytes.length).toBeGreaterThan(1);
    expect(new Set(bytes.map((feature) => feature.text))).toEqual(new Set(["😢"]));
    expect(words).toEqual([{ text: "😢", start: 0, end: 2 }]);
  });

  it("reads a lone surrogate as the replacement character, without moving what follows", async () => {
    const tokenizer = createNativeTokenizer({
      tokenizerJson: jsonOf(golden("byte-bpe")),
      modelMaxLength: MODEL_LIMIT,
    });
    const encoded = await tokenizer.encode("a \ud800 😀 b");
    expect(encoded.ids).toEqual((await tokenizer.encode("a \ufffd 😀 b")).ids);
    checkPromises(encoded, ["a \ud800 😀 b"]);
    expect(encoded.words.map((word) => word.text)).toEqual(["a", "\ud800", "😀", "b"]);
  });

  it("takes special tokens and a lower limit from tokenizer_config.json", async () => {
    const tokenizer = createNativeTokenizer({
      tokenizerJson: WORDPIECE,
      tokenizerConfig: { model_max_length: 128, mask_token: "[PAD]" },
      specialTokensMap: { mask_token: "[MASK]" },
      modelMaxLength: MODEL_LIMIT,
    });
    expect(tokenizer.maxLength).toBe(128);
    expect(tokenizer.specialTokens.mask).toEqual({ id: 0, text: "[PAD]" });
    const unlimited = { model_max_length: 1e30 };
    const other = createNativeTokenizer({
      tokenizerJson: WORDPIECE,
      tokenizerConfig: unlimited,
      modelMaxLength: MODEL_LIMIT,
    });
    expect(other.maxLength).toBe(MODEL_LIMIT);
  });

  it("refuses texts in which there is nothing to explain", async () => {
    const tokenizer = createNativeTokenizer({ tokenizerJson: WORDPIECE, modelMaxLength: MODEL_LIMIT });
    await expect(tokenizer.encode("")).rejects.toThrow(InputError);
    await expect(tokenizer.encode(" \n ")).rejects.toThrow("it is empty; give at least one word");
    await expect(tokenizer.encode("good", " ")).rejects.toThrow("second text");
    await expect(tokenizer.encode("\u0001\u0002")).rejects.toThrow("none of its 2 characters is kept");
  });

  it("keeps apart texts that are encoded at the same time", async () => {
    const tokenizer = createNativeTokenizer({ tokenizerJson: WORDPIECE, modelMaxLength: 8 });
    const texts = Array.from({ length: 20 }, (_, index) => "very ".repeat(index + 1));
    const encoded = await Promise.all(texts.map((text) => tokenizer.encode(text)));
    expect(encoded.map(({ ids }) => ids.length)).toEqual(texts.map((_, index) => Math.min(8, index + 3)));
  });

  it("says what is wrong with a file", () => {
    const create = (tokenizerJson: string) => createNativeTokenizer({ tokenizerJson, modelMaxLength: MODEL_LIMIT });
    const strange = { model: { type: "Strange", vocab: { a: 0 } } };
    for (const json of ["{", "{}", "[]", JSON.stringify(strange)]) {
      expect(() => create(json)).toThrow(CheckpointError);
      expect(() => create(json)).toThrow("Cannot load a tokenizer");
    }
  });
});

/** @file The tokenizer of browsers, held to the table of the native one, and to the native one itself. */

import { readFileSync } from "node:fs";
import { createNativeTokenizer } from "@calig/node/internal/input/text/native-tokenizer";
import { describe, expect, it } from "vitest";
import {
  checkAgainst,
  checkPromises,
  golden,
  MODEL_LIMIT,
  root,
  TABLE,
} from "../../../../../test/support/tokenizer-table.ts";
import { CheckpointError, InputError } from "../../errors.ts";
import { createRandom } from "../../util/random.ts";
import { createPortableTokenizer } from "./portable-tokenizer.ts";
import type { EncodedText } from "./tokenizer.ts";

const WORDPIECE = readFileSync(root("packages/model-sst2/tokenizer.json"), "utf8");

describe.each(TABLE)("createPortableTokenizer() with $name", ({ name, kind, mask }) => {
  const reference = golden(name);
  const tokenizerJson = reference.tokenizer === undefined ? WORDPIECE : JSON.stringify(reference.tokenizer);
  const tokenizer = createPortableTokenizer({ tokenizerJson, modelMaxLength: MODEL_LIMIT });

  it("says what it is", () => {
    expect(tokenizer.kind).toBe(kind);
    expect(tokenizer.maxLength).toBe(MODEL_LIMIT);
    expect(tokenizer.specialTokens.mask?.text).toBe(mask);
    expect(Object.keys(tokenizer.specialTokens).sort()).toEqual(["cls", "mask", "pad", "sep", "unk"]);
  });

  it.each(reference.cases)("agrees with Python: $name", async (expected) => {
    const { text, pair, maxLength = MODEL_LIMIT } = expected;
    const limited =
      maxLength === MODEL_LIMIT ? tokenizer : createPortableTokenizer({ tokenizerJson, modelMaxLength: maxLength });
    checkAgainst(expected, await limited.encode(text, pair));
  });
});

/** Texts of characters that tokenizers treat differently, the same ones every time. */
function* strangeTexts(count: number): Generator<string> {
  const { next } = createRandom(7);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(next() * items.length)] as T;
  const ranges: readonly (readonly [number, number])[] = [
    [0x20, 0x7e],
    [0x61, 0x7a],
    [0x1, 0x1f],
    [0x80, 0x24f],
    [0x300, 0x36f],
    [0x370, 0x5ff],
    [0x620, 0x6ff],
    [0x900, 0x97f],
    [0xe00, 0xe7f],
    [0x1100, 0x11ff],
    [0x1e00, 0x206f],
    [0x2100, 0x21ff],
    [0x3000, 0x30ff],
    [0x4e00, 0x4fff],
    [0xac00, 0xad00],
    [0xf900, 0xfaff],
    [0xfe00, 0xfeff],
    [0xff00, 0xffef],
    [0x1d400, 0x1d4ff],
    [0x1f300, 0x1f64f],
    [0x20000, 0x20100],
  ];
  const texts = ["[MASK]", "<mask>", "</s>", " ", "  ", "e\u0301", "good", "don't", "fi", "\u{1f469}\u200d\u{1f52c}"];
  for (let i = 0; i < count; i++) {
    const length = 1 + Math.floor(next() * 24);
    yield Array.from({ length }, () => {
      if (next() < 0.3) return pick(texts);
      const [first, last] = next() < 0.4 ? (ranges[1] as readonly [number, number]) : pick(ranges);
      return String.fromCodePoint(first + Math.floor(next() * (last - first + 1)));
    }).join("");
  }
}

/** Other parts of tokenizer.json than those of the table, set into one of its files. */
const PARTS: readonly { readonly name: "unigram" | "byte-bpe"; readonly parts: Record<string, unknown> }[] = [
  { name: "unigram", parts: { normalizer: { type: "NFC" }, pre_tokenizer: { type: "Whitespace" } } },
  { name: "unigram", parts: { normalizer: { type: "NFKD" }, pre_tokenizer: { type: "WhitespaceSplit" } } },
  { name: "unigram", parts: { normalizer: { type: "NFD" }, pre_tokenizer: null } },
  {
    name: "unigram",
    parts: {
      normalizer: {
        type: "Sequence",
        normalizers: [
          { type: "Strip", strip_left: true, strip_right: true },
          { type: "Lowercase" },
          { type: "Replace", pattern: { Regex: " {2,}" }, content: "\u2581" },
          { type: "Replace", pattern: { String: "o" }, content: "0-0" },
          { type: "Prepend", prepend: "\u2581" },
        ],
      },
      pre_tokenizer: { type: "Metaspace", replacement: "\u2581", prepend_scheme: "first", split: false },
    },
  },
  {
    name: "unigram",
    parts: {
      normalizer: { type: "Sequence", normalizers: [{ type: "NFKD" }, { type: "StripAccents" }] },
      pre_tokenizer: {
        type: "Sequence",
        pretokenizers: [
          { type: "Split", pattern: { Regex: "\\s+" }, behavior: "MergedWithNext", invert: false },
          { type: "Punctuation", behavior: "Contiguous" },
          { type: "Digits", individual_digits: true },
        ],
      },
    },
  },
  {
    name: "unigram",
    parts: {
      normalizer: null,
      pre_tokenizer: { type: "Split", pattern: { String: " " }, behavior: "MergedWithPrevious", invert: false },
    },
  },
  {
    name: "byte-bpe",
    parts: {
      pre_tokenizer: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
      post_processor: { type: "ByteLevel", add_prefix_space: true, trim_offsets: false, use_regex: true },
    },
  },
  {
    name: "byte-bpe",
    parts: {
      post_processor: {
        type: "Sequence",
        processors: [
          { type: "ByteLevel", add_prefix_space: true, trim_offsets: false, use_regex: true },
          golden("unigram").tokenizer?.post_processor,
        ],
      },
    },
  },
  {
    name: "byte-bpe",
    parts: {
      pre_tokenizer: {
        type: "Sequence",
        pretokenizers: [
          { type: "Split", pattern: { Regex: "[^ ]+ ?" }, behavior: "Removed", invert: true },
          { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false },
        ],
      },
      post_processor: { type: "BertProcessing", sep: ["</s>", 2], cls: ["<s>", 0] },
    },
  },
  {
    name: "byte-bpe",
    parts: {
      added_tokens: [
        { id: 0, content: "<s>", special: true, normalized: false, single_word: false, lstrip: false, rstrip: false },
        { id: 2, content: "</s>", special: true, normalized: false, single_word: false, lstrip: false, rstrip: true },
        { id: 420, content: "good", special: false, normalized: true, single_word: true, lstrip: true, rstrip: false },
        { id: 421, content: "fi", special: false, normalized: true, single_word: false, lstrip: false, rstrip: true },
      ],
    },
  },
];

describe("createPortableTokenizer()", () => {
  /** Holds both tokenizers to each other on strange texts, and on pairs of them. */
  async function compare(tokenizerJson: string, count: number): Promise<void> {
    const native = createNativeTokenizer({ tokenizerJson, modelMaxLength: MODEL_LIMIT });
    const portable = createPortableTokenizer({ tokenizerJson, modelMaxLength: MODEL_LIMIT });
    expect(portable.specialTokens).toEqual(native.specialTokens);
    const outcome = (encoding: Promise<EncodedText>) => encoding.catch((error: Error) => error.message);
    let before = "first";
    for (const text of strangeTexts(count)) {
      const message = JSON.stringify(text);
      expect(await outcome(portable.encode(text)), message).toEqual(await outcome(native.encode(text)));
      expect(await outcome(portable.encodeWhole(text)), message).toEqual(await outcome(native.encodeWhole(text)));
      expect(await outcome(portable.encode(before, text)), message).toEqual(await outcome(native.encode(before, text)));
      before = text;
    }
  }

  it.each(TABLE)("agrees with the native library on 120 strange texts: $name", async ({ name }) => {
    const { tokenizer } = golden(name);
    await compare(tokenizer === undefined ? WORDPIECE : JSON.stringify(tokenizer), 120);
  });

  it.each(PARTS)("agrees with the native library with other parts: %#", async ({ name, parts }) => {
    await compare(JSON.stringify({ ...golden(name).tokenizer, ...parts }), 60);
  });

  it("reads halves of surrogate pairs as the native library does", async () => {
    const tokenizer = createPortableTokenizer({
      tokenizerJson: JSON.stringify(golden("byte-bpe").tokenizer),
      modelMaxLength: MODEL_LIMIT,
    });
    const text = "a \ud800 \u{1f600} b";
    const encoded = await tokenizer.encode(text);
    expect(encoded.ids).toEqual((await tokenizer.encode("a \ufffd \u{1f600} b")).ids);
    checkPromises(encoded, [text]);
  });

  it("takes a lower limit from tokenizer_config.json", () => {
    const limited = (model_max_length: number) =>
      createPortableTokenizer({
        tokenizerJson: WORDPIECE,
        tokenizerConfig: { model_max_length },
        modelMaxLength: MODEL_LIMIT,
      });
    expect(limited(128).maxLength).toBe(128);
    expect(limited(1e30).maxLength).toBe(MODEL_LIMIT);
  });

  it("refuses texts in which there is nothing to explain", async () => {
    const tokenizer = createPortableTokenizer({ tokenizerJson: WORDPIECE, modelMaxLength: MODEL_LIMIT });
    await expect(tokenizer.encode("")).rejects.toThrow(InputError);
    await expect(tokenizer.encode("good", " ")).rejects.toThrow("second text");
    await expect(tokenizer.encode("\u0001\u0002")).rejects.toThrow("none of its 2 characters is kept");
  });

  it("says which part of a file it cannot read", () => {
    const open = (json: unknown) =>
      createPortableTokenizer({
        tokenizerJson: typeof json === "string" ? json : JSON.stringify(json),
        modelMaxLength: MODEL_LIMIT,
      });
    const unigram = golden("unigram").tokenizer;
    const split = { type: "Split", pattern: { Regex: "(?i:a)\\z" }, behavior: "Removed", invert: false };
    const cases: readonly (readonly [json: unknown, message: string])[] = [
      ["{", "is not valid JSON"],
      ["{}", 'has no "model"'],
      [{ ...unigram, normalizer: { type: "Nmt" } }, 'its normalizer is "Nmt", wanted one of "BertNormalizer"'],
      [{ ...unigram, pre_tokenizer: { type: "UnicodeScripts" } }, 'its pre_tokenizer is "UnicodeScripts"'],
      [{ ...unigram, pre_tokenizer: split }, "is not one of JavaScript; explain with this model in Node"],
      [
        { ...unigram, model: { type: "WordLevel", vocab: { a: 0 }, unk_token: "a" } },
        "explain with this model in Node",
      ],
      [{ ...unigram, normalizer: { type: "Precompiled", precompiled_charsmap: "AAAA" } }, "precompiled_charsmap"],
    ];
    for (const [json, message] of cases) {
      expect(() => open(json), message).toThrow(CheckpointError);
      expect(() => open(json), message).toThrow(message);
    }
  });
});

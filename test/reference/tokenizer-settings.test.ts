/**
 * @file What settings beside tokenizer.json do, held to transformers 4.57 and 5 (tools/make_tokenizer_settings.py): tokens,
 * offsets, numbers of the texts of pairs, and whether the versions differ, in both tokenizers.
 */

import { readFileSync } from "node:fs";
import { createPortableTokenizer } from "@calig/core/internal/input/text/portable-tokenizer";
import type { TokenizerFiles, VocabularyFiles } from "@calig/core/internal/input/text/settings/tokenizer-files";
import type { EncodedText } from "@calig/core/internal/input/text/tokenizer";
import { createNativeTokenizer } from "@calig/node/internal/input/text/native-tokenizer";
import { describe, expect, it } from "vitest";

/** One text as a version of transformers encodes it; offsets in code points. */
interface Encoded {
  readonly ids: readonly number[];
  readonly typeIds: readonly number[] | null;
  /** Null for marks of word starts. */
  readonly offsets: readonly (readonly [number, number] | null)[];
}

interface Golden {
  readonly made: Readonly<Record<string, string>>;
  readonly texts: readonly (readonly [string, string?])[];
  readonly contents: readonly unknown[];
  /** Of all texts, or why a version does not load the tokenizer. */
  readonly results: readonly (readonly Encoded[] | { readonly error: string })[];
  readonly cases: Readonly<
    Record<
      string,
      {
        readonly type: string;
        readonly files: Readonly<Record<string, unknown>>;
        readonly readings: Readonly<Record<string, number>>;
      }
    >
  >;
}

const golden = JSON.parse(
  readFileSync(new URL("../golden/tokenizer-settings.json", import.meta.url), "utf8"),
) as Golden;
const VERSIONS = ["4", "5"];

/** What a version makes of a case; undefined where it does not load it. */
function resultOf(name: string, version: string): readonly Encoded[] | undefined {
  const found = golden.results[golden.cases[name]?.readings[version] as number];
  return found === undefined || "error" in found ? undefined : found;
}

const typesOf = ({ ids, typeIds }: Encoded): readonly number[] => typeIds ?? ids.map(() => 0);

function filesOf(name: string, version: string): TokenizerFiles {
  const { type, files } = golden.cases[name] as Golden["cases"][string];
  const stored = (file: string) => (files[file] === undefined ? undefined : golden.contents[files[file] as number]);
  const json = stored("tokenizer.json");
  const config = files.config as { readonly tokenizer_class?: string } | undefined;
  const vocabulary = (): VocabularyFiles | undefined => {
    const lines = stored("vocab.txt");
    if (lines !== undefined) return { kind: "lines", vocabulary: lines as string };
    const ids = stored("vocab.json");
    if (ids === undefined) return undefined;
    return { kind: "merges", vocabulary: JSON.stringify(ids), merges: stored("merges.txt") as string };
  };
  return {
    tokenizerJson: json === undefined ? undefined : JSON.stringify(json),
    vocabulary: vocabulary(),
    tokenizerConfig: files["tokenizer_config.json"] as object | undefined,
    specialTokensMap: files["special_tokens_map.json"] as object | undefined,
    addedTokens: files["added_tokens.json"] as object | undefined,
    model: { type, tokenizerClass: config?.tokenizer_class, madeWith: golden.made[version] },
    modelMaxLength: 512,
  };
}

/** Holds the place of every token to the one that Python gives, white space around it aside. */
function checkPlaces(texts: readonly [string, string?], { features, text }: EncodedText, { offsets }: Encoded): void {
  const [first, second] = texts;
  const base = second === undefined ? text.length : first.length + 1;
  features.forEach((feature, index) => {
    const place = offsets[index];
    if (feature.special || place == null) return;
    const isSecond = feature.start >= base;
    const characters = Array.from(isSecond ? (second as string) : first);
    const [start, end] = place;
    const covered = characters.slice(start, end).join("");
    if (covered.trim() === "") return;
    const before = (isSecond ? base : 0) + characters.slice(0, start).join("").length;
    const from = before + covered.length - covered.trimStart().length;
    expect([feature.start, feature.text], `token ${index}`).toEqual([from, covered.trim()]);
  });
}

describe.each([
  ["native", createNativeTokenizer],
  ["portable", createPortableTokenizer],
])("the %s tokenizer", (_, create) => {
  it.each(Object.keys(golden.cases).flatMap((name) => VERSIONS.map((version) => [name, version] as const)))(
    "reads %s as version %s",
    async (name, version) => {
      const expected = resultOf(name, version);
      if (expected === undefined) return;
      const other = resultOf(name, version === "4" ? "5" : "4");
      const tokenizer = create(filesOf(name, version));
      for (const [index, texts] of golden.texts.entries()) {
        const encoded = await tokenizer.encode(...texts);
        const wanted = expected[index] as Encoded;
        expect(encoded.ids, texts.join(" | ")).toEqual(wanted.ids);
        expect(encoded.typeIds, texts.join(" | ")).toEqual(typesOf(wanted));
        checkPlaces(texts, encoded, wanted);
        const others = other?.[index];
        if (others === undefined) continue;
        const same = JSON.stringify([others.ids, typesOf(others)]) === JSON.stringify([wanted.ids, typesOf(wanted)]);
        expect(encoded.otherReading === undefined, `versions agree on ${texts.join(" | ")}`).toBe(same);
      }
    },
  );
});

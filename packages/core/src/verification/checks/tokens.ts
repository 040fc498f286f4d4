/** @file Check: the tokens of texts that are hard to read, by two implementations, and where they lie in the text. */

import type { TextInput } from "../../attribution/input.ts";
import { CheckpointError, InputError } from "../../errors.ts";
import type { EncodedText, SecondReader, SpecialToken, Tokenizer } from "../../input/text/tokenizer.ts";
import type { Check } from "../check.ts";
import { Differences } from "../differences.ts";
import { equal } from "../limits.ts";

/** Accents, scripts, emoji, numbers, addresses, white space, tokens that look special, and long words. */
const AWKWARD = [
  "Crème brûlée, naïve café; ÀÉÎÕÜ ñandú!",
  "e\u0301 combining accents: n\u0303, a\u030A",
  "I 💜 it 👍🏽 — 👨‍👩‍👧 family! 😀😃",
  "🇩🇪🇫🇷 flags",
  "It costs $1,234.56 (about 12 %) on 2024-02-29 at 10:30.",
  "See https://example.com/a?b=c&d=e#f or mail a.b@example.com",
  "שלום עולם, مرحبا بالعالم",
  "你好，世界。これは日本語です。 한국어 문장",
  "Ωμέγα Привет мир नमस्ते ไทย",
  "don't can't it's we'll they'd I'm",
  "  leading   and\ttabs\nand lines  ",
  "a",
  "...!!!???",
  "Straße ÄÖÜ İstanbul ıI",
  "zero\u200bwidth \u00a0space \u00adhyphen",
  "<b>html</b> [MASK] </s> <mask> [CLS]",
  "antidisestablishmentarianism supercalifragilisticexpialidocious",
  "ALL CAPITALS and CamelCase and snake_case",
  "x".repeat(150),
] as const;

export const tokens: Check = {
  name: "tokens",
  compares:
    "token ids by two implementations of the tokenizer, on texts that are hard to read; the place of every token with the text there",
  doubt: "which words the evidence belongs to, and the predictions of texts like the one that is named",
  weight: 1,
  async run({ model, samples, onProgress }) {
    const { tokenizer } = model;
    if (tokenizer === undefined) {
      return { notApplicable: `The model reads ${model.modality.noun.many}: it has no tokenizer` };
    }
    const { second } = tokenizer;
    if (second === undefined) {
      return { notApplicable: "There is one implementation of this tokenizer here: nothing to compare with" };
    }
    const differences = new Differences();
    const texts = [
      ...AWKWARD.map((text) => ({ name: JSON.stringify(text.slice(0, 40)), text, pair: undefined })),
      ...samples.map(({ name, source }) => ({ name, pair: undefined, ...(source as TextInput) })),
    ];
    let read = 0;
    for (const [i, { name, text, pair }] of texts.entries()) {
      const encoded = await encodedBy(tokenizer, text, pair);
      const wanted = await encodedBySecond(second, text, pair);
      if (typeof wanted === "string") return { notApplicable: wanted };
      onProgress((i + 1) / texts.length);
      // Texts of which nothing becomes a token are refused; the other implementation has at most special ones.
      if (encoded === undefined) continue;
      read++;
      compare(differences, name, encoded, wanted);
    }
    return {
      differences,
      sentence: `The ids of ${read} texts are those of ${second.name}, and every token lies where the text says so`,
    };
  },
};

/** Undefined where nothing of the text becomes a token. */
async function encodedBy(
  tokenizer: Tokenizer,
  text: string,
  pair: string | undefined,
): Promise<EncodedText | undefined> {
  try {
    return await (pair === undefined ? tokenizer.encodeWhole(text) : tokenizer.encode(text, pair));
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

/** Why not, where the second implementation does not read this tokenizer. */
async function encodedBySecond(
  second: SecondReader,
  text: string,
  pair: string | undefined,
): Promise<readonly SpecialToken[] | string> {
  try {
    return await second.encode(text, pair);
  } catch (error) {
    if (error instanceof CheckpointError) return `${second.name} does not read this tokenizer: ${error.message}`;
    throw error;
  }
}

function compare(differences: Differences, name: string, encoded: EncodedText, wanted: readonly SpecialToken[]): void {
  const { ids, features, text, truncated } = encoded;
  const most = Math.max(ids.length, wanted.length);
  const first = Array.from({ length: most }, (_, t) => t).find((t) => ids[t] !== wanted[t]?.id);
  // A pair that was cut has other tokens at its end.
  if (truncated === undefined) {
    const where =
      first === undefined
        ? ""
        : `, token ${first}: id ${ids[first] ?? "none"} instead of ${wanted[first]?.id ?? "none"}`;
    differences.add(`the ids of ${name}${where}`, first === undefined ? 0 : 1, equal("text with other ids"));
  }
  const misplaced = features.filter(({ start, end, special }, t) => {
    if (special) return false;
    if (!(start >= 0 && start < end && end <= text.length)) return true;
    return !isPlausible(text.slice(start, end), ids[t] === wanted[t]?.id ? wanted[t]?.text : undefined);
  });
  const where = misplaced[0] === undefined ? "" : `: token "${misplaced[0].text}" at ${misplaced[0].start}`;
  differences.add(`the places of ${name}${where}`, misplaced.length, equal("token at a wrong place"));
}

/** Whether a piece of the text can be what a token stands for. Only plain letters and digits are the same in every vocabulary. */
function isPlausible(piece: string, token: string | undefined): boolean {
  if (token === undefined || !/^[A-Za-z0-9]+$/.test(piece)) return true;
  const bare = token.replace(/^(##|[Ġ▁]+)/, "").replace(/<\/w>$/, "");
  if (!/^[A-Za-z0-9]+$/.test(bare)) return true;
  return bare.toLowerCase() === piece.toLowerCase();
}

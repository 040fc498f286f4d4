/** @file Texts of other scripts end to end: a tiny BERT behind XLM-R's tokenizer (tools/make_tokenizer_reference.py). */

import { readFileSync } from "node:fs";
import { encodeSafetensors } from "@calig/core/internal/checkpoint/safetensors";
import { explain, loadModel, type TextExplanation } from "@calig/node";
import { describe, expect, it } from "vitest";
import { hashedParameter } from "../support/hashed-weights.ts";
import { useTempFolders } from "../support/temp-folder.ts";
import { TINY_CONFIG, tinyBertFiles, tinyTensors } from "../support/tiny-bert.ts";

const tempFolder = useTempFolders();
const golden = new URL("../golden/tokenizer-xlmr.json", import.meta.url);
const { tokenizer } = JSON.parse(readFileSync(golden, "utf8")) as {
  readonly tokenizer: { readonly model: { readonly vocab: readonly unknown[] } };
};
const OPTIONS = { target: 2, steps: 8, tolerance: 1 };

async function tinyXlmr(): Promise<string> {
  const vocabulary = tokenizer.model.vocab.length;
  const tensors = tinyTensors().map(([name, shape]) => ({
    name,
    shape: name.endsWith("word_embeddings.weight") ? [vocabulary, shape[1] as number] : shape,
  }));
  return tempFolder({
    ...tinyBertFiles(),
    "config.json": JSON.stringify({ ...TINY_CONFIG, vocab_size: vocabulary, pad_token_id: 1 }),
    "model.safetensors": encodeSafetensors(
      tensors.map(({ name, shape }) => ({ name, dtype: "float32", shape, data: hashedParameter(name, shape) })),
    ),
    "tokenizer.json": JSON.stringify(tokenizer),
    "tokenizer_config.json": JSON.stringify({ cls_token: "<s>", sep_token: "</s>", mask_token: "<mask>" }),
  });
}

/** Every word and token is what stands in the text at its offsets, and words have what their tokens have. */
function checkOffsets({ input, words, features, attribution }: TextExplanation): void {
  for (const { text, start, end } of words) expect(input.text.slice(start, end)).toBe(text);
  for (const { text, start, end, special } of features) if (!special) expect(input.text.slice(start, end)).toBe(text);
  words.forEach((word, index) => {
    const own = features.flatMap((feature, t) => (feature.word === index ? [attribution[t] as number] : []));
    expect(own.length).toBeGreaterThan(0);
    expect(word.attribution).toBeCloseTo(
      own.reduce((sum, value) => sum + value, 0),
      6,
    );
  });
}

describe("explain() of texts of other scripts", () => {
  it.each([
    ["Amharic", "ጥሩ፡ነው፤ ዶ/ር ሰላም በ2013 ዓ.ም።", ["ጥሩ", "፡", "ነው", "፤", "ዶ/ር", "ሰላም", "በ2013", "ዓ.ም", "።"]],
    ["Arabic with vowel marks", "الْعَرَبِيَّةُ لُغَةٌ، رائع؟", ["الْعَرَبِيَّةُ", "لُغَةٌ", "،", "رائع", "؟"]],
    ["Hebrew and English", "צה״ל good 😀 film!", ["צה״ל", "good", "😀", "film", "!"]],
    ["emoji and decomposed accents", "Cafe\u0301 👩‍👩‍👧‍👦 1️⃣ 𝐁𝐨𝐥𝐝", ["Cafe\u0301", "👩‍👩‍👧‍👦", "1️⃣", "𝐁𝐨𝐥𝐝"]],
  ])("%s", async (_, text, words) => {
    await using model = await loadModel(await tinyXlmr());
    const explanation = await explain(model, text, OPTIONS);
    expect(explanation.words.map((word) => word.text)).toEqual(words);
    checkOffsets(explanation);
  });

  it("joins the windows of a long Amharic text", async () => {
    await using model = await loadModel(await tinyXlmr());
    const sentence = "ፊልሙ በጣም ጥሩ ነው፡፡ 😀 ሰላም ለዓለም። ";
    const explanation = await explain(model, sentence.repeat(20), OPTIONS);
    expect(explanation.warnings.map(({ code }) => code)).toEqual(["windows"]);
    expect(explanation.features.length).toBeGreaterThan(2 * TINY_CONFIG.max_position_embeddings);
    expect(explanation.words.filter((word) => word.text === "😀")).toHaveLength(20);
    checkOffsets(explanation);
  });
});

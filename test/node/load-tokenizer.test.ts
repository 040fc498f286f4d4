/** @file Tokenizers of folders on disk: which files are read, and which folders are refused, with the way out. */

import { CheckpointError } from "@calig/core/internal/errors";
import { loadModel } from "@calig/node/internal/node/load-model";
import { describe, expect, it } from "vitest";
import { useTempFolders } from "../support/temp-folder.ts";
import { tinyBertFiles } from "../support/tiny-bert.ts";

const tempFolder = useTempFolders();
const { "tokenizer.json": stored, ...rest } = tinyBertFiles();
const tokenizer = JSON.parse(String(stored)) as {
  readonly added_tokens: readonly object[];
  readonly model: { readonly vocab: Readonly<Record<string, number>> };
};
const lines = Object.entries(tokenizer.model.vocab)
  .sort(([, a], [, b]) => a - b)
  .map(([text]) => text);

describe("loadModel() of a folder's tokenizer", () => {
  it("reads vocab.txt as the tokenizer.json that transformers makes of it", async () => {
    await using made = await loadModel(await tempFolder({ ...rest, "vocab.txt": `${lines.join("\n")}\n` }));
    await using whole = await loadModel(await tempFolder(tinyBertFiles()));
    const text = "A gripping, unputdownable film [MASK] forgets to end.";
    const encoded = await made.tokenizer?.encode(text, "Really?");
    expect(encoded).toEqual(await whole.tokenizer?.encode(text, "Really?"));
    expect(encoded?.typeIds).toContain(1);
  });

  it("applies tokenizer_config.json", async () => {
    const config = { tokenizer_class: "BertTokenizer", model_input_names: ["input_ids"], do_lower_case: false };
    await using model = await loadModel(
      await tempFolder({ ...tinyBertFiles(), "tokenizer_config.json": JSON.stringify(config) }),
    );
    const encoded = await model.tokenizer?.encode("GOOD film", "really");
    const unknown = tokenizer.model.vocab["[UNK]"];
    expect(encoded?.ids.slice(0, 3)).toEqual([tokenizer.model.vocab["[CLS]"], unknown, tokenizer.model.vocab.film]);
    expect(new Set(encoded?.typeIds)).toEqual(new Set([0]));
  });

  it("cuts off the beginning of long texts where the folder says so", async () => {
    const config = { tokenizer_class: "BertTokenizer", truncation_side: "left", model_max_length: 6 };
    await using model = await loadModel(
      await tempFolder({ ...tinyBertFiles(), "tokenizer_config.json": JSON.stringify(config) }),
    );
    const encoded = await model.tokenizer?.encode("the film is not very good", "it was bad");
    // As transformers 4.57 and 5 cut it.
    expect(encoded?.features.map(({ text }) => text)).toEqual(["[CLS]", "very", "good", "[SEP]", "bad", "[SEP]"]);
    expect(encoded?.words.map(({ text }) => text)).toEqual(["very", "good", "bad"]);
    expect(encoded?.words[0]?.start).toBe("the film is not ".length);
    expect(encoded?.truncated).toEqual({ keptTokens: 6, totalTokens: 12, keptCharacters: 12, kept: "end" });
  });

  it.each([
    [
      "ids beyond the word vectors",
      {
        "tokenizer.json": JSON.stringify({
          ...tokenizer,
          added_tokens: [...tokenizer.added_tokens, { id: 30522, content: "<new>", special: true }],
        }),
      },
      "its ids go up to 30522, and the model has word vectors for 30522 ids (0 to 30521)",
    ],
    [
      "tokens that tokenizer_config.json adds beyond the word vectors",
      {
        "tokenizer_config.json": JSON.stringify({
          added_tokens_decoder: { 30522: { content: "<new>", special: false } },
        }),
        "tokenizer.json": stored,
      },
      "its ids go up to 30522",
    ],
    ["a SentencePiece model alone", { "spiece.model": "x" }, 'there is "spiece.model"; transformers makes one of it'],
    [
      "a vocabulary of another class",
      { "vocab.txt": "a\nb", "tokenizer_config.json": '{"tokenizer_class": "RoFormerTokenizer"}' },
      "does not make a RoFormerTokenizer from vocab.txt",
    ],
    [
      "a class of Python",
      { "vocab.txt": "a\nb", "tokenizer_config.json": '{"tokenizer_class": "BertJapaneseTokenizer"}' },
      "it is a BertJapaneseTokenizer, which transformers computes in Python",
    ],
    [
      "a damaged merges.txt",
      {
        "vocab.json": '{"a": 0}',
        "merges.txt": "#version: 0.2\na b c",
        "tokenizer_config.json": '{"tokenizer_class": "RobertaTokenizer"}',
      },
      '"merges.txt" has the line "a b c"',
    ],
    [
      "a damaged vocab.json",
      { "vocab.json": '{"a": "b"}', "merges.txt": "", "tokenizer_config.json": '{"tokenizer_class": "GPT2Tokenizer"}' },
      '"vocab.json" has the id "b" for "a"',
    ],
  ])("refuses %s", async (_, files, message) => {
    const loading = loadModel(await tempFolder({ ...rest, ...(files as Record<string, string>) }));
    await expect(loading).rejects.toThrow(CheckpointError);
    await expect(loading).rejects.toThrow(message);
  });
});

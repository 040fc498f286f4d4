import { describe, expect, it } from "vitest";
import { findSpecialTokens } from "./special-tokens.ts";

const VOCABULARY = ["<s>", "<pad>", "</s>", "<unk>", "<mask>", "[PAD]", "[UNK]"];
const idOf = (text: string) => (VOCABULARY.includes(text) ? VOCABULARY.indexOf(text) : undefined);
const added = (...names: string[]) => ({ added_tokens: names.map((content, id) => ({ id, content, special: true })) });

describe("findSpecialTokens()", () => {
  it("believes tokenizer_config.json first, then special_tokens_map.json", () => {
    const tokens = findSpecialTokens({
      tokenizer: added("[PAD]", "[UNK]"),
      config: { pad_token: "<pad>", mask_token: { content: "<mask>", lstrip: true }, cls_token: null },
      map: { pad_token: "[PAD]", sep_token: { content: "</s>" } },
      idOf,
    });
    expect(tokens.pad).toEqual({ id: 1, text: "<pad>" });
    expect(tokens.mask).toEqual({ id: 4, text: "<mask>" });
    expect(tokens.sep).toEqual({ id: 2, text: "</s>" });
    expect(tokens.cls).toBeUndefined();
  });

  it("finds the unknown token in the model and the padding token in the padding", () => {
    const named = { model: { type: "BPE", unk_token: "<unk>" }, padding: { pad_token: "<pad>" } };
    expect(findSpecialTokens({ tokenizer: named, idOf })).toEqual({
      unk: { id: 3, text: "<unk>" },
      pad: { id: 1, text: "<pad>" },
    });
    const placed = {
      model: {
        type: "Unigram",
        unk_id: 1,
        vocab: [
          ["<s>", 0],
          ["<unk>", 0],
        ],
      },
    };
    expect(findSpecialTokens({ tokenizer: placed, idOf }).unk).toEqual({ id: 3, text: "<unk>" });
  });

  it("falls back to added tokens with a usual name", () => {
    expect(findSpecialTokens({ tokenizer: added("<s>", "</s>", "<mask>"), idOf })).toEqual({
      cls: { id: 0, text: "<s>" },
      sep: { id: 2, text: "</s>" },
      mask: { id: 4, text: "<mask>" },
    });
  });

  it("leaves out tokens that the vocabulary lacks", () => {
    expect(findSpecialTokens({ tokenizer: {}, config: { mask_token: "[MASK]" }, idOf })).toEqual({});
    expect(findSpecialTokens({ tokenizer: null, config: undefined, idOf })).toEqual({});
  });
});

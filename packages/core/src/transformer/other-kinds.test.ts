import { expect, it } from "vitest";
import { otherKind } from "../checkpoint/other-kinds.ts";
import { FAMILIES } from "./families.ts";
import { familyOf } from "./family-of.ts";

it.each([
  ["qwen2_moe", /mixture of experts/],
  ["mixtral", /mixture of experts/],
  ["falcon_mamba", /recurrent/],
  ["jamba", /recurrent layers beside attention/],
  ["t5", /encoder-decoder/],
  ["qwen2_5_vl", /pictures and texts/],
  ["whisper", /sound/],
])("%s is refused by what it is, and by what works", async (type, kind) => {
  await expect(familyOf(type, new Map())).rejects.toThrow(kind);
  await expect(familyOf(type, new Map())).rejects.toThrow(
    /calig builds encoders, and decoders .*; give a model of these/,
  );
});

it("no family that calig builds is one of these", () => {
  for (const { modelTypes } of FAMILIES) expect(modelTypes.filter(otherKind)).toEqual([]);
});

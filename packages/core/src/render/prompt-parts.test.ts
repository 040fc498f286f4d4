/** @file A prompt cut into its parts, and tokens of an answer as explanations of their own. */

import { describe, expect, it } from "vitest";
import { prompt } from "../../../../test/render/fixtures.ts";
import { quantitiesOf } from "./evidence.ts";
import { answerView, partPieces, partsOf } from "./prompt-parts.ts";

const sumOf = (features: readonly number[], values: readonly number[]) =>
  features.reduce((total, t) => total + (values[t] as number), 0);

describe("partPieces", () => {
  const pieces = partPieces(prompt);

  it("cuts the prompt where parts begin and end, and leaves nothing out", () => {
    expect(pieces.map(({ text }) => text).join("")).toBe(prompt.input.text);
    expect(pieces.map(({ name, text }) => [name, text])).toEqual([
      [undefined, "system: "],
      ["system", "Be fair."],
      [undefined, "\nuser: "],
      ["user", "The cast "],
      ["quotation", "saved a dull film"],
      ["user", ". Good?"],
      [undefined, "\nassistant:"],
    ]);
  });

  it("gives every stretch of a part the features of all of it", () => {
    for (const { name, attribution } of partsOf(prompt).filter(({ start }) => start !== null)) {
      for (const { features } of pieces.filter((piece) => piece.name === name)) {
        expect(sumOf(features, prompt.attribution), name).toBeCloseTo(attribution, 6);
      }
    }
    expect(pieces[0]?.features.map((t) => prompt.features[t]?.text)).toEqual(["system", ":"]);
  });

  it("shows a text without parts as one stretch", () => {
    const { parts: _parts, ...plain } = prompt;
    expect(partPieces(plain)).toHaveLength(1);
  });
});

describe("answerView", () => {
  it("has the evidence of a token in words and parts", () => {
    const token = prompt.answerTokens?.[1] as NonNullable<typeof prompt.answerTokens>[number];
    const view = answerView(prompt, token);
    expect(view.target).toMatchObject({ label: " good", score: -0.4, index: -1 });
    view.words.forEach(({ attribution }, i) => {
      expect(attribution).toBeCloseTo(-(prompt.words[i]?.attribution as number), 6);
    });
    view.parts?.forEach(({ attribution }, p) => {
      expect(attribution).toBeCloseTo(-(prompt.parts?.[p]?.attribution as number), 5);
    });
    expect(view.supporting[0]?.text).toBe(prompt.opposing[0]?.text);
    expect(view.blocks).toEqual([]);
    const [block] = prompt.blocks as [(typeof prompt.blocks)[number]];
    const { index, relevance, fused, weight, completeness } = block;
    const blocks = [{ index, relevance, fused, weight, completeness }];
    const held = answerView(prompt, { ...token, blocks });
    expect(held.blocks).toMatchObject(blocks);
    expect(quantitiesOf(held).map(({ name }) => name)).toEqual(["fused", "relevance"]);
  });
});

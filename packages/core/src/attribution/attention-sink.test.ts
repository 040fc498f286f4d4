import { describe, expect, it } from "vitest";
import { floatTensor } from "../tensor/tensor.ts";
import { sinkWarnings } from "./attention-sink.ts";

/** Hidden states of so many tokens of width 2: the first of one length, the others of length 5. */
const states = (first: number, tokens = 5) =>
  floatTensor(Array.from({ length: tokens }, (_, t) => (t === 0 ? [first, 0] : [3, 4])).flat(), [1, tokens, 2]);

const features = [{ text: "The" }, { text: "end" }];

describe("sinkWarnings()", () => {
  it("names the first token where most of its states are far longer than those of the others", () => {
    const [warning, ...others] = sinkWarnings(features, [states(5), states(5), states(500), states(600)]);
    expect(others).toEqual([]);
    expect(warning?.code).toBe("attention-sink");
    expect(warning?.message).toMatch(/^The first token, "The", is an attention sink: .* up to 120 times/);
  });

  it("says nothing of other models, nor of a few tokens", () => {
    expect(sinkWarnings(features, [states(5), states(40), states(45)])).toEqual([]);
    expect(sinkWarnings(features, [states(5), states(500), states(5), states(5)])).toEqual([]);
    expect(sinkWarnings(features, [states(5, 3), states(500, 3)])).toEqual([]);
    expect(sinkWarnings(features, [states(500)])).toEqual([]);
  });
});

import { describe, expect, it } from "vitest";
import { InternalError } from "../errors.ts";
import { type Anatomy, classifierAnatomy, classLogitsOf, logitsOf, type Stream, streamOf } from "./anatomy.ts";

const stream: Stream = {
  kind: "text",
  inputs: { ids: "ids" },
  hiddenStates: ["h.0", "h.1"],
  attentionProbabilities: ["a.0", "a.1"],
  heads: 2,
  width: 8,
};

describe("an anatomy", () => {
  const classifier = classifierAnatomy(stream, { value: "logits", per: "input", readout: "first" });

  it("of a classifier has one stream, and logits", () => {
    expect(streamOf(classifier)).toBe(stream);
    expect(logitsOf(classifier)).toEqual({ kind: "logits", value: "logits", per: "input", readout: "first" });
  });

  it("of several streams is explained by no program of one", () => {
    const decoder: Stream = { ...stream, crossAttention: { stream: 0, probabilities: ["c.0", "c.1"] } };
    expect(() => streamOf({ ...classifier, streams: [stream, decoder] })).toThrow(InternalError);
  });

  it("without logits answers no question about them", () => {
    const other = { ...classifier, outputs: [{ kind: "similarity", value: "s" }] } as unknown as Anatomy;
    expect(() => classLogitsOf(other)).toThrow(
      "internal: logits of classes are asked for, and the model has similarity",
    );
  });
});

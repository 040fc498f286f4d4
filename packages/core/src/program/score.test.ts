import { createNodeRuntime } from "@calig/node/internal/runtime/onnxruntime-node";
import { describe, expect, it } from "vitest";
import { SCORE_KINDS } from "../attribution/options.ts";
import { InvalidOptionError } from "../errors.ts";
import { GraphBuilder } from "../graph/builder.ts";
import { createModel } from "../onnx/create-model.ts";
import { encodeModel } from "../onnx/encode.ts";
import { floatTensor } from "../tensor/tensor.ts";
import { probabilities } from "./activation.ts";
import { QUESTIONS } from "./questions.ts";
import { checkScore, emitScore, evaluateScore, type ScoreSpec, scoreFeeds } from "./score.ts";

const LOGITS = [1.5, -0.25, 3];

const SPECS: readonly ScoreSpec[] = QUESTIONS.flatMap(({ name: kind }) =>
  (["softmax", "sigmoid"] as const).flatMap((activation) => [
    { kind, activation, target: 0 },
    { kind, activation, target: 2 },
    ...(kind === "margin" ? [] : [{ kind, activation, target: 2, against: 1 }]),
  ]),
);

it("questions are those that callers can ask for, by the same names", () => {
  expect(QUESTIONS.map(({ name }) => name)).toEqual(SCORE_KINDS);
});

describe("emitScore()", () => {
  it.each(SPECS)("writes the same function as evaluateScore(): %o", async (spec) => {
    const builder = new GraphBuilder();
    const logits = builder.input("logits", "float32", ["rows", 3]);
    builder.output(emitScore(builder, logits, spec, 3), "score");
    const session = await createNodeRuntime().compile(encodeModel(createModel(builder.build(), builder.opsets)), {
      name: "score",
    });
    const rows = [LOGITS, LOGITS.map((logit) => -2 * logit)];
    const feeds = { logits: floatTensor(rows.flat(), [2, 3]), ...scoreFeeds(spec, 3, 0) };
    const { score } = await session.run(feeds);
    await session.dispose();
    expect(score?.shape).toEqual([2, 1]);
    expect(score?.data as Float32Array).toBeAllClose(
      rows.map((row) => evaluateScore(spec, row)),
      { rtol: 1e-5, atol: 1e-6 },
    );
  });
});

describe("evaluateScore()", () => {
  it("is what the definitions say", () => {
    const softmax = probabilities(LOGITS, "softmax");
    expect(softmax.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
    expect(evaluateScore({ kind: "margin", activation: "softmax", target: 0 }, LOGITS)).toBe(-1.5);
    expect(evaluateScore({ kind: "logit", activation: "softmax", target: 0, against: 1 }, LOGITS)).toBe(1.75);
    expect(evaluateScore({ kind: "log-probability", activation: "softmax", target: 2 }, LOGITS)).toBeCloseTo(
      Math.log(softmax[2] as number),
      12,
    );
  });
});

describe("checkScore()", () => {
  it("refuses scores that the head does not have", () => {
    expect(() => checkScore({ kind: "margin", activation: "softmax", target: 0, against: 1 }, 3)).toThrow(
      InvalidOptionError,
    );
    expect(() => checkScore({ kind: "margin", activation: "none", target: 0 }, 1)).toThrow(/1 output/);
    expect(() => checkScore({ kind: "probability", activation: "none", target: 0 }, 1)).toThrow(/regression/);
  });
});

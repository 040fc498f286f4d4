import { expect, test } from "vitest";
import type { ScoreSpec } from "../../program/score.ts";
import { chosenDecision } from "./chosen-decision.ts";

const LABELS = ["a cat", "a dog", "an owl"];
/** An output is the rows of the labels. */
const score: ScoreSpec = { kind: "logit", activation: "softmax", target: 1 };
const decided = (activation?: "softmax") =>
  chosenDecision(
    { labels: LABELS, chosen: 1, scores: (output) => Array.from(output), ...(activation ? { activation } : {}) },
    score,
  );

test("the label with the most is chosen, and the margin is that of the explained one over the best other", () => {
  const { read, labels } = decided();
  const of = read(Float32Array.of(2, 3.5, -1));
  expect(of).toMatchObject({
    value: 3.5,
    score: 3.5,
    predictsTarget: true,
    predicted: 1,
    predictedValue: 3.5,
    margin: 1.5,
  });
  const other = read(Float32Array.of(2, -0.5, 1));
  expect(other).toMatchObject({ predictsTarget: false, predicted: 0, predictedValue: 2, margin: -2.5 });
  expect(labels(other.predicted)).toBe("a cat");
});

test("probabilities are shown where labels have them", () => {
  const { read, predictionOf } = decided("softmax");
  const shown = predictionOf(read(Float32Array.of(0, Math.log(2), 0)));
  expect(shown).toMatchObject({ index: 1, label: "a dog" });
  expect(shown.probability).toBeCloseTo(0.5, 6);
  const none = decided();
  expect(none.predictionOf(none.read(Float32Array.of(1, 0, 0)))).toMatchObject({ label: "a cat", probability: null });
});

/** @file What of an output can change that chooses one of several by itself: which one, of labels that a picture is compared with. */

import { probabilities } from "../../program/activation.ts";
import { evaluateScore, type ScoreSpec } from "../../program/score.ts";
import { largest } from "../../util/largest.ts";
import type { CounterfactualPrediction } from "../explanation.ts";
import type { PredictedOutput } from "../probe.ts";
import type { Choosing } from "../question-object.ts";

/** What variants are asked: the one that is chosen, and how much of it the explained one has. */
export function chosenDecision({ labels, chosen, scores, activation }: Choosing, score: ScoreSpec) {
  const read = (output: Float32Array): PredictedOutput => {
    const rows = scores(output);
    const values = activation === undefined ? rows : probabilities(rows, activation);
    const others = rows.filter((_, index) => index !== chosen);
    const predicted = rows.reduce((best, row, index) => (row > (rows[best] as number) ? index : best), 0);
    return {
      value: values[chosen] as number,
      score: evaluateScore(score, output),
      predictsTarget: predicted === chosen,
      predicted,
      predictedValue: values[predicted] as number,
      ...(others.length === 0 ? {} : { margin: (rows[chosen] as number) - largest(others) }),
    };
  };
  const predictionOf = ({
    predicted,
    predictedValue,
    value,
    score: own,
  }: PredictedOutput): CounterfactualPrediction => ({
    index: predicted,
    label: labels[predicted] ?? String(predicted),
    probability: activation === undefined ? null : predictedValue,
    targetProbability: activation === undefined ? null : value,
    score: own,
  });
  return { decision: "class" as const, labels: (index: number) => labels[index] ?? String(index), read, predictionOf };
}

/**
 * @file What of a language model can change: whether an answer is what the model would say itself, token by token; which of
 * two answers is the more probable; which label of a verbaliser.
 */

import { probabilities } from "../../program/activation.ts";
import type { AskedAnswers } from "../../program/questions/answer.ts";
import { evaluateScore, type ScoreSpec } from "../../program/score.ts";
import type { ExplainableModel } from "../explainable-model.ts";
import type { CounterfactualPrediction } from "../explanation.ts";
import { type ChosenAnswer, rankLabels } from "../next-token-target.ts";
import type { PreparedInput } from "../prepared-input.ts";
import type { PredictedOutput } from "../probe.ts";

/** What the model says of one variant. */
type Said = Pick<PredictedOutput, "predictsTarget" | "predicted" | "predictedValue">;

interface Decision {
  said(logits: Float32Array): Said;
  predictionOf(output: PredictedOutput): CounterfactualPrediction;
}

export interface AnswerDecision extends Pick<Decision, "predictionOf"> {
  /** @param logits - At the positions that are asked for, one after the other. */
  read(logits: Float32Array): PredictedOutput;
}

/** The decision that a question about answers is about. */
export function answerDecision(model: ExplainableModel, input: PreparedInput, chosen: ChosenAnswer): AnswerDecision {
  const { said, predictionOf } =
    chosen.against !== undefined
      ? betweenTwo(chosen)
      : input.verbalised === true
        ? amongLabels(input, chosen)
        : ofAnswer(model, chosen);
  return {
    read(logits) {
      const score = evaluateScore(chosen.score, logits);
      return { value: score, score, ...said(logits) };
    },
    predictionOf,
  };
}

/** Of an answer's own probability; null for scores that do not tell it. */
function probabilityOf({ kind }: ScoreSpec, score: number): number | null {
  return kind === "log-probability" ? Math.exp(score) : kind === "probability" ? score : null;
}

/**
 * Whether the model would give the answer by itself: at each of its tokens, behind those before it, that token is the most
 * probable one. `predicted` is the first token that is another one and its place, as place * vocabulary + token.
 */
function ofAnswer({ tokenizer }: ExplainableModel, { score, named }: ChosenAnswer): Decision {
  const { tokens, vocabulary } = score.parameters as AskedAnswers;
  const textOf = (token: number) => tokenizer?.textOf(token) ?? String(token);
  return {
    said(logits) {
      for (const [place, token] of tokens.entries()) {
        const row = logits.subarray(place * vocabulary, (place + 1) * vocabulary);
        const best = row.reduce((best, logit, index) => (logit > (row[best] as number) ? index : best), 0);
        if (best === token) continue;
        const predictedValue = probabilities(row, "softmax")[best] as number;
        return { predictsTarget: false, predicted: place * vocabulary + best, predictedValue };
      }
      const predictedValue = evaluateScore({ ...score, kind: "probability" }, logits);
      return { predictsTarget: true, predicted: tokens[0] as number, predictedValue };
    },
    predictionOf({ predictsTarget, predicted, predictedValue, score: value }) {
      const [place, token] = [Math.floor(predicted / vocabulary), predicted % vocabulary];
      // What is said up to there is the answer.
      const said = [...tokens.slice(0, place), token];
      return {
        ...(predictsTarget ? named : { index: place === 0 ? token : -1, label: said.map(textOf).join("") }),
        probability: predictedValue,
        targetProbability: probabilityOf(score, value),
        score: value,
      };
    },
  };
}

/** Which of two answers is the more probable one. */
function betweenTwo({ score, named, against }: ChosenAnswer): Decision {
  return {
    said(logits) {
      const predictsTarget = evaluateScore({ ...score, kind: "log-probability" }, logits) > 0;
      return { predictsTarget, predicted: predictsTarget ? 0 : 1, predictedValue: 0 };
    },
    predictionOf: ({ predicted, score: value }) => ({
      ...(predicted === 0 || against === undefined ? named : against),
      probability: null,
      targetProbability: null,
      score: value,
    }),
  };
}

/** Which label of a verbaliser is the most probable one. */
function amongLabels({ answers = [] }: PreparedInput, { score }: ChosenAnswer): Decision {
  const { vocabulary } = score.parameters as AskedAnswers;
  return {
    said(logits) {
      const [best] = rankLabels(answers, logits, vocabulary);
      return {
        predictsTarget: best?.index === score.target,
        predicted: best?.index ?? 0,
        predictedValue: best?.probability ?? 0,
      };
    },
    predictionOf: ({ predicted, predictedValue, score: value }) => ({
      index: predicted,
      label: answers[predicted]?.label ?? String(predicted),
      probability: predictedValue,
      targetProbability: probabilityOf(score, value),
      score: value,
    }),
  };
}

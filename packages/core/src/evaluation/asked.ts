/** @file What all methods are asked of one input: chosen once, from what the model says of it. */

import { distinctNames } from "../attribution/class-names.ts";
import type { ExplainableModel } from "../attribution/explainable-model.ts";
import type { Prediction } from "../attribution/explanation.ts";
import { weightedLogits } from "../attribution/join-parts.ts";
import type { ExplainOptions } from "../attribution/options.ts";
import { choosePlaced } from "../attribution/placed-target.ts";
import type { Part } from "../attribution/prepared-input.ts";
import { chooseScore } from "../attribution/target.ts";
import type { ForwardResult } from "../program/model-programs.ts";
import { spanOf } from "../program/questions/span.ts";
import { evaluateScore, type ScoreSpec } from "../program/score.ts";
import { logitsOf } from "../transformer/anatomy.ts";

/** A question put to one input. */
export interface Asked {
  readonly score: ScoreSpec;
  /** Best first. */
  readonly predictions: readonly Prediction[];
  /** What is explained, in words. */
  readonly label: string;
  /** Its logit; of language models the target score. */
  readonly logit: number;
  /** Null where it has none: a regression, one answer against another. */
  readonly probability: number | null;
  /**
   * Of language models: whether the answer begins with the most probable next token, or is the most probable label. Absent
   * without an answer.
   */
  readonly isAnswered?: boolean;
  /** The option that makes every method explain the same. */
  readonly fixedTarget: Pick<ExplainOptions, "target">;
}

/** @throws {InvalidOptionError} For a target or a score that the model does not have. */
export async function chooseAsked(
  model: ExplainableModel,
  parts: readonly Part[],
  forwards: readonly ForwardResult[],
  question: Pick<ExplainOptions, "score" | "target">,
): Promise<Asked> {
  const [part, forward] = [parts[0] as Part, forwards[0] as ForwardResult];
  const { kind: output, per } = logitsOf(model.anatomy);
  if (per === "asked" || per === "span") {
    const { score, predictions, named, against, probability } = await choosePlaced(
      model,
      part.input,
      forward.logits,
      question,
    );
    const { answers = [], verbalised } = part.input;
    const first = verbalised === true ? named.index : (answers[0]?.strings[0]?.tokens[0] ?? named.index);
    // Answers are part of the input; labels and tokens are named by options.
    const span = output === "span" ? spanOf(score) : undefined;
    const fixedTarget =
      span !== undefined
        ? { target: `#${span.start}-${span.end}` }
        : verbalised === true
          ? { target: named.label }
          : answers.length > 0
            ? {}
            : { target: named.index };
    return {
      score,
      predictions,
      label: against === undefined ? named.label : `${named.label} against ${against.label}`,
      logit: evaluateScore(score, forward.logits.data),
      probability,
      ...(answers.length === 0 ? {} : { isAnswered: predictions[0]?.index === first }),
      fixedTarget,
    };
  }
  const { score, predictions, subject, named } = await chooseScore(model, weightedLogits(parts, forwards), question);
  const own = predictions.find(({ index }) => index === (named?.index ?? score.target));
  return {
    score,
    predictions,
    label: named?.label ?? subject ?? distinctNames(model.labels)[score.target] ?? String(score.target),
    logit: own?.logit ?? Number.NaN,
    probability: own?.probability ?? null,
    // What is no class of the model is chosen by the question.
    fixedTarget: subject === undefined && named === undefined ? { target: score.target } : {},
  };
}

/** @file The main job: a model and an input become an `Explanation`. */

import { InputError } from "../errors.ts";
import { evaluateScore } from "../program/score.ts";
import type { ExplainableModel } from "./explainable-model.ts";
import type { TextExplanation, WordAttribution } from "./explanation.ts";
import { methodByName } from "./methods.ts";
import { DEFAULTS, type ExplainOptions } from "./options.ts";
import { chooseScore, rankPredictions } from "./target.ts";
import { prepareText, type TextInput } from "./text-input.ts";

/**
 * Explains one prediction: which units of the input support the target, which oppose it, and in which block the
 * evidence arises. The same input, options and seed give the same numbers.
 *
 * Units: attributions are in units of the target score, so with a propagated baseline they sum to the score at the
 * input minus the score at the baseline.
 * Cost: two forward passes, and the points of the sweep (`cost.modelEvaluations`).
 *
 * @throws {InvalidOptionError} For an option out of range or an unknown name.
 * @throws {InputError} When there is nothing to explain in the input.
 * @throws {ExecutionError} When the engine fails.
 */
export async function explain(
  model: ExplainableModel,
  input: string | TextInput,
  options: ExplainOptions = {},
): Promise<TextExplanation> {
  const { platform, programs } = model;
  const started = platform.now();
  let peakBytes = platform.residentBytes();
  const progress = (done: number, activity: string) => {
    peakBytes = Math.max(peakBytes, platform.residentBytes());
    options.onProgress?.(Math.min(1, done), activity);
  };
  const given: TextInput = typeof input === "string" ? { text: input } : input;
  if (typeof given.text !== "string") throw new InputError("Cannot explain the input: give a text");
  const method = methodByName(options.method ?? DEFAULTS.method);
  const prepared = await prepareText(model, given);

  progress(0, "forward pass");
  const forward = await programs.forward(prepared.feeds);
  const predictions = rankPredictions(model, forward.logits.data);
  const score = chooseScore(model, predictions, options);
  const scoreAtInput = evaluateScore(score, forward.logits.data);
  options.signal?.throwIfAborted();
  const result = await method.run({
    model,
    input: prepared,
    forward,
    score,
    scoreAtInput,
    options,
    onProgress: (done) => progress(0.05 + 0.95 * done, "integrating"),
  });
  progress(1, "done");

  const words = wordAttributions(prepared.encoded, result.attribution);
  const target = predictions.find((prediction) => prediction.index === score.target);
  return {
    version: 1,
    model: model.facts,
    input: { kind: "text", text: given.pair === undefined ? given.text : prepared.encoded.text },
    target: {
      index: score.target,
      label: model.labels[score.target] ?? String(score.target),
      ...(score.against === undefined
        ? {}
        : { against: { index: score.against, label: model.labels[score.against] ?? String(score.against) } }),
      score: scoreAtInput,
      kind: score.kind,
      probability: target?.probability ?? Number.NaN,
    },
    predictions,
    units: prepared.encoded.units,
    attribution: result.attribution,
    words,
    supporting: words.filter((word) => word.attribution > 0).sort((a, b) => b.attribution - a.attribution),
    opposing: words.filter((word) => word.attribution < 0).sort((a, b) => a.attribution - b.attribution),
    blocks: result.blocks,
    method: {
      name: method.name,
      options: { ...result.options, score: score.kind, seed: options.seed ?? DEFAULTS.seed },
    },
    completeness: result.completeness,
    cost: {
      milliseconds: platform.now() - started,
      modelEvaluations: 1 + result.modelEvaluations,
      peakBytes,
    },
    warnings: [...prepared.warnings, ...result.warnings],
  };
}

/** Words with the summed attribution of their units. */
function wordAttributions(
  {
    units,
    words,
  }: { readonly units: TextExplanation["units"]; readonly words: readonly Omit<WordAttribution, "attribution">[] },
  attribution: readonly number[],
): WordAttribution[] {
  const sums = new Array<number>(words.length).fill(0);
  units.forEach((unit, t) => {
    if (unit.word !== null) (sums[unit.word] as number) += attribution[t] as number;
  });
  return words.map((word, index) => ({ ...word, attribution: sums[index] as number }));
}

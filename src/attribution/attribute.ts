/** @file The part of an explanation that texts and images share: what the model says, which score is explained, and the method's answer. */

import { evaluateScore } from "../program/score.ts";
import type { ExplainableModel } from "./explainable-model.ts";
import type { ExplanationCommon } from "./explanation.ts";
import { joinParts, type Part, weightedLogits } from "./join-parts.ts";
import type { MethodResult } from "./method.ts";
import { methodByName } from "./methods.ts";
import { DEFAULTS, type ExplainOptions } from "./options.ts";
import { chooseScore, rankPredictions } from "./target.ts";

/** Share of the progress that the forward passes are given. */
const FORWARD_SHARE = 0.05;

/**
 * Attributes the target score to the units of an input of one or more parts.
 *
 * The class is chosen once, from the mean of the parts' logits weighted by their shares, and is the same in all parts.
 *
 * @param unitCount - Units of the whole input.
 * @throws {InvalidOptionError} For an option out of range or an unknown name.
 * @throws {ExecutionError} When the engine fails.
 */
export async function attribute(
  model: ExplainableModel,
  parts: readonly Part[],
  unitCount: number,
  options: ExplainOptions,
): Promise<ExplanationCommon> {
  const { platform, programs } = model;
  const started = platform.now();
  let peakBytes = platform.residentBytes();
  const progress = (done: number, activity: string) => {
    peakBytes = Math.max(peakBytes, platform.residentBytes());
    options.onProgress?.(Math.min(1, done), activity);
  };
  const method = methodByName(options.method ?? DEFAULTS.method);

  progress(0, "forward pass");
  const forwards = [];
  for (const { input } of parts) {
    forwards.push(await programs.forward(input.feeds));
    options.signal?.throwIfAborted();
  }
  const predictions = rankPredictions(model, weightedLogits(parts, forwards));
  const score = chooseScore(model, predictions, options);
  const scores = forwards.map((forward) => evaluateScore(score, forward.logits.data));

  const results: MethodResult[] = [];
  for (const [p, part] of parts.entries()) {
    const onProgress = (done: number) =>
      progress(FORWARD_SHARE + ((1 - FORWARD_SHARE) * (p + done)) / parts.length, "integrating");
    const forward = forwards[p] as (typeof forwards)[number];
    const scoreAtInput = scores[p] as number;
    results.push(await method.run({ model, input: part.input, forward, score, scoreAtInput, options, onProgress }));
    options.signal?.throwIfAborted();
  }
  const result = joinParts(parts, results, unitCount);
  progress(1, "done");

  const target = predictions.find((prediction) => prediction.index === score.target);
  const named = (index: number) => ({ index, label: model.labels[index] ?? String(index) });
  return {
    version: 1,
    model: model.facts,
    target: {
      ...named(score.target),
      ...(score.against === undefined ? {} : { against: named(score.against) }),
      score: parts.reduce((sum, { share }, p) => sum + share * (scores[p] as number), 0),
      kind: score.kind,
      probability: target?.probability ?? Number.NaN,
    },
    predictions,
    attribution: result.attribution,
    blocks: result.blocks,
    method: {
      name: method.name,
      options: { ...result.options, score: score.kind, seed: options.seed ?? DEFAULTS.seed },
    },
    completeness: result.completeness,
    cost: {
      milliseconds: platform.now() - started,
      modelEvaluations: parts.length + result.modelEvaluations,
      peakBytes,
    },
    warnings: [...(model.warnings ?? []), ...parts.flatMap(({ input }) => input.warnings), ...result.warnings],
  };
}

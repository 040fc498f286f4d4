/** @file An explanation of a sample, with the defaults of calig. */

import { explain, explainPrepared } from "../attribution/explain.ts";
import type { Explanation } from "../attribution/explanation.ts";
import { prepareInput } from "../attribution/modality.ts";
import { withoutOwnAnswers } from "../attribution/own-answers.ts";
import { resolveRun } from "../attribution/resolve-run.ts";
import { makesEmbeddings, towards } from "../attribution/similarity.ts";
import type { CheckContext, Sample } from "./check.ts";

type Report = (done: number) => void;

/** The default method on a sample. Long texts are cut: what holds for a window holds for all. */
export async function explainAfresh(
  { model, signal }: CheckContext,
  { source }: Sample,
  onProgress: Report,
): Promise<Explanation> {
  const alone = withoutOwnAnswers(model);
  const options = {
    ...(model.modality.options?.includes("longText") === true ? { longText: "truncate" as const } : {}),
    onProgress,
    ...(signal === undefined ? {} : { signal }),
  };
  if (!makesEmbeddings(model)) return explain<object>(alone, source, options);
  // What an embedding is compared with is nothing that a check depends on.
  const direction = Array.from({ length: model.source.classes }, (_, i) => (i % 2 === 0 ? 1 : -1));
  const run = resolveRun(alone, { ...options, score: towards("cosine", direction) });
  return explainPrepared(alone, await prepareInput(alone, source, options), run);
}

/** The same, or what an earlier check made. */
export async function explainOnce(context: CheckContext, sample: Sample, onProgress: Report): Promise<Explanation> {
  const explanation = context.explanations.get(sample) ?? (await explainAfresh(context, sample, onProgress));
  context.explanations.set(sample, explanation);
  return explanation;
}

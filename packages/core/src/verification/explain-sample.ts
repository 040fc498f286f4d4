/** @file An explanation of a sample, with the defaults of calig. */

import { explain } from "../attribution/explain.ts";
import type { Explanation } from "../attribution/explanation.ts";
import { withoutOwnAnswers } from "../attribution/own-answers.ts";
import type { CheckContext, Sample } from "./check.ts";

type Report = (done: number) => void;

/** The default method on a sample. Long texts are cut: what holds for a window holds for all. */
export const explainAfresh = (
  { model, signal }: CheckContext,
  { source }: Sample,
  onProgress: Report,
): Promise<Explanation> =>
  explain<object>(withoutOwnAnswers(model), source, {
    ...(model.modality.options?.includes("longText") === true ? { longText: "truncate" as const } : {}),
    onProgress,
    ...(signal === undefined ? {} : { signal }),
  });

/** The same, or what an earlier check made. */
export async function explainOnce(context: CheckContext, sample: Sample, onProgress: Report): Promise<Explanation> {
  const explanation = context.explanations.get(sample) ?? (await explainAfresh(context, sample, onProgress));
  context.explanations.set(sample, explanation);
  return explanation;
}

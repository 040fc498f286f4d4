/** @file An evaluation as runs of TensorBoard: the report, and one run per method, so that their curves lie over each other. */

import { join } from "node:path";
import type { Evaluation } from "@calig/core/internal/evaluation/evaluation";
import { nameWith } from "@calig/core/internal/evaluation/measurement-names";
import type { Metric } from "@calig/core/internal/evaluation/metric";
import { METRICS } from "@calig/core/internal/evaluation/metrics";
import { evaluationMarkdown } from "@calig/core/internal/report/evaluation/markdown";
import type { SummaryValue } from "./event.ts";
import { type RunOptions, startRun } from "./run.ts";
import { runName } from "./run-name.ts";

/**
 * Writes the report into a folder, and for every method a run below it: each figure of each input at the step of the
 * input, and its mean over the inputs.
 *
 * @param options - `metrics`: those that were measured, where there are others than calig's.
 */
export async function writeEvaluationRun(
  folder: string,
  evaluation: Evaluation,
  { metrics = METRICS, ...options }: RunOptions & { readonly metrics?: readonly Metric[] } = {},
): Promise<void> {
  const report = await startRun(folder, options);
  await report.add(0, [{ kind: "text", tag: "evaluation", markdown: evaluationMarkdown(evaluation) }]);
  await report.close();
  for (const { name } of evaluation.methods) {
    const run = await startRun(join(folder, runName(name)), options);
    await run.add(0, means(evaluation, name));
    for (const [step, { measurements }] of evaluation.inputs.entries()) {
      await run.add(step, figures(evaluation, measurements[name] ?? {}, metrics));
    }
    await run.close();
  }
}

function means({ results }: Evaluation, name: string): SummaryValue[] {
  return results.flatMap(({ method, figure, value }) =>
    method === name ? [{ kind: "scalar", tag: `mean/${figure}`, value } as const] : [],
  );
}

function figures(
  evaluation: Evaluation,
  measured: Evaluation["inputs"][number]["measurements"][string],
  metrics: readonly Metric[],
) {
  const { replacements } = evaluation.settings;
  return evaluation.figures.flatMap(({ name, metric, replacement }): SummaryValue[] => {
    const renamed = (own: string) =>
      replacement === undefined || replacements.length === 1 ? own : nameWith(own, { name: replacement });
    const numbers = measured[renamed(metric)];
    const figure = metrics.find((own) => own.name === metric)?.figures.find((own) => renamed(own.name) === name);
    if (numbers === null || numbers === undefined || figure === undefined) return [];
    return [{ kind: "scalar", tag: `inputs/${name}`, value: figure.of(numbers) }];
  });
}

/** @file What is said of all explanations of a report: models, methods, convergence, the worst errors, warnings. */

import type { Explanation } from "../../attribution/explanation.ts";
import { isWritten } from "../../render/evidence.ts";
import type { ReportEntry, ReportSummary } from "./evidence-report.ts";

export function summarise(entries: readonly ReportEntry[]): ReportSummary {
  const explanations = entries.map(({ explanation }) => explanation);
  const texts = explanations.filter(isWritten).length;
  const withBlocks = explanations.filter(({ blocks }) => blocks.length > 0);
  return {
    explanations: entries.length,
    texts,
    pictures: entries.length - texts,
    models: tally(
      explanations,
      ({ model }) => `${model.id} ${model.sha256}`,
      ({ model }) => ({ id: model.id, family: model.family, sha256: model.sha256 }),
    ),
    methods: tally(
      explanations,
      ({ method }) => method.name,
      ({ method }) => ({ name: method.name }),
    ),
    convergence: {
      measured: withBlocks.length,
      converged: withBlocks.filter(({ blocks }) => blocks.every(({ completeness }) => completeness.converged)).length,
      tolerances: tolerancesOf(withBlocks),
    },
    worstBlock: worst(
      explanations.flatMap(({ blocks }, entry) =>
        blocks.map(({ index, completeness }) => ({ entry, block: index, relativeError: completeness.relativeError })),
      ),
    ),
    worstResult: worst(
      explanations.flatMap(({ completeness }, entry) =>
        completeness === null ? [] : [{ entry, relativeError: completeness.relativeError }],
      ),
    ),
    warnings: warningsOf(explanations),
  };
}

const tolerancesOf = (explanations: readonly Explanation[]): number[] =>
  [...new Set(explanations.map(({ method }) => method.options.tolerance))]
    .filter((tolerance): tolerance is number => typeof tolerance === "number")
    .sort((a, b) => a - b);

/** The facts of each kind of explanation and how many there are, most first. */
function tally<T extends object>(
  explanations: readonly Explanation[],
  keyOf: (explanation: Explanation) => string,
  factsOf: (explanation: Explanation) => T,
): (T & { readonly explanations: number })[] {
  const groups = new Map<string, Explanation[]>();
  for (const explanation of explanations) {
    const key = keyOf(explanation);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [explanation]);
    else group.push(explanation);
  }
  return [...groups.values()]
    .map((group) => ({ ...factsOf(group[0]!), explanations: group.length }))
    .sort((a, b) => b.explanations - a.explanations);
}

/** The largest error; the first of equals. */
const worst = <T extends { readonly relativeError: number }>(errors: readonly T[]): T | null =>
  errors.reduce<T | null>(
    (most, error) => (most === null || error.relativeError > most.relativeError ? error : most),
    null,
  );

function warningsOf(explanations: readonly Explanation[]): ReportSummary["warnings"] {
  const codes = new Map<string, { explanations: number; readonly entry: number; readonly message: string }>();
  explanations.forEach(({ warnings }, entry) => {
    const own = new Map(warnings.map((warning) => [warning.code, warning.message]).reverse() as [string, string][]);
    for (const [code, message] of own) {
      const known = codes.get(code);
      if (known === undefined) codes.set(code, { explanations: 1, entry, message });
      else known.explanations++;
    }
  });
  return [...codes]
    .map(([code, facts]) => ({ code, ...facts }))
    .sort((a, b) => b.explanations - a.explanations || (a.code < b.code ? -1 : 1));
}

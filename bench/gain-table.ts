/** @file Variants of a method beside one of them: faithfulness, best first, with the gain over that one and its interval. */

import type { Evaluation } from "@calig/core/internal/evaluation/evaluation";

const FIGURES = ["deletion", "insertion", "faithfulness"] as const;

/** Rows of Markdown for methods measured by deletion, insertion and faithfulness; `reference` names the one that the others are compared with. */
export function gainTable({ results, comparisons }: Evaluation, names: readonly string[], reference: string): string {
  const value = (method: string, figure: string) =>
    results.find((result) => result.method === method && result.figure === figure)?.value ?? Number.NaN;
  const rows = [...names].sort((a, b) => value(b, "faithfulness") - value(a, "faithfulness"));
  return [
    `| | deletion | insertion | faithfulness | gain over ${reference} (95 %) |`,
    "|---|---|---|---|---|",
    ...rows.map((name) => {
      const cells = FIGURES.map((figure) => value(name, figure).toFixed(3));
      return `| ${name} | ${cells.join(" | ")} | ${name === reference ? "" : gainOf(name)} |`;
    }),
  ].join("\n");

  function gainOf(name: string): string {
    const pair = comparisons.find(
      ({ figure, method, other }) =>
        figure === "faithfulness" &&
        ((method === name && other === reference) || (method === reference && other === name)),
    );
    if (pair === undefined) return "";
    const sign = pair.method === name ? 1 : -1;
    const [low = Number.NaN, high = Number.NaN] = [sign * pair.low, sign * pair.high].sort((a, b) => a - b);
    return `${(sign * pair.difference).toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`;
  }
}

/** @file The front of an evaluation: how faithful methods are at how many model evaluations, and which of them no other one beats at its cost. */

import type { Comparison, EvaluatedFigure, EvaluatedMethod, FigureResult, Front, FrontPoint } from "./evaluation.ts";
import { faithfulness } from "./metrics/faithfulness.ts";

/** What fronts are made from. */
interface Summarised {
  readonly methods: readonly Pick<EvaluatedMethod, "name" | "randomControl">[];
  readonly figures: readonly EvaluatedFigure[];
  readonly results: readonly FigureResult[];
  readonly comparisons: readonly Comparison[];
}

/** A front for every replacement; none where faithfulness or cost was not measured. */
export function frontsOf({ methods, figures, results, comparisons }: Summarised): readonly Front[] {
  const evaluations = results.filter(({ figure }) => figure === "model-evaluations");
  return figures.flatMap(({ name, metric }): readonly Front[] => {
    if (metric !== faithfulness.name) return [];
    const measured = methods.flatMap(({ name: method, randomControl }) => {
      const own = results.find((result) => result.figure === name && result.method === method);
      const passes = evaluations.find((result) => result.method === method);
      return own === undefined || passes === undefined
        ? []
        : [{ method, randomControl, evaluations: passes.value, value: own.value, low: own.low, high: own.high, own }];
    });
    const rivals = measured.filter(({ randomControl }) => !randomControl);
    const [first] = [...rivals].sort((a, b) => b.value - a.value || a.evaluations - b.evaluations);
    if (first === undefined) return [];
    const isWorse = (method: string) =>
      comparisons.some(
        ({ figure, method: a, other: b, winner }) =>
          figure === name && winner === first.method && (a === method || b === method) && method !== first.method,
      );
    const points = measured
      .map(({ own: _, ...point }): FrontPoint => {
        const beaten = rivals.some(
          (other) =>
            other.value >= point.value &&
            other.evaluations <= point.evaluations &&
            (other.value > point.value || other.evaluations < point.evaluations),
        );
        const isRival = !point.randomControl;
        return { ...point, onFront: isRival && !beaten, withinBest: isRival && !isWorse(point.method) };
      })
      .sort((a, b) => a.evaluations - b.evaluations || b.value - a.value);
    const cheapest = points.find(({ withinBest }) => withinBest) as FrontPoint;
    return [{ figure: name, inputs: first.own.inputs, points, best: first.method, cheapest: cheapest.method }];
  });
}

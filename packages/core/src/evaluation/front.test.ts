/** @file The front of an evaluation: who is on it, who is within chance of the best, and the cheapest of them. */

import { describe, expect, it } from "vitest";
import { frontMarkdown, frontVerdict } from "../report/evaluation/front.ts";
import { frontSection } from "../report/evaluation/front-picture.ts";
import { evaluationVerdict } from "../report/evaluation/verdict.ts";
import { frontsOf } from "./front.ts";

/** Methods by their mean passes and faithfulness; `loses` are behind the best by more than chance. */
const summaryOf = (
  rows: readonly (readonly [name: string, passes: number, value: number])[],
  loses: readonly string[],
) => {
  const best = [...rows].sort((a, b) => b[2] - a[2])[0]?.[0] as string;
  return {
    methods: rows.map(([name]) => ({ name, randomControl: name === "random" })),
    figures: [
      { name: "faithfulness", metric: "faithfulness", better: "higher" },
      { name: "model-evaluations", metric: "cost", better: "lower" },
    ] as const,
    results: rows.flatMap(([method, passes, value]) => [
      { method, figure: "faithfulness", value, low: value - 0.05, high: value + 0.05, inputs: 40 },
      { method, figure: "model-evaluations", value: passes, low: passes, high: passes, inputs: 40 },
    ]),
    comparisons: rows
      .filter(([name]) => name !== best)
      .map(([other, , value]) => ({
        figure: "faithfulness",
        method: best,
        other,
        difference: 0.4 - value,
        low: 0,
        high: 0,
        pValue: 0,
        correctedPValue: 0,
        winner: loses.includes(other) ? best : null,
      })),
  };
};
const ROWS = [
  ["random", 1, -0.02],
  ["gradient", 3, 0.2],
  ["slow gradient", 4, 0.1],
  ["cheap", 30, 0.38],
  ["best", 100, 0.4],
  ["dear", 200, 0.39],
] as const;

describe("frontsOf()", () => {
  const [front] = frontsOf(summaryOf(ROWS, ["random", "gradient", "slow gradient"]));

  it("has the methods that none beats at their cost, cheapest first, the random control beside them", () => {
    expect(front?.points.map(({ method, onFront }) => [method, onFront])).toEqual([
      ["random", false],
      ["gradient", true],
      ["slow gradient", false],
      ["cheap", true],
      ["best", true],
      ["dear", false],
    ]);
  });

  it("names the best, those within chance of it, and the cheapest of them", () => {
    expect(front).toMatchObject({ figure: "faithfulness", best: "best", cheapest: "cheap", inputs: 40 });
    expect(front?.points.filter(({ withinBest }) => withinBest).map(({ method }) => method)).toEqual([
      "cheap",
      "best",
      "dear",
    ]);
    expect(frontVerdict(front ?? expect.fail())).toBe(
      "Most faithful: best (0.400, 100 evaluations); within chance of it (paired differences, Holm): cheap, dear; the cheapest of these is cheap (30 evaluations).",
    );
    const [alone] = frontsOf(
      summaryOf(
        ROWS,
        ROWS.map(([name]) => name),
      ),
    );
    expect(frontVerdict(alone ?? expect.fail())).toContain("every other method is behind it by more than chance");
  });

  it("is none without faithfulness or cost", () => {
    const { results, ...rest } = summaryOf(ROWS, []);
    for (const figure of ["faithfulness", "model-evaluations"]) {
      expect(frontsOf({ ...rest, results: results.filter((one) => one.figure !== figure) })).toEqual([]);
    }
  });

  it("is written as a table and drawn with a point and a label for each method", () => {
    const [text = "", , rows = ""] = frontMarkdown({ fronts: [front ?? expect.fail()] });
    expect(text).toBe("## Faithfulness against model evaluations");
    expect(rows).toContain("| `cheap` | 30 | 0.380 | 0.330 to 0.430 | on the front, within chance of the best |");
    expect(rows).toContain("| `random` (random control) | 1 | −0.020 |");
    const picture = frontSection(front ?? expect.fail()).toString();
    for (const [name] of ROWS) expect(picture).toContain(`>${name}</text>`);
    expect(picture.match(/<circle/g)).toHaveLength(ROWS.length);
    // Dearer methods lie to the right, more faithful ones above.
    const places = [...picture.matchAll(/cx="([\d.]+)" cy="([\d.]+)"/g)].map(
      ([, x, y]) => [Number(x), Number(y)] as const,
    );
    const xs = places.map(([x]) => x);
    expect(xs).toEqual([...xs].sort((a, b) => a - b));
    expect(places[4]?.[1]).toBeLessThan(places[3]?.[1] as number);
  });
});

describe("evaluationVerdict()", () => {
  const verdictOn = (loses: readonly string[], rows: readonly (typeof ROWS)[number][] = ROWS) => {
    const summary = summaryOf(rows, loses);
    return evaluationVerdict({ fronts: frontsOf(summary), comparisons: summary.comparisons });
  };

  it("names the method to use, those within chance of it, and the cheapest of them", () => {
    expect(verdictOn(["random", "gradient", "slow gradient"])).toEqual({
      headline: "Use best here",
      reasons:
        "Most faithful on 40 inputs: faithfulness 0.400, 100 model evaluations. Within chance of it: dear, cheap. The cheapest of them is cheap (30 model evaluations instead of 100).",
    });
    expect(verdictOn(ROWS.map(([name]) => name))?.reasons).toContain(
      "Every other method is behind it by more than chance",
    );
  });

  it("does not choose where most methods cannot be told apart, or chance is as good", () => {
    expect(verdictOn(["random"])?.headline).toBe(
      "Too few inputs to tell: 5 of 5 methods are within chance of the best",
    );
    expect(verdictOn([])?.headline).toBe("No method is clearly better than a random order here");
  });

  it("asks for a method that is good with every replacement", () => {
    const [a, b] = [summaryOf(ROWS, ["random", "gradient", "slow gradient", "dear"]), summaryOf(ROWS, ["random"])];
    const [front] = frontsOf(a);
    const [other] = frontsOf({ ...b, comparisons: b.comparisons });
    const swapped = { ...(other ?? expect.fail()), figure: "faithfulness (blur)", best: "dear" };
    const only = { ...swapped, points: swapped.points.map((p) => ({ ...p, withinBest: p.method === "dear" })) };
    const wins = b.comparisons.map((one) => ({
      ...one,
      figure: "faithfulness (blur)",
      method: "dear",
      winner: "dear",
    }));
    const told = evaluationVerdict({
      fronts: [front ?? expect.fail(), only],
      comparisons: [...a.comparisons, ...wins],
    });
    expect(told?.headline).toBe("It depends on what stands in for removed features");
    expect(told?.reasons).toContain("best by faithfulness (0.400) and dear by faithfulness (blur) (0.390)");
  });

  it("is none without fronts", () => {
    expect(evaluationVerdict({ fronts: [], comparisons: [] })).toBeNull();
  });
});

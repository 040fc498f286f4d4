import { describe, expect, it } from "vitest";
import type { Evaluation } from "../../evaluation/evaluation.ts";
import { agreementMarkdown, agreementPlot, methodAgreement } from "./agreement.ts";

/** An evaluation of the attributions of two methods on some inputs, as far as this report reads it. */
function evaluationOf(maps: readonly (readonly [readonly number[], readonly number[] | null])[]): Evaluation {
  const inputs = maps.map(([one, other]) => ({
    measurements: { "<one>": { attributions: one }, other: { attributions: other } },
  }));
  return { methods: [{ name: "<one>" }, { name: "other" }], inputs } as unknown as Evaluation;
}

describe("the agreement between methods", () => {
  it("by hand: the same order (1) and the reverse of three (-1) and two swapped of three (0.5), mean 1/6", () => {
    const found = methodAgreement(
      evaluationOf([
        [
          [3, 2, 1],
          [30, 20, 10],
        ],
        [
          [3, 2, 1],
          [-3, -2, -1],
        ],
        [
          [3, 2, 1],
          [2, 3, 1],
        ],
      ]),
    );
    expect(found?.inputs).toBe(3);
    expect(found?.correlations[0]?.[1]).toBeCloseTo(1 / 6, 12);
    expect(found?.correlations[1]?.[0]).toBeCloseTo(1 / 6, 12);
    expect(found?.correlations[0]?.[0]).toBeCloseTo(1, 12);
  });

  it("leaves out inputs that a method has no attributions of, and those of two features", () => {
    const found = methodAgreement(
      evaluationOf([
        [[1, 2, 3], null],
        [
          [1, 2],
          [2, 1],
        ],
        [
          [1, 2, 3],
          [1, 2, 3],
        ],
      ]),
    );
    expect(found).toMatchObject({
      inputs: 1,
      correlations: [
        [1, 1],
        [1, 1],
      ],
    });
  });

  it("is left out of reports where nothing of it was measured", () => {
    const nothing = evaluationOf([[[1, 2, 3], null]]);
    expect(agreementMarkdown(nothing)).toEqual([]);
    expect(agreementPlot(nothing)).toBeNull();
  });

  it("is a table with escaped names, shaded by strength", () => {
    const evaluation = evaluationOf([
      [
        [1, 2, 3],
        [3, 2, 1],
      ],
    ]);
    const page = String(agreementPlot(evaluation));
    expect(page).toContain("&lt;one&gt;");
    expect(page).toContain("--tone:#d55e00;--share:60%");
    expect(agreementMarkdown(evaluation).join("\n")).toContain("−1.00");
  });
});

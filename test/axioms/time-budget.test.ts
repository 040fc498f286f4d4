/** @file Random points and limited time: what is promised of them on the built-in model. */

import { explain, InvalidOptionError, type LoadedModel, loadModel } from "@calig/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import "../support/matchers.ts";

const TEXT = "A gripping, beautifully shot film that forgets to end.";

let model: LoadedModel;
beforeAll(async () => {
  model = await loadModel("sst2");
});
afterAll(() => model.dispose());

describe("quadrature stochastic", () => {
  it("comes close to the exact integrals, within a few standard errors", async () => {
    const exact = await explain(model, TEXT, { tolerance: 0.002 });
    const random = await explain(model, TEXT, { quadrature: "stochastic", steps: 40 });
    random.blocks.forEach(({ completeness: { standardError = Number.NaN, sum, delta, points } }, l) => {
      expect(points).toBe(40);
      expect(Math.abs(delta)).toBeLessThan(5 * standardError + 1e-3);
      expect(Math.abs(sum - (exact.blocks[l]?.completeness.sum ?? 0))).toBeLessThan(5 * standardError + 0.02);
    });
  });

  it("is the same for the same seed, and another for another", async () => {
    const of = async (seed: number) =>
      (await explain(model, TEXT, { quadrature: "stochastic", steps: 6, seed })).attribution;
    expect(await of(1)).toEqual(await of(1));
    expect(await of(1)).not.toEqual(await of(2));
  });

  it("is refined until error and standard error are within the tolerance, or says what was reached", async () => {
    const { blocks, warnings } = await explain(model, TEXT, { quadrature: "stochastic", tolerance: 0.05 });
    const warned = warnings.find(({ code }) => code === "not-converged")?.message ?? "";
    for (const { index, completeness } of blocks) {
      const { relativeError, standardError = Number.NaN, scoreAtInput, scoreAtBaseline, converged } = completeness;
      const relative = standardError / Math.abs(scoreAtInput - scoreAtBaseline);
      expect(converged).toBe(relativeError <= 0.05 && relative <= 0.05);
      if (!converged) expect(warned).toMatch(new RegExp(`block ${index} \\([\\d.]+ %, standard error [\\d.]+ %`));
    }
  });
});

describe("timeBudget", () => {
  /** The model with a clock on which every look takes `tick` milliseconds. */
  const slow = (tick: number): LoadedModel => {
    let time = 0;
    const now = () => {
      time += tick;
      return time;
    };
    return { ...model, platform: { ...model.platform, now } };
  };

  it.each([["gauss-legendre", 2] as const, ["stochastic", 2] as const, ["spline", 3] as const])(
    "has an estimate of every block however short, %s",
    async (quadrature, first) => {
      const { blocks, warnings } = await explain(slow(1000), TEXT, { quadrature, timeBudget: 1, tolerance: 1e-6 });
      expect(blocks.map(({ completeness }) => completeness.points)).toEqual(blocks.map(() => first));
      expect(warnings).toContainEqual({
        code: "not-converged",
        message: expect.stringMatching(/: the time was used before it was met; allow more$/),
      });
    },
  );

  it("refines as far as the time goes, and to the tolerance when there is plenty", async () => {
    const error = async (timeBudget: number) => {
      const { blocks } = await explain(slow(10), TEXT, { timeBudget, memory: 20e6 });
      return Math.max(...blocks.map(({ completeness }) => completeness.relativeError));
    };
    const [short, long, longest] = [await error(0.05), await error(0.2), await error(1000)];
    expect(short).toBeGreaterThan(longest);
    expect(long).toBeGreaterThanOrEqual(longest);
    expect(longest).toBeLessThanOrEqual(0.01);
  });

  it("gives the numbers of an explanation without it where the time suffices", async () => {
    const free = await explain(model, TEXT);
    const { attribution, warnings } = await explain(model, TEXT, { timeBudget: 1000 });
    expect(warnings).toEqual(free.warnings);
    expect(attribution).toBeAllClose(free.attribution, { rtol: 1e-3, atol: 1e-5 });
  });

  it("refuses what makes no sense", async () => {
    await expect(explain(model, TEXT, { timeBudget: 0 })).rejects.toThrow(InvalidOptionError);
    await expect(explain(model, TEXT, { timeBudget: 1, steps: 5 })).rejects.toThrow(
      /Cannot use timeBudget 1 with steps 5: it has no effect there/,
    );
  });
});

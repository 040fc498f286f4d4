import { describe, expect, test } from "vitest";
import { orderPercentile } from "./random-orders.ts";

const WEIGHTS = [5, -3, 1, 0.5, -0.2, 2];
/** The sum of what is kept. */
const values = async (variants: readonly Uint8Array[]) =>
  variants.map((kept) => kept.reduce((sum, is, i) => sum + is * (WEIGHTS[i] as number), 0));

describe("orderPercentile()", () => {
  test("is 1 for the best order, 0 for the worst, one half where every order is as good", async () => {
    const best = await orderPercentile(WEIGHTS, { values }, 0);
    expect(best).toMatchObject({ orders: 100, steps: 6 });
    expect(best.percentile).toBeGreaterThan(0.98);
    const worst = await orderPercentile(
      WEIGHTS.map((weight) => -weight),
      { values },
      0,
    );
    expect(worst.percentile).toBeLessThan(0.02);
    expect(worst.faithfulness).toBeCloseTo(-best.faithfulness, 12);
    const flat = async (variants: readonly Uint8Array[]) => variants.map(() => 1);
    expect((await orderPercentile(WEIGHTS, { values: flat }, 0)).percentile).toBe(0.5);
  });
});

import { describe, expect, it } from "vitest";
import { subjectOf } from "../../../../../test/support/subject.ts";
import { createRandom } from "../../util/random.ts";
import type { Kept } from "../features.ts";
import type { Metric, Subject } from "../metric.ts";
import { comprehensiveness } from "./comprehensiveness.ts";
import { curveArea, stepSizes } from "./curve.ts";
import { curves, resampledCurve } from "./curves.ts";
import { deletion } from "./deletion.ts";
import { faithfulness } from "./faithfulness.ts";
import { insertion } from "./insertion.ts";
import { logOdds } from "./log-odds.ts";
import { margin } from "./margin.ts";
import { perturbationAuc } from "./perturbation-auc.ts";
import { rank } from "./rank.ts";
import { sufficiency } from "./sufficiency.ts";

/** The only number of a metric that gives one. */
async function numberOf(metric: Metric, subject: Subject): Promise<number> {
  const measured = (await metric.measure(subject)) ?? [];
  expect(measured).toHaveLength(1);
  return measured[0] as number;
}

/** Four features worth 4/8, 2/8, 1/8 and nothing, above 1/8 for an empty input; the text order is not that of the worth. */
const WORTH = [1, 0, 4, 2];
const worked = () =>
  subjectOf({
    attribution: WORTH,
    probability: (kept) => (1 + kept.reduce((sum, kept, i) => sum + kept * (WORTH[i] as number), 0)) / 8,
  });

describe("stepSizes()", () => {
  it("removes one feature per step of a short input, and all of a long one in 32 even steps", () => {
    expect(stepSizes(3, 32)).toEqual([0, 1, 2, 3]);
    const long = stepSizes(100, 32);
    expect(long).toHaveLength(33);
    expect([long[0], long[1], long[16], long[32]]).toEqual([0, 3, 50, 100]);
    const growth = long.slice(1).map((size, i) => size - (long[i] as number));
    expect([Math.min(...growth), Math.max(...growth)]).toEqual([3, 4]);
  });
});

describe("curveArea()", () => {
  it("is (sum - first/2 - last/2) / n: of 1, 0.5, 0: 0.5; of a constant: the constant", () => {
    expect(curveArea([1, 0.5, 0])).toBe(0.5);
    expect(curveArea([0.3, 0.3, 0.3, 0.3])).toBeCloseTo(0.3, 12);
    expect(curveArea([1, 0])).toBe(0.5);
  });
});

describe("curves", () => {
  it("has the area of the curve it is read from, at places that inputs of any length share", async () => {
    const values = [1, 0.4, 0.3, 0.1];
    const resampled = resampledCurve(values, [0, 1, 2, 3]);
    expect(resampled).toHaveLength(21);
    expect([resampled[0], resampled[20]]).toEqual([1, 0.1]);
    // Half of three features lies between one (0.4) and two (0.3).
    expect(resampled[10]).toBeCloseTo(0.35, 12);
    const numbers = (await curves.measure(worked())) as readonly number[];
    expect(numbers).toHaveLength(42);
    expect(curveArea(numbers.slice(0, 21))).toBeCloseTo(0.359375, 12);
  });
});

describe("deletion and insertion", () => {
  it("deletion by hand: p = 8/8, 4/8, 2/8, 1/8, 1/8; (2 - 1/2 - 1/16) / 4 = 0.359375", async () => {
    const subject = worked();
    expect(await numberOf(deletion, subject)).toBeCloseTo(0.359375, 12);
    expect(subject.asked).toEqual(["1111", "1101", "1100", "0100", "0000"]);
  });

  it("insertion by hand: p = 1/8, 5/8, 7/8, 8/8, 8/8; (29/8 - 1/16 - 1/2) / 4 = 0.765625", async () => {
    const subject = worked();
    expect(await numberOf(insertion, subject)).toBeCloseTo(0.765625, 12);
    expect(subject.asked).toEqual(["0000", "0010", "0011", "1011", "1111"]);
  });

  it("faithfulness is their difference: 0.40625", async () => {
    expect(await numberOf(faithfulness, worked())).toBeCloseTo(0.40625, 12);
  });

  it("are 0.5 each, and faithfulness 0, for any order of features that count alike", async () => {
    const probability = (kept: readonly number[]) => kept.reduce((sum, one) => sum + one, 0) / kept.length;
    const subject = subjectOf({ attribution: [3, -1, 2, 9, 0], probability });
    expect(await numberOf(deletion, subject)).toBeCloseTo(0.5, 12);
    expect(await numberOf(insertion, subject)).toBeCloseTo(0.5, 12);
    expect(await numberOf(faithfulness, subject)).toBeCloseTo(0, 12);
  });

  it("put equal features in the order of the text", async () => {
    const subject = subjectOf({ attribution: [0, 0, 0] });
    await deletion.measure(subject);
    expect(subject.asked).toEqual(["111", "011", "001", "000"]);
  });

  it("of an additive model no order has a smaller deletion than that of the true worth", async () => {
    const best = await numberOf(deletion, worked());
    const random = createRandom(0);
    for (let i = 0; i < 30; i++) {
      const { probe } = worked();
      const other = subjectOf({ attribution: random.shuffle(WORTH) });
      expect(await numberOf(deletion, { ...other, probe })).toBeGreaterThanOrEqual(best);
    }
  });
});

describe("comprehensiveness and sufficiency", () => {
  it("comprehensiveness by hand: 1, 5, 10 and 20 % of four features are one: 1 - 4/8, 50 % are two: 1 - 2/8; mean 0.55", async () => {
    expect(await numberOf(comprehensiveness, worked())).toBeCloseTo(0.55, 12);
  });

  it("sufficiency by hand: four times 1 - 5/8, once 1 - 7/8; mean 0.325", async () => {
    expect(await numberOf(sufficiency, worked())).toBeCloseTo(0.325, 12);
  });

  it("log-odds by hand: four times ln 1/2, once ln 1/4; mean -0.831777", async () => {
    expect(await numberOf(logOdds, worked())).toBeCloseTo((4 * Math.log(0.5) + Math.log(0.25)) / 5, 12);
  });

  it("log-odds stays finite where nothing is left", async () => {
    const subject = subjectOf({ attribution: [1, 1], probability: (kept) => (kept.includes(0) ? 0 : 1) });
    expect(await numberOf(logOdds, subject)).toBeCloseTo(Math.log(1e-9), 9);
  });

  it("remove ceil(share x features): 1, 3, 5, 10 and 25 of 50", async () => {
    const removed = async (count: number) => {
      const subject = subjectOf({ attribution: Array.from({ length: count }, (_, i) => -i) });
      await comprehensiveness.measure(subject);
      return subject.asked.slice(1).map((kept) => kept.split("0").length - 1);
    };
    expect(await removed(50)).toEqual([1, 3, 5, 10, 25]);
    // 0.1 * 30 and 0.05 * 60 are a little more than 3 in binary: still three features.
    expect(await removed(30)).toEqual([1, 2, 3, 6, 15]);
    expect(await removed(60)).toEqual([1, 3, 6, 12, 30]);
    expect(await removed(1)).toEqual([1, 1, 1, 1, 1]);
  });
});

describe("perturbation AUC", () => {
  it("by hand: ten features, predicted while feature 0 is there and any four others", async () => {
    const attribution = [10, 9, 8, 7, 6, 5, 4, 3, 2, 1];
    const probability = (kept: readonly number[]) =>
      kept[0] === 1 && kept.reduce((sum, one) => sum + one, 0) >= 5 ? 0.9 : 0.1;
    // Most relevant first: feature 0 is gone at once. Least first: predicted at 10..50 %, (5 - 1/2) / 8 = 0.5625.
    expect(await perturbationAuc.measure(subjectOf({ attribution, probability }))).toBeAllClose([0, 0.5625]);
  });

  it("is 1 for a prediction that never changes, both ways", async () => {
    expect(await perturbationAuc.measure(subjectOf({ attribution: [1, 2, 3] }))).toBeAllClose([1, 1]);
  });
});

describe("against definitions written out", () => {
  /** Random models: a probability for each of the 2^6 variants of six features. */
  it("agree on random models", async () => {
    for (let seed = 0; seed < 20; seed++) {
      const random = createRandom(`model ${seed}`);
      const table = Array.from({ length: 64 }, () => random.next());
      const attribution = Array.from({ length: 6 }, () => random.next() - 0.5);
      const p = (features: readonly number[]) =>
        table[features.reduce((code, feature) => code + 2 ** feature, 0)] as number;
      const order = [...attribution.keys()].sort((a, b) => (attribution[b] as number) - (attribution[a] as number));
      const all = [0, 1, 2, 3, 4, 5];
      const minus = (features: readonly number[]) => all.filter((feature) => !features.includes(feature));
      const subject = subjectOf({
        attribution,
        probability: (kept) => p(all.filter((feature) => kept[feature] === 1)),
      });
      const trapezoid = (values: readonly number[]) =>
        values.slice(1).reduce((sum, value, i) => sum + (value + (values[i] as number)) / 2, 0) / (values.length - 1);
      const steps = [0, 1, 2, 3, 4, 5, 6];
      const top = [1, 1, 1, 2, 3].map((k) => order.slice(0, k)); // ceil of 0.06, 0.3, 0.6, 1.2, 3
      const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
      const expected = {
        deletion: trapezoid(steps.map((k) => p(minus(order.slice(0, k))))),
        insertion: trapezoid(steps.map((k) => p(order.slice(0, k)))),
        comprehensiveness: mean(top.map((features) => p(all) - p(minus(features)))),
        sufficiency: mean(top.map((features) => p(all) - p(features))),
        logOdds: mean(top.map((features) => Math.log(p(minus(features)) / p(all)))),
      };
      expect([
        await numberOf(deletion, subject),
        await numberOf(insertion, subject),
        await numberOf(comprehensiveness, subject),
        await numberOf(sufficiency, subject),
        await numberOf(logOdds, subject),
      ]).toBeAllClose(Object.values(expected), { rtol: 1e-10 });
    }
  });
});

describe("margin and rank", () => {
  /** What the features that are kept are worth. */
  const kept = (variant: Kept) => variant.reduce((sum: number, one, i) => sum + one * (WORTH[i] as number), 0);

  it("margin-deletion is the area while features are removed, margin-insertion that while they are restored", async () => {
    const subject = worked();
    // 1, 0, -0.5, -0.75, -0.75 while they go; -0.75, 0.25, 0.75, 1, 1 while they come.
    expect(await margin.measure(subject)).toEqual([
      (1 / 2 - 0.5 - 0.75 - 0.75 / 2) / 4,
      (-0.75 / 2 + 0.25 + 0.75 + 1 + 1 / 2) / 4,
    ]);
    const outputs = async (variants: readonly Kept[]) =>
      (await subject.probe.outputs(variants)).map(({ margin: _, ...output }) => output);
    expect(await margin.measure({ ...subject, probe: { ...subject.probe, outputs } })).toBeUndefined();
  });

  it("rank-deletion and rank-insertion are areas of 1 / rank", async () => {
    const ranks = async (variants: readonly Kept[]) => variants.map((one) => (kept(one) > 3 ? 1 : 2));
    // 1, 0.5, ... while they go; 0.5, 1, 1, ... while they come.
    expect(await rank.measure({ ...worked(), ranks })).toEqual([
      (1 / 2 + 0.5 + 0.5 + 0.5 + 0.5 / 2) / 4,
      (0.5 / 2 + 1 + 1 + 1 + 1 / 2) / 4,
    ]);
    expect(await rank.measure(worked())).toBeUndefined();
  });
});

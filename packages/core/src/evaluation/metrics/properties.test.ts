import { describe, expect, it } from "vitest";
import { subjectOf } from "../../../../../test/support/subject.ts";
import type { Change, Metric, Subject } from "../metric.ts";
import { METRICS, metricByName } from "../metrics.ts";
import { completenessError } from "./completeness-error.ts";
import { complexity } from "./complexity.ts";
import { contextSensitivity } from "./context-sensitivity.ts";
import { cost } from "./cost.ts";
import { infidelity } from "./infidelity.ts";
import { leaveOneOut } from "./leave-one-out.ts";
import { maxSensitivity } from "./max-sensitivity.ts";
import { sparseness } from "./sparseness.ts";

const measured = async (metric: Metric, subject: Subject) => (await metric.measure(subject)) as readonly number[];

/** A score to which every feature adds its worth. */
const additive = (worth: readonly number[]) => (kept: readonly number[]) =>
  kept.reduce((sum, one, feature) => sum + one * (worth[feature] as number), 0);

describe("infidelity", () => {
  const worth = [2, -1, 0.5, 4];

  it("is 0 for the worth of the features of an additive score", async () => {
    const subject = subjectOf({ attribution: worth, score: additive(worth) });
    expect(await measured(infidelity, subject)).toBeAllClose([0, 0], { atol: 1e-12 });
  });

  it("scaled, is 0 for any multiple of it; unscaled, is the mean square of what is missing", async () => {
    const half = subjectOf({ attribution: worth.map((value) => value / 2), score: additive(worth) });
    const [scaled, unscaled] = await measured(infidelity, half);
    expect(scaled).toBeCloseTo(0, 12);
    const nothing = subjectOf({ attribution: [0, 0, 0, 0], score: additive(worth) });
    const [, square] = await measured(infidelity, nothing);
    // Half of every loss is missing: a quarter of its square.
    expect(unscaled).toBeCloseTo((square as number) / 4, 12);
  });

  it("by hand: one feature worth 3 with attribution 1: (1 - 3)^2", async () => {
    const subject = subjectOf({ attribution: [1], score: additive([3]) });
    expect(await measured(infidelity, subject)).toBeAllClose([0, 4], { atol: 1e-12 });
  });

  it("removes the same sets for every method", async () => {
    const [a, b] = [subjectOf({ attribution: [1, 2, 3] }), subjectOf({ attribution: [5, 0, -3] })];
    await infidelity.measure(a);
    await infidelity.measure(b);
    expect(a.asked).toEqual(b.asked);
    expect(a.asked).toHaveLength(31);
  });
});

describe("agreement with leaving one out", () => {
  it("by hand: losses 0.4, 0.3, 0.1 against 3, 1, 2: two of three pairs agree, tau = 1/3", async () => {
    const subject = subjectOf({ attribution: [3, 1, 2], probability: (kept) => 0.2 + additive([0.4, 0.3, 0.1])(kept) });
    expect(await measured(leaveOneOut, subject)).toBeAllClose([1 / 3]);
  });

  it("is 0 where all attributions are equal, and does not apply to one feature", async () => {
    const probability = additive([0.4, 0.3]);
    expect(await leaveOneOut.measure(subjectOf({ attribution: [1, 1], probability }))).toEqual([0]);
    expect(await leaveOneOut.measure(subjectOf({ attribution: [1] }))).toBeUndefined();
  });
});

describe("shape of a map", () => {
  it("sparseness by hand: 0, 1, 3: (0 + 0 + 2 x 3) / (3 x 4) = 1/2; signs do not matter", async () => {
    expect(await measured(sparseness, subjectOf({ attribution: [-3, 0, 1] }))).toBeAllClose([0.5]);
    expect(await sparseness.measure(subjectOf({ attribution: [2, 2, -2] }))).toEqual([0]);
    expect(await measured(sparseness, subjectOf({ attribution: [0, 0, 0, 5] }))).toBeAllClose([0.75]);
    expect(await sparseness.measure(subjectOf({ attribution: [0, 0] }))).toEqual([0]);
  });

  it("complexity by hand: shares 1/2, 1/4, 1/4: 1.5 ln 2; one feature 0; nothing ln 2", async () => {
    expect(await measured(complexity, subjectOf({ attribution: [2, -1, 1, 0] }))).toBeAllClose([1.5 * Math.LN2]);
    expect(await measured(complexity, subjectOf({ attribution: [0, 3] }))).toBeAllClose([0]);
    expect(await measured(complexity, subjectOf({ attribution: [0, 0] }))).toBeAllClose([Math.LN2]);
  });
});

describe("completeness error and cost", () => {
  it("are what the explanation says of itself; a method without a baseline has none", async () => {
    const completeness = { scoreAtInput: 3, scoreAtBaseline: 1, delta: 0.1, relativeError: 0.05 };
    const subject = subjectOf({
      attribution: [1],
      completeness,
      cost: { milliseconds: 12, modelEvaluations: 34, peakBytes: 5 },
    });
    expect(await completenessError.measure(subject)).toEqual([0.05]);
    expect(await cost.measure(subject)).toEqual([12, 34]);
    expect(await completenessError.measure(subjectOf({ attribution: [1], completeness: null }))).toBeUndefined();
  });
});

describe("max-sensitivity", () => {
  it("by hand: features 3, 4, 12 whose others double when feature 2 is replaced, and stay otherwise: 5/5 = 1", async () => {
    const attribution = [3, 4, 12];
    const explainChanged = async (change: Change) => ({
      attribution: change.kind === "removed" && change.features[0] === 2 ? [6, 8, 99] : attribution,
      value: 1,
    });
    expect(await measured(maxSensitivity, subjectOf({ attribution, explainChanged }))).toBeAllClose([1]);
  });

  it("is 0 for a method that says the same of every input, and replaces at most ten features", async () => {
    const changes: Change[] = [];
    const attribution = Array.from({ length: 30 }, (_, i) => i);
    const explainChanged = async (change: Change) => {
      changes.push(change);
      return { attribution, value: 1 };
    };
    expect(await maxSensitivity.measure(subjectOf({ attribution, explainChanged }))).toEqual([0]);
    expect(new Set(changes.map((change) => JSON.stringify(change))).size).toBe(10);
  });
});

describe("context sensitivity", () => {
  /** Twenty features of which the last four are on top: 17, 18, 19, 20. */
  const attribution = Array.from({ length: 20 }, (_, i) => i + 1);

  it("is 0 for a method that looks at each feature alone", async () => {
    const probability = () => 0.75;
    expect(await measured(contextSensitivity, subjectOf({ attribution, probability }))).toBeAllClose([
      0, 0, 0, 0, 0, 0,
    ]);
  });

  it("by hand: kept features lose half and turn around, the probability falls from 0.75 to 0.5", async () => {
    const explainChanged = async () => ({
      attribution: attribution.map((_, i) => (i < 16 ? i + 1 : (36 - i) / 2)), // 20, 19, 18, 17 halved
      value: 0.5,
    });
    const subject = subjectOf({ attribution, probability: () => 0.75, explainChanged });
    const [drop, reordering, change] = await measured(contextSensitivity, subject);
    expect([drop, reordering, change] as number[]).toBeAllClose([0.5, 2, 0.25], { rtol: 1e-10 });
  });

  it("keeps a drop within 0..1: growth is none, a change of sign is all", async () => {
    const explain = (factor: number) => async () => ({
      attribution: attribution.map((value) => value * factor),
      value: 1,
    });
    const grown = await measured(contextSensitivity, subjectOf({ attribution, explainChanged: explain(3) }));
    const turned = await measured(contextSensitivity, subjectOf({ attribution, explainChanged: explain(-3) }));
    expect([grown[0], turned[0]]).toEqual([0, 1]);
  });

  it("moves the others only, in ten orders for the top features and ten for random ones", async () => {
    const orders: (readonly number[])[] = [];
    const explainChanged = async (change: Change) => {
      if (change.kind === "permuted") orders.push(change.others);
      return { attribution, value: 1 };
    };
    await contextSensitivity.measure(subjectOf({ attribution, explainChanged }));
    expect(orders).toHaveLength(20);
    for (const others of orders.slice(0, 10)) {
      expect([...others].sort((a, b) => a - b)).toEqual(Array.from({ length: 16 }, (_, i) => i));
    }
    expect(new Set(orders.slice(0, 10).map(String)).size).toBe(10);
  });

  it("does not apply where there is nothing to put in another order", async () => {
    expect(await contextSensitivity.measure(subjectOf({ attribution: [1, 2, 3, 4] }))).toBeUndefined();
  });
});

describe("METRICS", () => {
  it("have names and figures of their own, and say in one line what they are", () => {
    const names = METRICS.map(({ name }) => name);
    const figures = METRICS.flatMap((metric) => metric.figures.map(({ name }) => name));
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(figures).size).toBe(figures.length);
    for (const { summary } of METRICS) expect(summary).toMatch(/^[^\n]+[^.\n]$/);
  });

  it("are found by name; an unknown one lists them", () => {
    expect(metricByName("deletion").name).toBe("deletion");
    expect(() => metricByName("magic")).toThrow('Unknown metric "magic": use one of "deletion", "insertion"');
  });

  it("give the numbers that their figures read, whatever the scale of the attributions", async () => {
    for (const metric of METRICS) {
      const subject = (scale: number) =>
        subjectOf({
          attribution: [0.5, -0.2, 0.9, 0.1, 0.3, -0.4].map((value) => value * scale),
          rationale: [1, 0, 1, 0, 0, 0],
          rationaleShare: 0.3,
          polarities: [1, 0, 1, 0, -1, -1],
          parts: [0.2, 0.7, -0.4].map((value, p) => ({ attribution: value * scale, relevant: p === 0 })),
          ranks: async (variants) => variants.map((kept) => 1 + kept.filter((there) => there === 0).length),
          probability: (kept) => (1 + additive([1, 2, 3, 0, 1, 1])(kept)) / 9,
        });
      const [one, ten] = [await measured(metric, subject(1)), await measured(metric, subject(10))];
      const values = metric.figures.map((figure) => figure.of(one));
      expect({ metric: metric.name, finite: values.every(Number.isFinite) }).toEqual({
        metric: metric.name,
        finite: true,
      });
      // Only the unscaled infidelity knows the unit of the attributions.
      const scaleFree = metric.figures.filter(({ name }) => name !== "infidelity-unscaled");
      expect(scaleFree.map((figure) => figure.of(ten))).toBeAllClose(
        scaleFree.map((figure) => figure.of(one)),
        { rtol: 1e-9, atol: 1e-12 },
      );
    }
  });
});

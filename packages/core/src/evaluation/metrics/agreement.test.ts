import { describe, expect, it } from "vitest";
import { subjectOf } from "../../../../../test/support/subject.ts";
import type { Metric, Subject } from "../metric.ts";
import { auprc } from "./auprc.ts";
import { energyInMask } from "./energy-in-mask.ts";
import { iouF1 } from "./iou-f1.ts";
import { pointingGame } from "./pointing-game.ts";
import { signAccuracy } from "./sign-accuracy.ts";
import { tokenF1 } from "./token-f1.ts";
import { tokenF1AtK } from "./token-f1-at-k.ts";

/** The figures of a metric over some inputs. */
async function figures(metric: Metric, subjects: readonly Subject[]): Promise<Record<string, number>> {
  const measured = (await Promise.all(subjects.map((subject) => metric.measure(subject)))) as number[][];
  const means = (measured[0] as number[]).map(
    (_, i) => measured.reduce((sum, numbers) => sum + (numbers[i] as number), 0) / measured.length,
  );
  return Object.fromEntries(metric.figures.map(({ name, of }) => [name, of(means)]));
}

/** Six features, of which people marked 1, 2 and 4; the method says 1 > 2 > 3 > 0 > 5 > 4. */
const ONE = { attribution: [0.1, 0.9, 0.8, 0.5, -0.4, 0], rationale: [0, 1, 1, 0, 1, 0], rationaleShare: 0.5 };
/** Four features, of which people marked 3; the method says 3 > 0 > 1 > 2. */
const TWO = { attribution: [0.3, 0.2, 0.1, 0.4], rationale: [0, 0, 0, 1], rationaleShare: 0.5 };

describe("token-F1", () => {
  it("by hand: 2 of the top 3 are of the 3 marked, F1 2/3; 1 of the top 2 is the marked one, 2/3; pooled 6/9", async () => {
    expect(await figures(tokenF1, [subjectOf(ONE)])).toEqual({ "token-f1-macro": 2 / 3, "token-f1-micro": 2 / 3 });
    const both = await figures(tokenF1, [subjectOf(ONE), subjectOf({ ...TWO, rationaleShare: 0.25 })]);
    // The second has one feature on top, the marked one: F1 1. Mean (2/3 + 1) / 2; pooled 2 x 3 / (4 + 4).
    expect(both["token-f1-macro"]).toBeCloseTo(5 / 6, 12);
    expect(both["token-f1-micro"]).toBeCloseTo(6 / 8, 12);
  });

  it("at k by hand: the top 5 of six have 2 of 3 marked, 4/8; from k = 10 all six, 6/9", async () => {
    const measured = await figures(tokenF1AtK, [subjectOf(ONE)]);
    expect(Object.keys(measured)).toHaveLength(16);
    expect(measured["token-f1@5"]).toBeCloseTo(0.5, 12);
    expect(measured["token-f1@10"]).toBeCloseTo(2 / 3, 12);
    expect(measured["token-f1@80"]).toBeCloseTo(2 / 3, 12);
  });
});

describe("IOU-F1", () => {
  it("by hand: top span 1-3 meets marked 1-2 with 2/3 and not 4: P 1, R 1/2", async () => {
    const measured = await figures(iouF1, [subjectOf(ONE)]);
    expect(measured["iou-f1-macro"]).toBeCloseTo(2 / 3, 12);
    expect(measured["iou-f1-micro"]).toBeCloseTo(2 / 3, 12);
  });

  it("macro is the F1 of the means: of P 1, R 1/2 and P 1/2, R 1: 3/4, not the mean of 2/3 and 2/3", async () => {
    // The second has two spans on top, 0 and 3, of which 3 is the marked one.
    const measured = await figures(iouF1, [subjectOf(ONE), subjectOf(TWO)]);
    expect(measured["iou-f1-macro"]).toBeCloseTo(0.75, 12);
    // Pooled: 2 found, 3 spans on top, 3 marked.
    expect(measured["iou-f1-micro"]).toBeCloseTo(2 / 3, 12);
  });

  it("does not count a span that meets less than half", async () => {
    const subject = subjectOf({ attribution: [9, 8, 7, 0, 0, 0], rationale: [0, 0, 1, 0, 0, 0], rationaleShare: 0.5 });
    expect(await figures(iouF1, [subject])).toEqual({ "iou-f1-macro": 0, "iou-f1-micro": 0 });
  });
});

describe("AUPRC", () => {
  it("by hand: hits at ranks 1, 2, 6 of six: 1/3 + 1/3 + falling to 1/2 by trapezoids", async () => {
    // Precision 1, 1 | 2/3, 2/4, 2/5 at recall 2/3 | 3/6 at recall 1: 2/3 x 1 + 1/3 x (2/5 + 1/2) / 2.
    const measured = await figures(auprc, [subjectOf(ONE)]);
    expect(measured.auprc).toBeCloseTo(2 / 3 + 0.45 / 3, 12);
  });

  it("of equal scores is half way from 1 to the share of marks", async () => {
    const subject = subjectOf({ attribution: [1, 1, 1, 1], rationale: [1, 0, 0, 0] });
    expect((await figures(auprc, [subject])).auprc).toBeCloseTo((1 + 0.25) / 2, 12);
  });
});

describe("pointing game and energy in the mask", () => {
  it("by hand: the best feature is marked; 1.7 of 2.3 of the support is in the mask", async () => {
    expect(await figures(pointingGame, [subjectOf(ONE)])).toEqual({ "pointing-game": 1 });
    const other = subjectOf({ ...ONE, rationale: [1, 0, 0, 0, 0, 0] });
    expect(await figures(pointingGame, [subjectOf(ONE), other])).toEqual({ "pointing-game": 0.5 });
    expect((await figures(energyInMask, [subjectOf(ONE)]))["energy-in-mask"]).toBeCloseTo(1.7 / 2.3, 12);
  });

  it("no support at all is no energy in the mask", async () => {
    const subject = subjectOf({ attribution: [-1, -2], rationale: [1, 0] });
    expect(await figures(energyInMask, [subject])).toEqual({ "energy-in-mask": 0 });
  });
});

describe("sign accuracy", () => {
  it("by hand: of polarities +, -, -, + the method has +, +, -, 0: 2 of 4; neutral words do not count", async () => {
    const subject = subjectOf({ attribution: [0.1, 0.2, -5, 0, 7], polarities: [2, -1, -2, 1, 0] });
    expect(await figures(signAccuracy, [subject])).toEqual({ "sign-accuracy": 0.5 });
  });

  it("is pooled over the inputs: 1 of 1 and 0 of 3 are 1/4", async () => {
    const one = subjectOf({ attribution: [1], polarities: [1] });
    const three = subjectOf({ attribution: [1, 1, 1], polarities: [-1, -1, -2] });
    expect((await figures(signAccuracy, [one, three]))["sign-accuracy"]).toBeCloseTo(0.25, 12);
  });
});

describe("what nobody marked", () => {
  it.each([tokenF1, iouF1, auprc, tokenF1AtK, pointingGame, energyInMask])("$name does not apply", async (metric) => {
    expect(await metric.measure(subjectOf({ attribution: [1, 2] }))).toBeUndefined();
    expect(await metric.measure(subjectOf({ attribution: [1, 2], rationale: [0, 0] }))).toBeUndefined();
  });

  it("sign-accuracy does not apply", async () => {
    expect(await signAccuracy.measure(subjectOf({ attribution: [1, 2] }))).toBeUndefined();
    expect(await signAccuracy.measure(subjectOf({ attribution: [1, 2], polarities: [0, 0] }))).toBeUndefined();
  });
});

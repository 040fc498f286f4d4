import { describe, expect, it } from "vitest";
import type { Explanation, HeadActivation, Prediction } from "../attribution/explanation.ts";
import { activationOf, barShare, classesCaption, className, headKind, roleOf, targetValue, valueText } from "./head.ts";

/** An explanation as far as its head goes; rows are [label, logit, probability], by index, and are put best first. */
function headOf(
  rows: readonly (readonly [string, number, number | null])[],
  target = 0,
  activation?: HeadActivation,
): Explanation {
  const predictions = rows
    .map(([label, logit, probability], index): Prediction => ({ index, label, logit, probability }))
    .sort((a, b) => b.logit - a.logit);
  const [label, score, probability] = rows[target] as (typeof rows)[number];
  return {
    model: activation === undefined ? {} : { activation },
    predictions,
    target: { index: target, label, score, probability, kind: "logit" },
  } as unknown as Explanation;
}

const sentence = (explanation: Explanation): string =>
  roleOf(explanation)
    .map((piece) => (typeof piece === "string" ? piece : piece.name))
    .join("");

describe("heads", () => {
  it("one class of several: shares of one", () => {
    const head = headOf(
      [
        ["no", -1, 0.12],
        ["yes", 1, 0.88],
      ],
      0,
      "softmax",
    );
    expect(headKind(head)).toBe("classes");
    expect(targetValue(head)).toBe("12.0%");
    expect(sentence(head)).toBe("Not what the model predicts, which is yes with 88.0%");
  });

  it("regression: a number, no bar, no per cent", () => {
    const head = headOf([["similarity", -0.8912, null]], 0, "none");
    expect(headKind(head)).toBe("numbers");
    expect(targetValue(head)).toBe("−0.891");
    expect(barShare(head, head.predictions[0] as Prediction)).toBeNull();
    expect(`${sentence(head)} ${classesCaption(head)}`).not.toMatch(/%|class/);
  });

  it("several numbers: the largest of them, or one", () => {
    const rows = [
      ["a", 12345.678, null],
      ["b", 0.00012, null],
    ] as const;
    expect(sentence(headOf(rows, 0, "none"))).toMatch(/^The largest of the 2 numbers/);
    expect(sentence(headOf(rows, 1, "none"))).toMatch(/^One of the 2 numbers/);
    expect(rows.map(([, logit, probability]) => valueText(headOf(rows, 0, "none"), { logit, probability }))).toEqual([
      "12345.678",
      "0.000120",
    ]);
  });

  it("one output: its sigmoid says yes or no", () => {
    expect(sentence(headOf([["spam", 2, 0.88]], 0, "sigmoid"))).toMatch(/says yes: its sigmoid is above 50%/);
    expect(sentence(headOf([["spam", -2, 0.12]], 0, "sigmoid"))).toMatch(/says no: its sigmoid is not above 50%/);
  });

  it("classes that are judged by themselves: each above 50 % is predicted, and nothing need add up", () => {
    const rows = [
      ["toxic", 2, 0.88],
      ["insult", 1, 0.73],
      ["threat", -1, 0.27],
    ] as const;
    expect(sentence(headOf(rows, 1, "sigmoid"))).toMatch(/^One of the 2 classes that the model predicts/);
    expect(sentence(headOf(rows, 2, "sigmoid"))).toMatch(/^Not predicted: .* above 50% are toxic and insult$/);
    expect(
      sentence(
        headOf(
          [
            ["toxic", -2, 0.12],
            ["insult", -3, 0.05],
          ],
          0,
          "sigmoid",
        ),
      ),
    ).toMatch(/none is above 50%/);
    expect(classesCaption(headOf(rows, 0, "sigmoid"))).toMatch(/need not add up to 100%/);
  });

  it("files of calig 0.1 do not say how probabilities were made: what they hold does", () => {
    expect(
      activationOf(
        headOf([
          ["no", -1, 0.12],
          ["yes", 1, 0.88],
        ]),
      ),
    ).toBe("softmax");
    expect(
      activationOf(
        headOf([
          ["toxic", 2, 0.88],
          ["insult", 1, 0.73],
        ]),
      ),
    ).toBe("sigmoid");
    const regression = headOf([["similarity", -0.8912, -0.8912]]);
    expect(activationOf(regression)).toBe("none");
    expect(targetValue(regression)).toBe("−0.891");
  });

  it("shows the index of classes with one name", () => {
    const head = headOf(
      [
        ["other", 1, 0.5],
        ["news", 0, 0.3],
        ["other", -1, 0.2],
      ],
      2,
      "softmax",
    );
    expect(head.predictions.map((prediction) => className(head, prediction))).toEqual([
      "other (#0)",
      "news",
      "other (#2)",
    ]);
    expect(sentence(head)).toBe("Not what the model predicts, which is other (#0) with 50.0%");
  });
});

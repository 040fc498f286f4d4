import { describe, expect, it } from "vitest";
import type { Prediction } from "../attribution/explanation.ts";
import type { Activation } from "../program/activation.ts";
import type { DatasetItem } from "./dataset.ts";
import { numberErrors } from "./number-errors.ts";
import { truthReader, verdictOf } from "./truth.ts";

const model = (activation: Activation, ...labels: string[]) =>
  ({ labels, activation, facts: { id: "m" } }) as unknown as Parameters<typeof truthReader>[0];

const items = (...labels: (string | number)[]): DatasetItem[] =>
  labels.map((label, i) => ({ line: i + 1, input: { text: "x" }, label }));

const read = (of: Parameters<typeof truthReader>[0], labels: readonly (string | number)[], target?: string) => {
  const all = items(...labels);
  return all.map(truthReader(of, all, target));
};

const predictions = (...rows: readonly (readonly [index: number, logit: number, probability: number | null])[]) =>
  rows.map(([index, logit, probability]): Prediction => ({ index, label: "", logit, probability }));

describe("truthReader()", () => {
  it("reads names and indices of classes", () => {
    const classes = (...indices: number[]) => indices.map((index) => ({ kind: "class", index }));
    expect(read(model("softmax", "no", "yes"), ["yes", "NO", "1", 0, "#1"])).toEqual(classes(1, 0, 1, 0, 1));
    // All are names, one is no index: the others are names, too.
    expect(read(model("softmax", "1", "2", "3"), ["1", "2", 3])).toEqual(classes(0, 1, 2));
    // One is an index and no name: the others are indices.
    expect(read(model("softmax", "1", "2", "3"), ["0", "1", "2"])).toEqual(classes(0, 1, 2));
  });

  it("refuses labels that mean several classes, or none", () => {
    expect(() => read(model("softmax", "1", "0"), ["0", "1"])).toThrow(
      /label "0" means several classes of the model "m"/,
    );
    expect(() => read(model("softmax", "a", "b", "a"), ["a"])).toThrow(/write the index, as "#0"/);
    expect(() => read(model("softmax", "a", "b"), ["c"])).toThrow('which has "a" (#0), "b" (#1)');
  });

  it("reads answers to one output, and numbers of a regression", () => {
    const yes = { kind: "answer", yes: true };
    const no = { kind: "answer", yes: false };
    expect(read(model("sigmoid", "spam"), [1, "0", "True", "no", "Spam", "1.0", "0.0"])).toEqual([
      yes,
      no,
      yes,
      no,
      yes,
      yes,
      no,
    ]);
    expect(() => read(model("sigmoid", "spam"), ["0.7"])).toThrow(/neither yes nor no/);
    expect(read(model("none", "grade"), [1.5, "-2e-1"])).toEqual([
      { kind: "number", value: 1.5 },
      { kind: "number", value: -0.2 },
    ]);
    expect(() => read(model("none", "grade"), ["good"])).toThrow('label "good" is no number');
    expect(() => read(model("none", "grade"), [" "])).toThrow("is no number");
  });

  it("compares one of several numbers only where it is named", () => {
    expect(read(model("none", "a", "b"), ["3"])).toEqual([undefined]);
    expect(read(model("none", "a", "b"), ["3"], "b")).toEqual([{ kind: "number", value: 3 }]);
  });
});

describe("verdictOf()", () => {
  it("judges the best class, each class by itself, or one output", () => {
    const three = predictions([2, 2, 0.9], [0, 1, 0.7], [1, -1, 0.2]);
    const truth = { kind: "class", index: 0 } as const;
    expect(verdictOf(model("softmax", "a", "b", "c"), three, 2, truth)).toEqual({ predicted: "c", correct: false });
    expect(verdictOf(model("sigmoid", "a", "b", "c"), three, 2, truth)).toEqual({ predicted: "c", correct: true });
    const one = predictions([0, -1, 0.27]);
    expect(verdictOf(model("sigmoid", "spam"), one, 0, { kind: "answer", yes: false })).toEqual({
      predicted: "not spam",
      correct: true,
    });
    expect(verdictOf(model("none", "grade"), predictions([0, 4.5, null]), 0, { kind: "number", value: 4 })).toEqual({
      predicted: "grade",
      number: { given: 4.5, true: 4 },
    });
  });
});

describe("numberErrors()", () => {
  it("gives the numbers of scipy.stats (pearsonr, spearmanr) and the means by hand", () => {
    const pairs = [
      [1, 1],
      [2, 3],
      [3, 2],
      [5.5, 4],
    ].map(([given = 0, right = 0]) => ({ given, true: right }));
    const errors = numberErrors(pairs, 0);
    expect(errors?.meanSquaredError.value).toBeCloseTo(1.0625, 12);
    expect(errors?.meanAbsoluteError.value).toBeCloseTo(0.875, 12);
    expect(errors?.pearson).toBeCloseTo(0.8356578380810946, 12);
    expect(errors?.spearman).toBeCloseTo(0.8, 12);
    expect(errors?.meanAbsoluteError.low).toBeLessThanOrEqual(0.875);
    expect(errors?.meanAbsoluteError.high).toBeGreaterThanOrEqual(0.875);
    expect(numberErrors(pairs, 0)).toEqual(errors);
  });

  it("has no correlation where a side is always the same, and nothing without pairs", () => {
    expect(
      numberErrors(
        [
          { given: 1, true: 2 },
          { given: 1, true: 3 },
        ],
        0,
      ),
    ).toMatchObject({ pearson: null, spearman: null });
    expect(numberErrors([], 0)).toBeNull();
  });
});

/** @file The evaluation of the built-in model on made-up reviews: what good and bad methods must look like. */

import { replacementOf } from "@calig/core/internal/attribution/replacement";
import type { Dataset } from "@calig/core/internal/evaluation/dataset";
import { type EvaluateOptions, evaluate, sampleDataset } from "@calig/core/internal/evaluation/evaluate";
import type { Evaluation } from "@calig/core/internal/evaluation/evaluation";
import type { MeasurementStore, StoredMeasurement } from "@calig/core/internal/evaluation/kept-measurements";
import { openInput } from "@calig/core/internal/evaluation/measure-input";
import type { Metric, Subject } from "@calig/core/internal/evaluation/metric";
import { metricByName } from "@calig/core/internal/evaluation/metrics";
import type { NamedMethod } from "@calig/core/internal/evaluation/named-methods";
import { type LoadedModel, loadModel } from "@calig/node/internal/node/load-model";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { spyMetric } from "../support/subject.ts";

const REVIEWS: readonly (readonly [text: string, label: string, marked: string])[] = [
  ["a gripping and beautiful film from start to finish", "positive", "gripping and beautiful"],
  ["the plot is a mess and the jokes are awful", "negative", "awful"],
  ["every scene in this movie is simply wonderful", "positive", "wonderful"],
  ["two tedious hours in the cinema about a bank", "negative", "tedious"],
];

const DATASET: Dataset = {
  name: "reviews",
  problems: [],
  items: REVIEWS.map(([text, label, marked], i) => {
    const start = text.indexOf(marked);
    return { line: i + 1, input: { text }, label, rationale: [{ start, end: start + marked.length }] };
  }),
};

const FAST = { method: "integrated-gradients", steps: 4, tolerance: 1000 } as const;
/** The last block knows little of single words; the embeddings do. */
const METHODS: readonly NamedMethod[] = [
  { name: "embeddings", options: { ...FAST, layers: [0] } },
  { name: "last block", options: { ...FAST, layers: [5] } },
];
const METRICS = ["deletion", "insertion", "faithfulness", "comprehensiveness", "auprc", "token-f1"].map(metricByName);

let model: LoadedModel;
/** Everything measured once; the tests look at it. */
let whole: Evaluation;
beforeAll(async () => {
  model = await loadModel("sst2");
  whole = await run();
});
afterAll(() => model.dispose());

const run = (options: Partial<EvaluateOptions> = {}) =>
  evaluate(model, DATASET, { namedMethods: METHODS, metrics: METRICS, ...options });

const figureOf = ({ results }: Evaluation, method: string, figure: string) =>
  results.find((result) => result.method === method && result.figure === figure)?.value as number;

describe("evaluate()", () => {
  it("finds that Integrated Gradients at the embeddings name the words that count and that people marked", async () => {
    const evaluation = whole;
    expect(evaluation.dataset.accuracy).toMatchObject({ value: 1, inputs: 4 });
    expect(figureOf(evaluation, "embeddings", "auprc")).toBeGreaterThan(0.8);
    expect(figureOf(evaluation, "embeddings", "faithfulness")).toBeGreaterThan(0.2);
    expect(figureOf(evaluation, "embeddings", "faithfulness")).toBeCloseTo(
      figureOf(evaluation, "embeddings", "insertion") - figureOf(evaluation, "embeddings", "deletion"),
      10,
    );
    expect(evaluation.comparisons).toHaveLength(METRICS.flatMap(({ figures }) => figures).length);
    expect(evaluation.warnings.map(({ code }) => code)).toEqual(["no-random-control"]);
  });

  it("does not depend on the batch size beyond rounding", async () => {
    const numbers = (evaluation: Evaluation) =>
      evaluation.results.flatMap(({ value, low, high }) => [value, low, high]);
    const one = await run({ batchSize: 1 });
    expect(numbers(whole)).toBeAllClose(numbers(one), { atol: 1e-5, rtol: 0 });
  });

  it("measures every input with the numbers it has alone", async () => {
    const item = DATASET.items[3] as Dataset["items"][number];
    const alone = await evaluate(
      model,
      { ...DATASET, items: [item] },
      {
        namedMethods: METHODS,
        metrics: [metricByName("deletion")],
      },
    );
    const deletion = ({ inputs }: Evaluation, i: number) => inputs[i]?.measurements.embeddings?.deletion as number[];
    expect(deletion(alone, 0)).toBeAllClose(deletion(whole, 3), { rtol: 1e-6 });
  });

  it("explains one class for all when it is named, else the predicted one", async () => {
    const metrics = [metricByName("deletion")];
    const named = await run({ target: "positive", metrics });
    expect(new Set(named.inputs.map(({ target }) => target))).toEqual(new Set(["positive"]));
    expect(named.settings.target).toBe("positive");
    expect(whole.inputs.map(({ target }) => target)).toEqual(REVIEWS.map(([, label]) => label));
  });

  it("refuses what cannot be measured before measuring anything", async () => {
    await expect(run({ metrics: [metricByName("sign-accuracy")] })).rejects.toThrow(
      'Cannot measure "sign-accuracy" on reviews: its inputs have no polarities',
    );
    await expect(run({ namedMethods: [METHODS[0]!, METHODS[0]!] })).rejects.toThrow(
      'Cannot compare "embeddings" with itself',
    );
    await expect(run({ replacement: "unk", target: "middling" })).rejects.toThrow('Cannot find target "middling"');
  });
});

describe("several replacements", () => {
  const metrics = ["deletion", "auprc"].map(metricByName);

  it("make figures of their own from the same explanations, with the numbers that each has alone", async () => {
    const kept = new Map<string, StoredMeasurement>();
    const put = vi.fn<MeasurementStore["put"]>(async (key, measurement) => {
      kept.set(key, { ...kept.get(key), ...measurement });
    });
    const store: MeasurementStore = { get: (key) => kept.get(key), put };
    const both = await run({ metrics, replacement: ["mask", "random-words"], draws: 2, store });
    expect(both.figures.map(({ name, metric, replacement }) => [name, metric, replacement])).toEqual([
      ["deletion (mask)", "deletion", "mask"],
      ["deletion (random-words)", "deletion", "random-words"],
      ["auprc", "auprc", undefined],
    ]);
    expect(both.settings.replacements).toEqual([
      { name: "mask", becomes: "the mask token" },
      { name: "random-words", becomes: "words of other inputs", draws: 2, others: { name: "reviews", size: 4 } },
    ]);
    const random = await run({ metrics, replacement: "random-words", draws: 2 });
    for (const method of ["embeddings", "last block"]) {
      const [own, alone] = [both, random].map(({ results }) =>
        Object.fromEntries(results.filter((one) => one.method === method).map((one) => [one.figure, one.value])),
      );
      expect(own?.["deletion (random-words)"]).toBeCloseTo(alone?.deletion as number, 6);
      expect(own?.["deletion (mask)"]).toBeCloseTo(figureOf(whole, method, "deletion"), 6);
      expect(own?.auprc).toBe(alone?.auprc);
    }
    // Each is kept by itself, and by what it drew.
    put.mockClear();
    await run({ metrics, replacement: "random-words", draws: 2, store });
    expect(put.mock.calls.map(([, measurement]) => Object.keys(measurement))).toEqual(
      // What depends on no replacement is kept under the first one.
      Array.from({ length: METHODS.length * REVIEWS.length }, () => ["auprc@1"]),
    );
    put.mockClear();
    const pool = { name: "others", items: [...DATASET.items, { line: 5, input: { text: "what a wonderful mess" } }] };
    await run({ metrics, replacement: ["mask", "random-words"], draws: 2, store, pool });
    expect(put.mock.calls.map(([, measurement]) => Object.keys(measurement))).toEqual(
      Array.from({ length: METHODS.length * REVIEWS.length }, () => ["deletion@1"]),
    );
  });

  it("are refused where one is named twice, or there is nothing to draw from", async () => {
    await expect(run({ replacement: ["mask", "mask"] })).rejects.toThrow(
      'Cannot measure with replacement "mask" twice',
    );
    const pool = { name: "none", items: [] };
    await expect(run({ replacement: "random-words", pool })).rejects.toThrow("there are no other inputs");
    await expect(run({ replacement: "blur" })).rejects.toThrow(
      'Cannot use replacement "blur" with model "sst2": it reads texts; use one of "mask", "pad", "unk", "random-words", "drop"',
    );
  });
});

describe("openInput()", () => {
  const settings = () => ({ replacements: [replacementOf(model, "mask")], features: "word", seed: 0 }) as const;

  it("explains a changed input for the same class: words in another order, words replaced", async () => {
    const seen: Subject[] = [];
    const open = await openInput(model, DATASET.items[0]!, settings());
    await open.measure({ ...FAST, layers: [0] }, [spyMetric(seen)]);
    const [subject] = seen as [Subject];
    // The same order is the same input.
    const features = [...subject.attribution.keys()];
    const same = await subject.explainChanged({ kind: "permuted", others: features });
    expect(same.attribution).toBeAllClose(subject.attribution, { rtol: 1e-5, atol: 1e-6 });
    expect(same.value).toBeCloseTo(open.probability as number, 6);
    // With everything replaced nothing differs from the baseline, which is the same token.
    const removed = await subject.explainChanged({ kind: "removed", features });
    expect(removed.attribution).toBeAllClose(
      features.map(() => 0),
      { atol: 1e-6 },
    );
    const [none] = await subject.probe.values([new Uint8Array(features.length)]);
    expect(removed.value).toBeCloseTo(none as number, 5);
    // Another order is another input.
    const reversed = await subject.explainChanged({ kind: "permuted", others: [...features].reverse() });
    expect(reversed.value).not.toBeCloseTo(open.probability as number, 6);
    expect(subject.rationale).toEqual([0, 1, 1, 1, 0, 0, 0, 0, 0]);
  });
});

describe("what methods have in common", () => {
  const ALL = { ...FAST, method: "ca-lig" } as const;
  const FIRST = { ...FAST, layers: [0] } as const;
  const others = [...(DATASET.items[0]!.input as { text: string }).text.split(" ").keys()].reverse();
  /** The attributions, and those of the words in reverse order. */
  const both: Metric = {
    ...metricByName("attributions"),
    measure: async ({ attribution, explainChanged }) => [
      ...attribution,
      ...(await explainChanged({ kind: "permuted", others })).attribution,
    ],
  };

  it("is computed once: Integrated Gradients find their integral among those of CA-LIG, changed inputs too", async () => {
    const settings = () => ({ replacements: [replacementOf(model, "mask")], features: "word", seed: 0 }) as const;
    const alone = await (await openInput(model, DATASET.items[0]!, settings())).measure(FIRST, [both]);
    const sweep = vi.spyOn(model.programs, "sweep");
    try {
      const open = await openInput(model, DATASET.items[0]!, settings());
      await open.measure(ALL, [both]);
      const before = sweep.mock.calls.length;
      const after = await open.measure(FIRST, [both]);
      expect(sweep.mock.calls.length).toBe(before);
      expect(after.attributions).toBeAllClose(alone.attributions as number[], { rtol: 1e-4, atol: 1e-6 });
      // More points are other work; so is all of it where what it costs is asked for.
      await open.measure({ ...FIRST, steps: 5 }, [both]);
      expect(sweep.mock.calls.length).toBeGreaterThan(before);
      const again = sweep.mock.calls.length;
      await open.measure(FIRST, [metricByName("cost")]);
      expect(sweep.mock.calls.length).toBeGreaterThan(again);
    } finally {
      sweep.mockRestore();
    }
  });
});

describe("sampleDataset()", () => {
  it("is seeded, keeps the order, and takes all where there are no more", () => {
    const lines = (limit: number, seed: number) => sampleDataset(DATASET, limit, seed).items.map(({ line }) => line);
    expect(lines(2, 1)).toEqual(lines(2, 1));
    expect(lines(2, 1)).toEqual([...lines(2, 1)].sort((a, b) => a - b));
    expect(new Set(Array.from({ length: 10 }, (_, seed) => lines(2, seed).join())).size).toBeGreaterThan(3);
    expect(lines(9, 1)).toEqual([1, 2, 3, 4]);
  });
});

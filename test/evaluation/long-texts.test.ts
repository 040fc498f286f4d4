/** @file Texts longer than the model reads are measured as they are explained: in all their windows. */

import { replacementOf } from "@calig/core/internal/attribution/replacement";
import type { Dataset } from "@calig/core/internal/evaluation/dataset";
import { evaluate } from "@calig/core/internal/evaluation/evaluate";
import { without } from "@calig/core/internal/evaluation/features";
import { openInput } from "@calig/core/internal/evaluation/measure-input";
import type { Metric, Subject } from "@calig/core/internal/evaluation/metric";
import { metricByName } from "@calig/core/internal/evaluation/metrics";
import { compareMethods, explain, type LoadedModel, loadModel, optionsTakenBy } from "@calig/node";
import { describe, expect, it } from "vitest";
import { spyMetric } from "../support/subject.ts";
import { useTempFolders } from "../support/temp-folder.ts";
import { tinyBertFiles } from "../support/tiny-bert.ts";

const tempFolder = useTempFolders();
const tinyBert = async (): Promise<LoadedModel> => loadModel(await tempFolder(tinyBertFiles()));

const VOCABULARY = "the film is good bad long dull bright story and of a with no end it".split(" ");
/** 150 tokens for a model that reads 64: windows of 62 begin at 0, 44, 88. */
const WORDS = Array.from({ length: 150 }, (_, index) => VOCABULARY[(index * index + 3 * index) % 16] as string);
/** What of the score each window has: half of each overlap. */
const WINDOWS = [
  { start: 0, share: 53 / 150 },
  { start: 44, share: 44 / 150 },
  { start: 88, share: 53 / 150 },
] as const;

const LONG: Dataset["items"][number] = { line: 1, input: { text: WORDS.join(" ") } };
const SHORT: Dataset["items"][number] = { line: 2, input: { text: "the film is bad" } };
const settings = (model: LoadedModel) =>
  ({ replacements: [replacementOf(model, "mask")], features: "word", seed: 0, target: 1 }) as const;
const FAST = { steps: 4, tolerance: 1000, target: 1 } as const;

/** What a metric is given of the long text, under a method. */
async function subjectOf(model: LoadedModel, method: string): Promise<Subject> {
  const open = await openInput(model, LONG, settings(model));
  const seen: Subject[] = [];
  await open.measure({ ...optionsTakenBy(method, FAST), method }, [spyMetric(seen)]);
  return seen[0] as Subject;
}

/** The score of the whole, from texts that fit: the words of each window, read alone. */
async function scoreOf(model: LoadedModel, words: readonly string[]): Promise<number> {
  let score = 0;
  for (const { start, share } of WINDOWS) {
    const text = words.slice(start, start + 62).join(" ");
    score += share * (await explain(model, text, { method: "random", target: 1 })).target.score;
  }
  return score;
}

describe("a text in several windows", () => {
  it("has words that are removed in every window that reads them", async () => {
    await using model = await tinyBert();
    const { probe } = await subjectOf(model, "random");
    expect(probe.featureCount).toBe(150);
    // In the first window, in the overlap of the first two, in the last one.
    for (const removed of [[], [3], [50, 60], [149], [...WORDS.keys()]]) {
      const words = WORDS.map((word, index) => (removed.includes(index) ? "[MASK]" : word));
      const [output] = await probe.outputs([without(150, removed)]);
      // Single words change the small model's score by 1e-5 to 1e-4.
      expect([output?.score]).toBeAllClose([await scoreOf(model, words)], { atol: 2e-8, rtol: 0 });
    }
  });

  it("is said to have the probability that its explanation tells, and counts a pass for each window", async () => {
    await using model = await tinyBert();
    const { probe } = await subjectOf(model, "random");
    const explanation = await explain(model, WORDS.join(" "), { method: "random", target: 1 });
    const [output, , again] = await probe.outputs([without(150, []), without(150, [7]), without(150, [])]);
    expect(output?.value).toBeCloseTo(explanation.target.probability as number, 8);
    expect(output?.predictsTarget).toBe(explanation.predictions[0]?.index === explanation.target.index);
    expect(again).toBe(output);
    expect(probe.evaluations()).toBe(2 * WINDOWS.length);
  });

  it("has the attributions that explain() gives, integrals shared between methods or not", async () => {
    await using model = await tinyBert();
    const open = await openInput(model, LONG, settings(model));
    const shown: Metric = { ...metricByName("attributions"), measure: async ({ attribution }) => attribution };
    for (const method of ["integrated-gradients", "ca-lig"]) {
      const { attribution } = await explain(model, WORDS.join(" "), { ...FAST, method });
      const measured = await open.measure({ ...FAST, method }, [shown]);
      expect(measured.attributions).toBeAllClose(attribution.slice(1, -1), { rtol: 1e-3, atol: 1e-8 });
    }
  });

  it("is explained anew with words in another order, in the same windows", async () => {
    await using model = await tinyBert();
    const subject = await subjectOf(model, "integrated-gradients");
    const reversed = [...WORDS.keys()].reverse();
    const changed = await subject.explainChanged({ kind: "permuted", others: reversed });
    const explanation = await explain(model, reversed.map((index) => WORDS[index]).join(" "), {
      ...FAST,
      method: "integrated-gradients",
    });
    expect(changed.attribution).toBeAllClose(explanation.attribution.slice(1, -1), { rtol: 1e-3, atol: 1e-8 });
    expect(changed.value).toBeCloseTo(explanation.target.probability as number, 8);
    const nothing = await subject.explainChanged({ kind: "removed", features: reversed });
    expect(nothing.attribution).toBeAllClose(
      WORDS.map(() => 0),
      { atol: 1e-8 },
    );
  });
});

describe("evaluate() and compareMethods() of long texts", () => {
  const dataset: Dataset = { name: "texts", items: [LONG, SHORT], problems: [] };
  const options = {
    namedMethods: [{ name: "random", options: { method: "random" }, randomControl: true }],
    metrics: [metricByName("deletion")],
  };

  it("measure whole texts and say which are longer than the model reads", async () => {
    await using model = await tinyBert();
    const evaluation = await evaluate(model, dataset, options);
    expect(evaluation.inputs.map(({ features }) => features)).toEqual([150, 4]);
    expect(evaluation.inputs.map(({ warnings }) => warnings?.map(({ code }) => code))).toEqual([
      ["windows"],
      undefined,
    ]);
    expect(evaluation.warnings.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^1 of 2 texts is longer than the model reads: .* in overlapping windows/),
    ]);
    const compared = await compareMethods(model, { text: WORDS.join(" ") }, { namedMethods: options.namedMethods });
    expect(compared.features).toHaveLength(150);
    expect(compared.warnings.map(({ code }) => code)).toEqual(["windows"]);
  });

  it("measure on the beginning where that is asked for", async () => {
    await using model = await tinyBert();
    const evaluation = await evaluate(model, dataset, { ...options, longText: "truncate" });
    expect(evaluation.inputs.map(({ features }) => features)).toEqual([62, 4]);
    expect(evaluation.warnings.map(({ code }) => code)).toEqual(["truncated"]);
    const compared = await compareMethods(
      model,
      { text: WORDS.join(" ") },
      { namedMethods: options.namedMethods, longText: "truncate" },
    );
    expect(compared.features).toHaveLength(62);
    await expect(evaluate(model, dataset, { ...options, longText: "split" as "truncate" })).rejects.toThrow(
      'Cannot use longText "split": use one of "windows", "truncate"',
    );
  });
});

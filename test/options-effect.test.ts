/** @file Every option that is given has an effect, or is refused: for each method, each kind of input and each metric. */

import { METHODS } from "@calig/core/internal/attribution/methods";
import { GENERAL_OPTIONS, METHOD_OPTIONS } from "@calig/core/internal/attribution/options";
import { resolveRun } from "@calig/core/internal/attribution/resolve-run";
import { InvalidOptionError } from "@calig/core/internal/errors";
import { METRICS, optionsOfMetrics } from "@calig/core/internal/evaluation/metrics";
import { forModality, MEASURING_OPTIONS } from "@calig/core/internal/evaluation/options";
import { MODALITIES } from "@calig/core/internal/modality/modalities";
import type { OptionTable } from "@calig/core/internal/options/option";
import { effectiveOptions } from "@calig/core/internal/options/resolve";
import type { ExplainableModel, Modality } from "calig/extend";
import { evaluate, type LoadedModel, loadModel } from "calig/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { useTempFolders } from "./support/temp-folder.ts";
import { tinyBertFiles } from "./support/tiny-bert.ts";

/** Of each option a value that is not its default. An option that is new needs one, or the first test fails. */
const OTHER: Readonly<Record<string, unknown>> = {
  target: 0,
  against: 1,
  token: 2,
  entity: 0,
  score: "probability",
  longText: "truncate",
  seed: 3,
  memory: 1e9,
  baseline: "mean",
  quadrature: "riemann-mid",
  steps: 7,
  tolerance: 0.2,
  timeBudget: 9,
  layers: [0],
  heads: true,
  fusion: "gate",
  lambda: 0.25,
  layerWeights: "decay",
  replacement: "mean",
  curveSteps: 3,
};

const OWN: OptionTable = Object.assign({}, ...METHODS.map(({ options = {} }) => options));
const TABLE: OptionTable = { ...GENERAL_OPTIONS, ...METHOD_OPTIONS, ...OWN };

/** The value of `OTHER`, or for an option of a single method one that its type allows. */
function otherOf(table: OptionTable, name: string): unknown {
  if (Object.hasOwn(OTHER, name)) return OTHER[name];
  const { control } = table[name]?.type ?? {};
  const usual = table[name]?.default;
  if (control?.kind === "number") return (typeof usual === "number" ? usual : (control.min ?? control.above ?? 0)) + 1;
  if (control?.kind === "choice") return control.words.find((word) => word !== usual);
  if (control?.kind === "switch") return true;
  throw new Error(`give another value of "${name}" in this test`);
}

/** What is given, or why it is refused. */
function outcome(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    if (error instanceof InvalidOptionError) return error.message;
    throw error;
  }
}

describe.each(MODALITIES.map((modality) => [modality.name, modality] as const))("explaining %s", (kind, modality) => {
  it.each(METHODS.map((method) => [method.name, method] as const))(
    "by %s: each option has an effect",
    (name, method) => {
      for (const option of Object.keys(TABLE)) {
        const value = otherOf(TABLE, option);
        const found = outcome(() => {
          const { table, options } = resolveRun({ modality } as ExplainableModel, { method, [option]: value });
          return effectiveOptions(table, options as Readonly<Record<string, unknown>>)[option];
        });
        const takes = Object.hasOwn(GENERAL_OPTIONS, option) || Object.hasOwn(method.options ?? {}, option);
        const ofKind = TABLE[option]?.ofInput !== true || modality.options?.includes(option) === true;
        const needs = TABLE[option]?.needs;
        const told = `${option} of ${name} on ${kind}`;
        if (!takes || !ofKind) expect(found, told).toEqual(expect.stringContaining(`Cannot use ${option} with`));
        // An option that goes with a value of another one: alone it has an effect only where that is the default.
        else if (needs === undefined) expect(found, told).toEqual(value);
        else if (found !== value) expect(found, told).toEqual(expect.stringContaining("it has no effect there"));
      }
    },
  );

  it("measuring: what the kind does not have is refused", () => {
    const model = { modality, anatomy: { outputs: [{ kind: "logits" }] } } as unknown as ExplainableModel;
    const of = (given: object) => outcome(() => forModality(model, MEASURING_OPTIONS, { replacement: "x", ...given }));
    const longText = of({ longText: "truncate" });
    if (modality.options?.includes("longText") === true) expect(longText).toMatchObject({ table: {} });
    else expect(longText).toBe(`Cannot use longText with ${modality.noun.many}: it has no effect there; leave it out`);
    const { table } = of({}) as ReturnType<typeof forModality>;
    expect(table.features?.type.control).toMatchObject({ words: modality.featureKinds });
  });
});

describe("measuring", () => {
  const tempFolder = useTempFolders();
  let model: LoadedModel;
  beforeAll(async () => {
    model = await loadModel(await tempFolder(tinyBertFiles()));
  });
  afterAll(() => model.dispose());

  it.each(METRICS.filter(({ needs }) => needs === undefined).map((metric) => [metric.name, metric] as const))(
    "%s: options of metrics are stated, or refused",
    async (_, metric) => {
      const dataset = { name: "one", items: [{ line: 1, input: { text: "A gripping film" } }], problems: [] };
      const table = optionsOfMetrics(METRICS);
      for (const option of Object.keys(table)) {
        const run = evaluate(model, dataset, {
          methods: ["random"],
          metrics: [metric],
          [option]: otherOf(table, option),
        });
        if (Object.hasOwn(metric.options ?? {}, option)) {
          expect((await run).settings).toMatchObject({ [option]: otherOf(table, option) });
        } else {
          await expect(run).rejects.toThrow(
            `Cannot use ${option} with metric "${metric.name}": it has no effect there`,
          );
        }
      }
    },
  );
});

it("modalities from outside take what they say they take", () => {
  const [first] = MODALITIES as readonly [Modality];
  const sound: Modality = { ...first, name: "sound", noun: { one: "a sound", many: "sounds" }, options: [] };
  expect(() => resolveRun({ modality: sound } as ExplainableModel, { longText: "truncate" })).toThrow("with sounds");
});

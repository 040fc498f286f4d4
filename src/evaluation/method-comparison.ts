/** @file One input under several methods: what each says of every word, how faithful it is, and how far they agree. */

import type { ExplainableModel } from "../attribution/explainable-model.ts";
import type { ModelFacts, Target, Warning } from "../attribution/explanation.ts";
import { DEFAULTS, type ExplainOptions } from "../attribution/options.ts";
import type { TextInput } from "../attribution/text-input.ts";
import type { Contender } from "./evaluate.ts";
import { checkTask, openInput } from "./measure-input.ts";
import type { Metric } from "./metric.ts";
import { deletion } from "./metrics/deletion.ts";
import { insertion } from "./metrics/insertion.ts";
import { spearman } from "./statistics/rank-correlation.ts";
import { defaultSubstrate, type SubstrateName } from "./substrate.ts";
import type { UnitKind } from "./units.ts";

/** What one method says of an input. */
export interface ComparedMethod {
  readonly name: string;
  /** Of each unit, in units of the method: compare orders and signs, not sizes. */
  readonly attribution: readonly number[];
  /** Lower is better, higher is better. */
  readonly deletion: number;
  readonly insertion: number;
  readonly milliseconds: number;
}

/** All of a comparison. `version` changes when a field changes meaning. */
export interface MethodComparison {
  readonly version: 1;
  readonly model: ModelFacts;
  readonly input: { readonly kind: "text"; readonly text: string };
  readonly target: Pick<Target, "index" | "label" | "probability">;
  readonly settings: {
    readonly substrate: string;
    readonly units: string;
    readonly score: string;
    readonly seed: number;
  };
  /** UTF-16 offsets into the text, end exclusive. */
  readonly units: readonly { readonly text: string; readonly start: number; readonly end: number }[];
  readonly methods: readonly ComparedMethod[];
  /** Spearman's rank correlation of every method with every other one; rows and columns in the order of the methods. */
  readonly agreement: readonly (readonly number[])[];
  readonly warnings: readonly Warning[];
}

export interface CompareOptions extends Pick<ExplainOptions, "target" | "score" | "seed" | "signal" | "onProgress"> {
  readonly contenders: readonly Contender[];
  readonly substrate?: SubstrateName;
  readonly units?: UnitKind;
}

/**
 * Explains one text by several methods, for the same class.
 *
 * @throws {InputError} When there is nothing to explain.
 * @throws {InvalidOptionError} For an option out of range or an unknown name.
 */
export async function compareMethods(
  model: ExplainableModel,
  input: TextInput,
  options: CompareOptions,
): Promise<MethodComparison> {
  checkTask(model);
  const { contenders, target, score, signal, onProgress } = options;
  const { substrate = defaultSubstrate(model), units = "word", seed = DEFAULTS.seed } = options;
  const open = await openInput(
    model,
    { line: 1, input },
    {
      substrate,
      units,
      seed,
      ...(target === undefined ? {} : { target }),
      ...(score === undefined ? {} : { score }),
      ...(signal === undefined ? {} : { signal }),
    },
  );
  const methods: ComparedMethod[] = [];
  for (const [c, { name, options: own }] of contenders.entries()) {
    onProgress?.(c / contenders.length, name);
    const measured = await open.measure(own, [attributions, deletion, insertion, time]);
    const numbers = (metric: Metric) => measured[metric.name] as readonly number[];
    methods.push({
      name,
      attribution: numbers(attributions),
      deletion: numbers(deletion)[0] as number,
      insertion: numbers(insertion)[0] as number,
      milliseconds: numbers(time)[0] as number,
    });
  }
  return {
    version: 1,
    model: model.facts,
    input: { kind: "text", text: open.text },
    target: {
      index: open.target,
      label: model.labels[open.target] ?? String(open.target),
      probability: open.probability,
    },
    settings: { substrate, units, score: score ?? DEFAULTS.score, seed },
    units: open.units.map(({ start, end }) => ({ text: open.text.slice(start, end), start, end })),
    methods,
    agreement: methods.map((a) => methods.map((b) => spearman(a.attribution, b.attribution))),
    warnings: [...(model.warnings ?? []), ...open.warnings],
  };
}

/** Numbers that are shown as they are: no metric of the tables. */
const reading = (name: string, measure: Metric["measure"]): Metric => ({
  name,
  summary: "",
  figures: [],
  revision: 1,
  measure,
});
const attributions = reading("attributions", async ({ attribution }) => attribution);
const time = reading("time", async ({ cost }) => [cost.milliseconds]);

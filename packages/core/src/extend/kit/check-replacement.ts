/** @file The test kit of replacements: what metrics and methods that remove features rely on, checked on a model and inputs. */

import type { ExplainableModel, PreparedWhole, Replacement } from "../../attribution/explainable-model.ts";
import type { TextInput } from "../../attribution/input.ts";
import { openReplacement } from "../../attribution/replacement.ts";
import { ExtensionError } from "../../errors.ts";
import { type Kept, only, without } from "../../evaluation/features.ts";
import { openPerturbable } from "../../evaluation/measure-input.ts";
import { poolOf } from "../../evaluation/pool.ts";
import { apart, type KitCheck, KitReport } from "./report.ts";

/** What `checkReplacement` removes features of. */
export interface CheckReplacementOptions {
  /** At least two inputs that differ, of the kind that the model reads; each draws from the others. */
  readonly inputs: readonly [string | object, string | object, ...(string | object)[]];
  /** What is removed, where the kind of input has several. Default: its first. */
  readonly features?: string;
}

/** Rounding of logits in float32: batches and lengths change it. */
const ROUNDING = 1e-4;

/**
 * Checks a replacement: a finite row of logits for each variant, the same alone and in a batch; those of the input where
 * nothing is removed; others where everything is; the same draws for the same seed; changed inputs that are the variants.
 *
 * Cost: about ten forward passes of each input.
 *
 * @returns All checks, each kept.
 * @throws {ExtensionError} When a promise is not kept; lists all of them.
 */
export async function checkReplacement<Whole extends PreparedWhole>(
  replacement: Replacement<Whole>,
  model: ExplainableModel,
  { inputs, features: kind = model.modality.featureKinds[0] }: CheckReplacementOptions,
): Promise<readonly KitCheck[]> {
  const { name } = replacement;
  if (inputs.length < 2) {
    throw new ExtensionError(`Cannot check the replacement "${name}": give at least two inputs`, "replacement");
  }
  const report = new KitReport();
  const given = inputs.map((input): object =>
    typeof input === "string" ? ({ text: input } satisfies TextInput) : input,
  );
  const pool = poolOf({ name: "the other inputs", items: given.map((input, i) => ({ line: i + 1, input })) });
  const open = async (input: object, seed = 1) => {
    const perturbable = await openPerturbable(model, input, { features: kind });
    const { features, whole } = perturbable;
    const opened = await openReplacement(model, replacement as unknown as Replacement, {
      whole,
      features,
      featureKind: kind,
      seed,
      own: input,
      draws: 2,
      pool,
    });
    const rows = async (variants: readonly Kept[]) =>
      Promise.all(
        opened.draws.map(async ({ parts }) =>
          Promise.all(parts.map(async (part) => (await part.logits(variants)).data)),
        ),
      );
    return { perturbable, opened, rows, count: features.length };
  };
  for (const [i, input] of given.entries()) {
    const which = `input ${i + 1}`;
    await report.expect(`gives a finite row for each variant, the same alone: ${which}`, async () => {
      const { rows, count } = await open(input);
      const variants = [without(count, [0]), only(count, [0]), without(count, [])];
      const [together, alone] = [await rows(variants), await Promise.all(variants.map((one) => rows([one])))];
      for (const [d, parts] of together.entries()) {
        for (const [p, data] of parts.entries()) {
          if (data.length % variants.length !== 0) return `${data.length} numbers for ${variants.length} variants`;
          if (!data.every(Number.isFinite)) return "a logit is no finite number";
          const single = alone.flatMap((draws) => [...(draws[d]?.[p] ?? [])]);
          const found = apart(data, single, ROUNDING);
          if (found !== undefined) return `alone: ${found}`;
        }
      }
      return undefined;
    });
    await report.expect(`says what the model says where nothing is removed: ${which}`, async () => {
      const { rows, count, perturbable } = await open(input);
      const [first = []] = await rows([without(count, [])]);
      for (const [p, part] of perturbable.parts.entries()) {
        const { data } = await model.programs.logits(part.input.feeds);
        const found = apart(first[p] ?? [], data, ROUNDING);
        if (found !== undefined) return found;
      }
      return undefined;
    });
    await report.expect(`changes the input where everything is removed: ${which}`, async () => {
      const { rows, count } = await open(input);
      const [[whole] = [], [none] = []] = await Promise.all([rows([without(count, [])]), rows([only(count, [])])]);
      return apart(whole?.[0] ?? [], none?.[0] ?? []) === undefined ? "the logits are the same" : undefined;
    });
    await report.expect(`draws the same for the same seed: ${which}`, async () => {
      const asked = async () => {
        const { rows, count } = await open(input);
        return (await rows([only(count, [0])])).flatMap((parts) => parts.flatMap((data) => [...data]));
      };
      return apart(await asked(), await asked());
    });
    await report.expect(`explains the input that it measures, where it can: ${which}`, async () => {
      const { rows, count, opened } = await open(input);
      const [draw] = opened.draws;
      const changed = draw?.removed?.([0]);
      if (changed === undefined) return undefined;
      const [measured = []] = await rows([without(count, [0])]);
      for (const [p, part] of changed.entries()) {
        const { data } = await model.programs.logits(part.input.feeds);
        const found = apart(measured[p] ?? [], data, ROUNDING);
        if (found !== undefined) return found;
      }
      return undefined;
    });
  }
  return report.finish("replacement", name);
}

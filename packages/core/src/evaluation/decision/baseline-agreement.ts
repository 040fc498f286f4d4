/** @file Whether an explanation hangs on what the input was compared with: the same method with other baselines. */

import { explain } from "../../attribution/explain.ts";
import type { ExplainableModel } from "../../attribution/explainable-model.ts";
import type { Explanation } from "../../attribution/explanation.ts";
import { methodOf } from "../../attribution/methods.ts";
import { DEFAULTS, type ExplainOptions } from "../../attribution/options.ts";
import { spearman } from "../statistics/rank-correlation.ts";

/** Baselines that are compared, the explanation's own among them. */
const BASELINES_COMPARED = 3;

/** How far explanations with two baselines agree. */
export interface BaselineAgreement {
  /** The first is that of the explanation: a name, or "custom" for one of the caller's. */
  readonly baselines: readonly string[];
  /** Spearman's rank correlation of the features' attributions, of every two. */
  readonly mean: number;
  readonly least: number;
  /** Of the features asked about: how many have the same sign with all baselines. */
  readonly sameSign: number;
  readonly asked: number;
}

/**
 * Explains again with two other baselines of the model.
 *
 * Cost: two explanations.
 *
 * @param sums - Attributions of features from those of positions.
 * @param asked - Features whose signs are compared.
 * @returns Null where the method compares with none, or the model has no other.
 */
export async function baselineAgreement(
  model: ExplainableModel,
  input: object,
  explanation: Explanation,
  options: ExplainOptions,
  sums: (attribution: readonly number[]) => readonly number[],
  asked: readonly number[],
): Promise<BaselineAgreement | null> {
  if (!Object.hasOwn(methodOf(options.method ?? DEFAULTS.method).options ?? {}, "baseline")) return null;
  const { baselines } = model.modality;
  const own = explanation.method.options.baseline;
  const used = (Array.isArray(own) ? own : [own]).map((each) => (typeof each === "string" ? each : "custom"));
  const names = baselines.available?.(model) ?? baselines.names;
  const others = names.filter((name) => !used.includes(name)).slice(0, BASELINES_COMPARED - 1);
  if (others.length === 0) return null;
  const maps = [sums(explanation.attribution)];
  for (const baseline of others) {
    const again = { ...options, baseline, target: explanation.target.index } as ExplainOptions;
    maps.push(sums((await explain<object>(model, input, again)).attribution));
  }
  const pairs = maps.flatMap((map, i) => maps.slice(0, i).map((other) => spearman(map, other)));
  return {
    baselines: [used.join("+"), ...others],
    mean: pairs.reduce((sum, value) => sum + value, 0) / pairs.length,
    least: Math.min(...pairs),
    sameSign: asked.filter((feature) => new Set(maps.map((map) => Math.sign(map[feature] ?? 0))).size === 1).length,
    asked: asked.length,
  };
}

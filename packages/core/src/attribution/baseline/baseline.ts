/** @file Baselines: the hidden states that paths start from, whatever the input is. METHOD 2. */

import { InvalidOptionError, keyword, quote } from "../../errors.ts";
import { streamOf } from "../../transformer/anatomy.ts";
import type { BaselineStates, ExplainableModel } from "../explainable-model.ts";
import { withArticle } from "../modality.ts";
import { type Baseline, type CustomBaseline, DEFAULTS, type ExplainOptions } from "../options.ts";
import type { PreparedInput } from "../prepared-input.ts";
import { checkedCustom, isComputed, isCustom, spelledBaseline } from "./custom-baseline.ts";
import { computedBaseline, stateBaseline } from "./state-baseline.ts";

export interface UsedBaseline extends BaselineStates {
  /** The baseline as small plain data. */
  readonly spelled: unknown;
}

/**
 * Hidden states at a baseline, or at the default one of the kind of input.
 *
 * @throws {InvalidOptionError} For a baseline that this kind of input or this model does not have; lists those it has.
 * @throws {ShapeError} For a hidden state of another shape than that of the input.
 */
export async function baselineStates(
  model: ExplainableModel,
  input: PreparedInput,
  baseline: Baseline | undefined,
  seed: number | undefined,
): Promise<UsedBaseline> {
  if (isCustom(baseline)) {
    const states = await customStates(model, input, checkedCustom(baseline, model.modality.field), seed);
    return { spelled: await spelledBaseline(baseline), ...(await asTheInputIsRead(model, input, states)) };
  }
  const { baselines } = model.modality;
  const name = keyword("baseline", baseline ?? baselines.defaultName(model), baselines.names);
  return { spelled: name, ...(await asTheInputIsRead(model, input, await baselines.states(model, input, name, seed))) };
}

/**
 * F_l keeps masks and readout of the input (METHOD 1). A head that looks for the last token among the ids would look
 * elsewhere in a baseline of other tokens: its first hidden state goes up again with the ids of the input.
 */
async function asTheInputIsRead(
  { anatomy, programs }: ExplainableModel,
  { feeds }: PreparedInput,
  states: BaselineStates,
): Promise<BaselineStates> {
  const [hiddenState] = states.hiddenStates;
  if (streamOf(anatomy).readsIds !== true || states.logits === undefined || hiddenState === undefined) return states;
  const { hiddenStates, logits } = await programs.forwardFrom({ hiddenState, feeds });
  return { ...states, hiddenStates, logits, passes: states.passes + 1 };
}

function customStates(
  model: ExplainableModel,
  input: PreparedInput,
  baseline: CustomBaseline,
  seed: number = DEFAULTS.seed,
): Promise<BaselineStates> {
  if (isComputed(baseline)) return computedBaseline({ model, input, seed }, baseline);
  if ("hiddenState" in baseline) return stateBaseline(model, input, baseline.hiddenState);
  const { baselines, field, noun } = model.modality;
  if (baselines.custom !== undefined && Object.hasOwn(baseline, field)) {
    return baselines.custom(model, input, baseline);
  }
  throw new InvalidOptionError(
    `Cannot use ${withArticle(Object.keys(baseline)[0] ?? "")} as the baseline of ${noun.one}: give ${baselines.custom === undefined ? "" : `${noun.one}, or `}one of ${baselines.names.map(quote).join(", ")}`,
    "baseline",
    Object.keys(baseline),
    baselines.names,
  );
}

/** The baselines that are asked for, each once; undefined stands for the default one. */
export function chosenBaselines({
  baseline,
}: Pick<ExplainOptions, "baseline">): readonly [Baseline | undefined, ...Baseline[]] {
  if (!Array.isArray(baseline)) return [baseline as Baseline | undefined];
  const [first, ...others] = new Set(baseline as readonly Baseline[]);
  if (first !== undefined) return [first, ...others];
  throw new InvalidOptionError("Cannot use an empty list of baselines: name at least one", "baseline", baseline);
}

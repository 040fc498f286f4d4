/** @file Baselines: the hidden states that paths start from, whatever the input is. METHOD 2. */

import { InvalidOptionError, keyword } from "../../errors.ts";
import type { ExplainableModel } from "../explainable-model.ts";
import {
  type Baseline,
  type CustomBaseline,
  type ExplainOptions,
  IMAGE_BASELINES,
  TEXT_BASELINES,
} from "../options.ts";
import type { PreparedInput } from "../prepared-input.ts";
import type { BaselineStates } from "./baseline-states.ts";
import { checkedCustom, isCustom, spelledBaseline } from "./custom-baseline.ts";
import { customTextBaseline } from "./custom-text-baseline.ts";
import { customImageBaseline, defaultImageBaseline, imageBaseline } from "./image-baseline.ts";
import { stateBaseline } from "./state-baseline.ts";
import { defaultTextBaseline, textBaseline } from "./text-baseline.ts";

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
    const states = await customStates(model, input, checkedCustom(baseline));
    return { spelled: await spelledBaseline(baseline), ...(await asTheInputIsRead(model, input, states)) };
  }
  if (input.kind === "text") {
    const name = keyword("baseline", baseline ?? defaultTextBaseline(model), TEXT_BASELINES);
    return {
      spelled: name,
      ...(await asTheInputIsRead(model, input, await textBaseline(model, input, name))),
    };
  }
  const name = keyword("baseline", baseline ?? defaultImageBaseline, IMAGE_BASELINES);
  return { spelled: name, ...(await imageBaseline(model, input, name, seed)) };
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
  if (anatomy.readsIds !== true || states.logits === undefined || hiddenState === undefined) return states;
  const { hiddenStates, logits } = await programs.forwardFrom({ hiddenState, feeds });
  return { ...states, hiddenStates, logits, passes: states.passes + 1 };
}

function customStates(
  model: ExplainableModel,
  input: PreparedInput,
  baseline: CustomBaseline,
): Promise<BaselineStates> {
  if ("hiddenState" in baseline) return stateBaseline(model, input, baseline.hiddenState);
  if ("text" in baseline && input.kind === "text") return customTextBaseline(model, input, baseline);
  if ("image" in baseline && input.kind === "image") return customImageBaseline(model, input, baseline.image);
  const names = input.kind === "text" ? TEXT_BASELINES : IMAGE_BASELINES;
  const [own, other] = input.kind === "text" ? ["a text", "an image"] : ["an image", "a text"];
  throw new InvalidOptionError(
    `Cannot use ${other} as the baseline of ${own}: give ${own}, or one of ${names.map((name) => `"${name}"`).join(", ")}`,
    "baseline",
    Object.keys(baseline),
    names,
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

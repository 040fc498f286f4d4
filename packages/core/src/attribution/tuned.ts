/** @file Settings that were chosen for a model by measuring, and are stored with it. METHOD 5. */

import type { ExplainOptions, Fusion, LayerWeightsName } from "./options.ts";

/** How the evidence of the blocks becomes one map, and what that was chosen by. */
export interface TunedSettings {
  readonly fusion: Fusion;
  /** Weight of the block relevance in `additive` fusion, 0..1. */
  readonly lambda: number;
  readonly layerWeights: LayerWeightsName | readonly number[];
  readonly chosenBy: {
    readonly metric: string;
    readonly dataset: string;
    /** Inputs that the settings were chosen on, and others that confirmed them. */
    readonly choosing: number;
    readonly confirming: number;
  };
}

/**
 * The settings that hold for these options: the tuned ones of the model, unless the caller asks for any of them, or for
 * some blocks only. They were chosen together, so they hold together or not at all.
 */
export function tunedFor(
  tuned: TunedSettings | undefined,
  { fusion, lambda, layerWeights, layers }: ExplainOptions,
): TunedSettings | undefined {
  const own = [fusion, lambda, layerWeights, layers].some((option) => option !== undefined);
  return own ? undefined : tuned;
}

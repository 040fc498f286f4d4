/**
 * @file The attention sink of decoders: a first token whose hidden states outgrow all others, on which blocks rest
 * attention that they have no use for (Xiao et al. 2024).
 */

import type { FloatTensor } from "../tensor/tensor.ts";
import type { Warning } from "./explanation.ts";

/** So many times as long as those of the others in the middle are states of a sink, in half of the blocks at least. */
const LONGER = 10;
/** Fewer tokens tell nothing. */
const LEAST_TOKENS = 4;

/**
 * What readers must know where the first token is one. It keeps its own value in baselines, so that its relevance is 0; a
 * fused map can move evidence to it.
 *
 * @param hiddenStates - Entering each block [1, positions, width].
 */
export function sinkWarnings(
  [first]: readonly { readonly text?: string }[],
  hiddenStates: readonly FloatTensor[],
): readonly Warning[] {
  const ratios = hiddenStates.slice(1).flatMap(firstOverOthers);
  const long = ratios.filter((ratio) => ratio >= LONGER);
  if (long.length === 0 || long.length < ratios.length / 2) return [];
  const times = Number(Math.max(...long).toPrecision(2));
  const name = first?.text === undefined ? "The first token" : `The first token, ${JSON.stringify(first.text)},`;
  const message = `${name} is an attention sink: its hidden states are up to ${times} times as long as those of the others, and blocks rest attention there that they have no use for. It is kept in baselines; what the map gives it says nothing of the word`;
  return [{ code: "attention-sink", message }];
}

/** Length of the state of the first token over the median of the others. */
function firstOverOthers({ data, shape: [, positions = 0, width = 0] }: FloatTensor): readonly number[] {
  if (positions < LEAST_TOKENS) return [];
  const lengths = Array.from({ length: positions }, (_, t) => Math.hypot(...data.subarray(t * width, (t + 1) * width)));
  const others = lengths.slice(1).sort((a, b) => a - b);
  const median = others[others.length >> 1] as number;
  return median === 0 ? [] : [(lengths[0] as number) / median];
}

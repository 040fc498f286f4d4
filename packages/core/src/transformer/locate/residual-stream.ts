/** @file The residual stream: the single value from which each block starts. */

import type { Dimension } from "../../onnx/model.ts";
import type { AttentionSite } from "./attention.ts";
import type { DataFlow } from "./data-flow.ts";
import { lastBelow } from "./last-below.ts";
import { describeShape, type Search } from "./search.ts";

/** Sizes that all blocks share. */
export interface Stream {
  /** Value entering each block, in the order of the blocks. */
  readonly hiddenStates: readonly string[];
  readonly heads: number;
  readonly width: number;
  readonly positions: Dimension;
}

/**
 * For each attention the last value [batch, positions, width] before it through which everything passes.
 *
 * A residual connection leads around every layer inside a block, so such values are only the stream itself: in
 * post-normalised models the normalised sum, in pre-normalised ones the sum.
 *
 * @param tokens - Size of the axis of tokens of the input; undefined for images.
 * @param problems - Gets a line for everything that does not fit.
 */
export function findStream(
  search: Search,
  flow: DataFlow,
  sites: readonly AttentionSite[],
  tokens: Dimension,
  problems: string[],
): Stream | undefined {
  const before = problems.length;
  const states = flow.cuts.filter((cut) => isState(search.shape(cut), tokens));
  const places = states.map(flow.place);
  const entries = sites.map((site) => {
    const entry = states[lastBelow(places, flow.place(site.probabilities))];
    if (entry === undefined) {
      problems.push(
        `a hidden state before ${site.description}: no single value [batch, positions, width] lies on every path there; there are several streams, or none`,
      );
    }
    return { site, entry: entry ?? "" };
  });
  if (problems.length > before) return undefined;

  const starting = new Map<string, AttentionSite>();
  for (const { site, entry } of entries) {
    const twin = starting.get(entry);
    if (twin === undefined) starting.set(entry, site);
    else {
      problems.push(
        `a block for each attention: ${twin.description} and ${site.description} both start from "${entry}", with no single hidden state between them`,
      );
    }
    const problem = misfit(search.shape(site.probabilities), search.shape(entry));
    if (problem !== undefined) problems.push(`attention over all positions: ${site.description} ${problem}`);
  }
  const shapes = entries.map(({ entry }) => search.shape(entry) ?? []);
  const widths = new Set(shapes.map((shape) => shape[2]));
  if (widths.size > 1) {
    problems.push(`one width: the blocks start from ${[...new Set(shapes.map(describeShape))].join(", ")}`);
  }
  const heads = sites.map((site) => search.shape(site.probabilities)?.[1]);
  if (!heads.every((count) => typeof count === "number")) {
    problems.push(
      `a number of heads: ${sites.map((site) => `${site.description} gives ${describeShape(search.shape(site.probabilities))}`).join(", ")}`,
    );
  }
  if (problems.length > before) return undefined;
  return {
    hiddenStates: entries.map(({ entry }) => entry),
    heads: (heads as number[]).reduce((most, count) => Math.max(most, count)),
    width: shapes[0]?.[2] as number,
    positions: shapes[0]?.[1],
  };
}

/** [batch, positions, width]; what has the tokens first is not taken for it. */
const isState = (shape: readonly Dimension[] | undefined, tokens: Dimension): boolean =>
  shape?.length === 3 && typeof shape[2] === "number" && (typeof tokens !== "string" || shape[0] !== tokens);

/** Why probabilities [batch, heads, queries, keys] are not those of all positions of a hidden state [batch, positions, width]. */
function misfit(
  probabilities: readonly Dimension[] | undefined,
  state: readonly Dimension[] | undefined,
): string | undefined {
  const [keys, positions] = [probabilities?.[3], state?.[1]];
  // Two symbols may stand for one size without that being provable.
  if (keys === positions || (typeof keys !== "number" && typeof positions !== "number")) return undefined;
  return `has probabilities ${describeShape(probabilities)} for hidden states ${describeShape(state)}: it looks at windows, or at another sequence`;
}

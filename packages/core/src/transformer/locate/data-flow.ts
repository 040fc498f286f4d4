/** @file How the input reaches the logits through floating-point values, and the single values through which all of it passes. */

import type { Search } from "./search.ts";

/** The floating-point values on the way from the sources to the sink; everything else is mask, weight or shape arithmetic. */
export interface DataFlow {
  has(value: string): boolean;
  /** Place of a value in the order of the graph. @throws Never: values off the way are at infinity. */
  place(value: string): number;
  /** Values that every path from the sources to the sink passes, in order. */
  readonly cuts: readonly string[];
}

/**
 * Follows `sources` to `sink`.
 *
 * In a topological order of the values that lie on such paths, a value is on all paths exactly if no edge jumps over it:
 * an edge that does is part of a path without the value. Cost: the values behind the sink, and one pass over the nodes for
 * each list of sources; cuts are found when they are first asked for.
 */
export function traceDataFlow(search: Search, sources: readonly string[], sink: string): DataFlow {
  const { index } = search;
  const starts = new Set(sources);
  const reached = search.floatsBehind(sources);
  const needed = new Set(reached.has(sink) ? [sink] : []);
  for (const value of needed) {
    if (starts.has(value)) continue;
    for (const input of index.producer.get(value)?.inputs ?? []) if (reached.has(input)) needed.add(input);
  }
  search.spend(needed.size);
  const order = [...needed].sort((a, b) => search.position(a) - search.position(b));
  const places = new Map(order.map((value, place) => [value, place]));
  const place = (value: string) => places.get(value) ?? Number.POSITIVE_INFINITY;
  let cuts: readonly string[] | undefined;
  return {
    has: (value) => needed.has(value),
    place,
    get cuts() {
      cuts ??= findCuts();
      return cuts;
    },
  };

  function findCuts(): readonly string[] {
    const cuts: string[] = [];
    let furthest = sources
      .filter((source) => needed.has(source))
      .reduce((most, source) => Math.max(most, place(source)), Number.NEGATIVE_INFINITY);
    for (const [own, value] of order.entries()) {
      if (furthest <= own) cuts.push(value);
      for (const { outputs } of index.consumers.get(value) ?? []) {
        for (const output of outputs) if (needed.has(output)) furthest = Math.max(furthest, place(output));
      }
    }
    return cuts;
  }
}

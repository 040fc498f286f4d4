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
 * an edge that does is part of a path without the value. Cost: one pass over the nodes.
 */
export function traceDataFlow({ index, shapes }: Search, sources: readonly string[], sink: string): DataFlow {
  const reached = new Set(sources);
  for (const { inputs, outputs } of index.graph.nodes) {
    if (!inputs.some((input) => reached.has(input))) continue;
    for (const output of outputs) if (isFloat(shapes.get(output)?.dtype)) reached.add(output);
  }
  const needed = new Set(reached.has(sink) ? [sink] : []);
  for (const value of needed) {
    if (sources.includes(value)) continue;
    for (const input of index.producer.get(value)?.inputs ?? []) if (reached.has(input)) needed.add(input);
  }
  const order = [
    ...index.graph.inputs.map(({ name }) => name),
    ...index.graph.nodes.flatMap(({ outputs }) => outputs),
  ].filter((value) => needed.has(value));
  const places = new Map(order.map((value, place) => [value, place]));
  const place = (value: string) => places.get(value) ?? Number.POSITIVE_INFINITY;
  return { has: (value) => needed.has(value), place, cuts: findCuts() };

  function findCuts(): readonly string[] {
    const cuts: string[] = [];
    let furthest = Math.max(...sources.filter((source) => needed.has(source)).map(place));
    for (const [own, value] of order.entries()) {
      if (furthest <= own) cuts.push(value);
      for (const { outputs } of index.consumers.get(value) ?? []) {
        for (const output of outputs) if (needed.has(output)) furthest = Math.max(furthest, place(output));
      }
    }
    return cuts;
  }
}

const isFloat = (dtype: string | undefined): boolean => dtype === undefined || /^b?float/.test(dtype);

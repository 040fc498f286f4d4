/** @file Which operators of a graph can be differentiated: the table behind `calig inspect`. */

import type { Graph } from "../onnx/model.ts";
import { createRegistry, findEntry, type RuleRegistry } from "./registry.ts";

/** How an operator of a model stands to differentiation. */
export interface OperatorCoverage {
  /** "" is ai.onnx. */
  readonly domain: string;
  readonly opType: string;
  /** Version of the operator set in this model. */
  readonly opset: number;
  /** Nodes of this operator. */
  readonly count: number;
  /** "rule": differentiable; "none": no gradient by design; "missing": a model with it on a path is refused. */
  readonly status: "rule" | "none" | "missing";
}

/** One row per operator of the graph, most frequent first. */
export function gradientCoverage(
  graph: Graph,
  opsets: Readonly<Record<string, number>>,
  registry: RuleRegistry = createRegistry(),
): readonly OperatorCoverage[] {
  const rows = new Map<string, OperatorCoverage>();
  for (const { domain, opType } of graph.nodes) {
    const key = `${domain}:${opType}`;
    const opset = opsets[domain] ?? 1;
    const entry = findEntry(registry, domain, opType, opset);
    const status = entry === undefined ? "missing" : entry.rule === "none" ? "none" : "rule";
    rows.set(key, { domain, opType, opset, count: (rows.get(key)?.count ?? 0) + 1, status });
  }
  return [...rows.values()].sort((a, b) => b.count - a.count || a.opType.localeCompare(b.opType));
}

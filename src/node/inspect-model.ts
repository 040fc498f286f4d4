/** @file What a loaded model is made of, and whether all of it can be differentiated: the data of `calig inspect`. */

import { gradientCoverage, type OperatorCoverage } from "../autodiff/coverage.ts";
import type { LoadedModel } from "./load-model.ts";

/** Facts of a model. `warnings` names everything that stands in the way of an explanation. */
export interface ModelInspection {
  readonly id: string;
  readonly folder: string;
  readonly family: string;
  readonly task: string;
  readonly labels: readonly string[];
  readonly blocks: number;
  readonly heads: number;
  readonly width: number;
  /** Longest input in tokens, special ones included; undefined for images. */
  readonly maxLength: number | undefined;
  readonly tokenizer: string | undefined;
  /** Special tokens by role ("mask"), as the tokenizer writes them. */
  readonly specialTokens: Readonly<Record<string, string>>;
  readonly pooling: string;
  readonly parameters: number;
  readonly weightBytes: number;
  /** Element types of the weights, most frequent first. */
  readonly dtypes: readonly string[];
  readonly sha256: string;
  readonly runtime: string;
  /** Values of the graph: where each block's hidden state enters and where its attention probabilities are. */
  readonly anatomy: readonly { readonly block: number; readonly hiddenState: string; readonly attention: string }[];
  readonly operators: readonly OperatorCoverage[];
  readonly warnings: readonly string[];
}

/** Describes a model without running it. */
export function inspectModel(model: LoadedModel): ModelInspection {
  const { facts, transformer, tokenizer, weights } = model;
  const { anatomy, graph, opsets } = transformer;
  const operators = gradientCoverage(graph, opsets);
  const missing = operators.filter((operator) => operator.status === "missing").map((operator) => operator.opType);
  return {
    id: facts.id,
    folder: model.folder,
    family: facts.family,
    task: facts.task,
    labels: model.labels,
    blocks: facts.blocks,
    heads: facts.heads,
    width: facts.width,
    maxLength: tokenizer?.maxLength,
    tokenizer: tokenizer?.kind,
    specialTokens: Object.fromEntries(
      Object.entries(tokenizer?.specialTokens ?? {}).map(([role, token]) => [role, token.text]),
    ),
    pooling: anatomy.pooling,
    parameters: weights.parameters,
    weightBytes: weights.bytes,
    dtypes: [...weights.elements.keys()],
    sha256: weights.sha256,
    runtime: model.runtime,
    anatomy: anatomy.hiddenStates.map((hiddenState, block) => ({
      block,
      hiddenState,
      attention: anatomy.attentionProbabilities[block] as string,
    })),
    operators,
    warnings:
      missing.length === 0
        ? []
        : [`No gradient rule for ${missing.join(", ")}: paths through them cannot be explained`],
  };
}

/** @file What a loaded model is made of, and whether all of it can be differentiated: the data of `calig inspect`. */

import { buildGradientGraph } from "@calig/core/internal/autodiff/backward";
import { gradientCoverage, type OperatorCoverage } from "@calig/core/internal/autodiff/coverage";
import type { RuleRegistry } from "@calig/core/internal/autodiff/registry";
import { UnsupportedModelError } from "@calig/core/internal/errors";
import { extractGraph } from "@calig/core/internal/graph/extract";
import type { Activation } from "@calig/core/internal/program/activation";
import { logitsOf, type Readout, streamOf, type TransformerGraph } from "@calig/core/internal/transformer/anatomy";
import type { LoadedModel } from "./load-model.ts";
import { estimateMemory, type MemoryEstimate } from "./memory-estimate.ts";

/** Facts of a model. `warnings` names everything that stands in the way of an explanation. */
export interface ModelInspection {
  readonly id: string;
  readonly folder: string;
  /** The ONNX or GGUF file; undefined for a checkpoint, from which calig builds the graph. */
  readonly file: string | undefined;
  readonly family: string;
  readonly task: string;
  readonly labels: readonly string[];
  /** How logits become probabilities. */
  readonly activation: Activation;
  readonly blocks: number;
  readonly heads: number;
  readonly width: number;
  /** Longest input in tokens, special ones included; undefined for images. */
  readonly maxLength: number | undefined;
  readonly tokenizer: string | undefined;
  /** Special tokens by role ("mask"), as the tokenizer writes them. */
  readonly specialTokens: Readonly<Record<string, string>>;
  /** Positions that the logits are read from. */
  readonly readout: Readout;
  readonly causal: boolean;
  readonly parameters: number;
  readonly weightBytes: number;
  /** Element types of the weights, most frequent first. */
  readonly dtypes: readonly string[];
  readonly sha256: string;
  readonly runtime: string;
  readonly memory: MemoryEstimate;
  /** Values of the graph: where each block's hidden state enters and where its attention probabilities are. */
  readonly anatomy: readonly { readonly block: number; readonly hiddenState: string; readonly attention: string }[];
  /** Inputs of the graph by role. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly operators: readonly OperatorCoverage[];
  /** What was done to the graph of an ONNX file. */
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
}

/** Describes a model without running it. */
export function inspectModel(model: LoadedModel): ModelInspection {
  const { facts, transformer, tokenizer, weights } = model;
  const { anatomy, graph, opsets } = transformer;
  return {
    id: facts.id,
    folder: model.folder,
    file: model.file,
    family: facts.family,
    task: facts.task,
    labels: model.labels,
    activation: model.activation,
    blocks: facts.blocks,
    heads: facts.heads,
    width: facts.width,
    maxLength: tokenizer?.maxLength,
    tokenizer: tokenizer?.kind,
    specialTokens: Object.fromEntries(
      Object.entries(tokenizer?.specialTokens ?? {}).map(([role, token]) => [role, token.text]),
    ),
    readout: logitsOf(anatomy).readout,
    causal: streamOf(anatomy).causal === true,
    parameters: weights.parameters,
    weightBytes: weights.bytes,
    dtypes: weights.types ?? [...weights.elements.keys()],
    sha256: weights.sha256,
    runtime: model.runtime,
    memory: estimateMemory(model),
    anatomy: streamOf(anatomy).hiddenStates.map((hiddenState, block) => ({
      block,
      hiddenState,
      attention: streamOf(anatomy).attentionProbabilities[block] as string,
    })),
    inputs: { ...streamOf(anatomy).inputs },
    operators: gradientCoverage(graph, opsets, model.source.rules),
    notes: model.notes,
    warnings: [
      ...(model.warnings ?? []).map(({ message }) => message),
      ...gradientProblems(transformer, model.source.rules),
    ],
  };
}

/** What keeps the logits from being differentiated; operators that no path passes do not. */
function gradientProblems({ graph, opsets, anatomy }: TransformerGraph, registry?: RuleRegistry): readonly string[] {
  const [first = ""] = streamOf(anatomy).hiddenStates;
  const state = { name: first, dtype: "float32" as const, shape: ["rows", "positions", streamOf(anatomy).width] };
  const body = extractGraph(graph, { inputs: [state], outputs: [logitsOf(anatomy).value] });
  try {
    buildGradientGraph(body, { of: logitsOf(anatomy).value, withRespectTo: [first], opsets, registry });
    return [];
  } catch (error) {
    if (error instanceof UnsupportedModelError) return [error.message];
    throw error;
  }
}

/** @file The head of a model: names of its classes, and how its logits become probabilities. As transformers' pipelines have it. */

import type { Warning } from "../attribution/explanation.ts";
import type { CheckpointConfig } from "../checkpoint/config.ts";
import { numberedLabels } from "../checkpoint/labels.ts";
import { CheckpointError, UnsupportedModelError } from "../errors.ts";
import type { Activation } from "../program/activation.ts";
import {
  type LogitsOutput,
  logitsOf,
  type MaskedTokenOutput,
  type NextTokenOutput,
  type TransformerGraph,
} from "../transformer/anatomy.ts";

/** What is said of the classes of a model. */
export interface Head {
  readonly labels: readonly string[];
  readonly activation: Activation;
  /** How many logits there are, where they are not named. Default: as many as labels. */
  readonly classes?: number;
  /** What in the configuration readers of explanations must know. */
  readonly warnings: readonly Warning[];
}

/** What the graph says of its head. */
export type HeadGraph = Pick<LogitsOutput, "per" | "activation">;

/** The head of a language model, or of one that fills masks: one of many tokens, which the tokenizer has the names of. */
export const nextTokenHead = ({ vocabulary }: NextTokenOutput | MaskedTokenOutput): Head => ({
  labels: [],
  activation: "softmax",
  classes: vocabulary,
  warnings: [],
});

/** The head that finds spans: two logits for every token. */
export const SPAN_HEAD: Head = { labels: [], activation: "softmax", classes: 2, warnings: [] };

/** An embedding in the place of a head: numbers without names or probabilities. */
export const EMBEDDING_HEAD: Head = { labels: [], activation: "none", warnings: [] };

/** The same of a graph that calig built. */
export const embeddingHead = ({ graph, anatomy }: TransformerGraph): Head => ({
  ...EMBEDDING_HEAD,
  classes: graph.outputs.find(({ name }) => name === logitsOf(anatomy).value)?.shape?.at(-1) as number,
});

/** The head of a checkpoint: what its configuration says. */
export function checkpointHead(config: CheckpointConfig, graph: HeadGraph): Head {
  const { labels, contradictions } = config.classes;
  return assembled(config, graph, labels, contradictions);
}

/**
 * The head of an ONNX file, whose logits tell how many classes there are.
 *
 * Names that are as many as the logits are used whatever `num_labels` says.
 *
 * @throws {CheckpointError} When the configuration names another number of classes.
 * @throws {UnsupportedModelError} When the file computes the same probability whatever the input is.
 */
export function onnxHead(config: CheckpointConfig | undefined, graph: HeadGraph, classes: number): Head {
  if (graph.activation === "softmax" && classes === 1) {
    throw new UnsupportedModelError(
      "Cannot explain the model: it ends in a softmax over one logit, which is 1 whatever the input is; export it with its logits, or with a sigmoid",
      [{ opType: "Softmax", reason: "softmax over one logit" }],
    );
  }
  const { named, labels, contradictions } = config?.classes ?? {};
  if (named === undefined) {
    const unused = labels?.length === classes ? (contradictions ?? []) : [];
    return assembled(config, graph, numberedLabels(classes), unused);
  }
  if (named.length === classes) {
    const others = labels?.length === classes ? (contradictions ?? []) : [];
    return assembled(config, graph, named, others);
  }
  if (labels?.length === classes) return assembled(config, graph, labels, contradictions ?? []);
  throw new CheckpointError(
    `Cannot use "config.json": "id2label" names ${named.length} classes, the logits of the ONNX file are ${classes}; check that both belong to the same model`,
    "config.json",
  );
}

function assembled(
  config: CheckpointConfig | undefined,
  graph: HeadGraph,
  labels: readonly string[],
  contradictions: readonly string[],
): Head {
  const { activation, surprise } = activationOf(config, graph, labels.length);
  return {
    labels,
    activation,
    warnings: [
      ...contradictions.map((message) => ({ code: "labels", message })),
      ...(surprise === undefined ? [] : [{ code: "problem-type", message: surprise }]),
    ],
  };
}

interface ActivationChoice {
  readonly activation: Activation;
  /** Why it is not what one might expect. */
  readonly surprise?: string;
}

/**
 * How logits become probabilities: what the file computes itself, else as transformers' pipelines decide it
 * (TextClassificationPipeline and ImageClassificationPipeline of 5.x: `problem_type`, else the number of labels;
 * TokenClassificationPipeline: always the softmax).
 */
function activationOf(
  config: CheckpointConfig | undefined,
  { per, activation: computed }: HeadGraph,
  classes: number,
): ActivationChoice {
  const problem = config?.problemType;
  if (computed !== undefined) {
    if (problem !== "regression") return { activation: computed };
    const surprise = `config.json says that the model is a regression, but its file ends in a ${computed}: what the file computes is shown`;
    return { activation: computed, surprise };
  }
  if (classes === 1) {
    switch (problem) {
      case "regression":
        return { activation: "none" };
      case "multi_label_classification":
        return { activation: "sigmoid" };
      case "single_label_classification":
        return { activation: "sigmoid", surprise: SINGLE_OF_ONE };
      default:
        return { activation: "sigmoid", surprise: UNSTATED };
    }
  }
  if (per === "token") {
    if (problem === undefined || problem === "single_label_classification") return { activation: "softmax" };
    const surprise = `config.json says "${problem}", which transformers does not look at where every token is classified: probabilities are a softmax, as in its pipeline`;
    return { activation: "softmax", surprise };
  }
  if (problem === "regression") return { activation: "none" };
  return { activation: problem === "multi_label_classification" ? "sigmoid" : "softmax" };
}

const UNSTATED =
  'The model has one output, and nothing says what it is: its sigmoid is shown, as in the pipelines of transformers. If it is a number (a similarity, a grade), write "problem_type": "regression" into config.json';

const SINGLE_OF_ONE =
  'config.json says "single_label_classification", but the model has one output, whose softmax is 1 whatever the input is: its sigmoid is shown, as in the pipelines of transformers 4 (5 refuses the model). If it is a number, "problem_type" is "regression"';

/** @file What each output of a graph holds: logits of classes, or one of the many things that are no logits. */

import type { Dimension, Node } from "../../onnx/model.ts";
import { largest } from "../../util/largest.ts";
import { POOLED_OUTPUT } from "../embedding.ts";
import { type DataFlow, traceDataFlow } from "./data-flow.ts";
import { intOf, isOperator, isProduct } from "./operators.ts";
import type { Source } from "./roles.ts";
import { describeShape, type Search } from "./search.ts";

/** What an output holds, and how messages say it. */
const MEANINGS = {
  logits: "what could be the logits of classes",
  "hidden-states": "hidden states of every position, which a head for classification would read",
  embedding:
    "one vector for the whole input (a pooled state or an embedding), which says how near two inputs are and names no class",
  embeddings: "one vector for every position (embeddings), which names no class",
  vocabulary:
    "scores of all words of the vocabulary (the head of a language model), which say what word fits and name no class",
  "number-per-token":
    "one number for every token, as where an answer starts and ends (a head that answers questions) or whether a token was replaced",
  patches: "numbers for every patch of the picture",
  map: "a map (attention weights, keys and values, or one number for every pixel)",
  loss: "a loss",
  unrelated: "nothing that depends on the input",
  unknown: "values of unknown shape",
} as const;

export type Meaning = keyof typeof MEANINGS;

export interface Output {
  readonly name: string;
  /** The same before a softmax or sigmoid that ends the graph. */
  readonly value: string;
  /** That softmax or sigmoid. */
  readonly activation?: "softmax" | "sigmoid";
  readonly shape: readonly Dimension[] | undefined;
  readonly meaning: Meaning;
  /** Its way from the input. */
  readonly flow: DataFlow;
}

/** What a vocabulary has at least, where its size and the number of rows of the table of words differ. */
const SMALL_VOCABULARY = 1000;
/** How far the two may differ, as tables and heads are padded to round sizes. */
const PADDED = 0.1;
/** More classes than models have whose logits pass a tanh. */
const MANY = 64;

/** Operators that give vectors one length or one scale: no logits behind them. */
const NORMALISING = setOf(
  "LpNormalization ReduceL2 ReduceSumSquare LayerNormalization SimplifiedLayerNormalization RMSNormalization Sqrt",
);
/** Activations of inner layers. */
const INNER_ACTIVATIONS = setOf("Relu Gelu FastGelu QuickGelu Erf Elu Selu LeakyRelu Mish HardSwish");

/** Names that libraries give to outputs that are no logits. Used only where the structure allows both. */
const EMBEDDING_NAME =
  /(^|[_./])(embeds?|embeddings?|features?|pooler_output|pooled_output|last_hidden_states?|hidden_states?)[._\d]*$/i;

/**
 * What the outputs hold.
 *
 * Logits are made by a linear layer of the head: between them and the last sum of the residual stream there is a product
 * with a weight, and behind it nothing that makes a vector of it. Hidden states, and what is pooled of them, are not.
 *
 * @param listed - Classes that the configuration names: what has as many is taken for their logits.
 */
export function describeOutputs(search: Search, source: Source, listed?: number): readonly Output[] {
  return search.index.graph.outputs.map(({ name }) => {
    const flow = traceDataFlow(search, source.values, name);
    const { value, activation } = beforeActivation(search, name);
    const shape = search.shape(value);
    const meaning = flow.has(name) ? meaningOf(search, source, { name, value, shape, flow }, listed) : "unrelated";
    return { name, value, ...(activation === undefined ? {} : { activation }), shape, meaning, flow };
  });
}

/** '"last_hidden_state" [batch, tokens, 16]: hidden states of every position ...; "loss" []: a loss' */
export function listOutputs(outputs: readonly Output[]): string {
  const meanings = [...new Set(outputs.map(({ meaning }) => meaning))];
  const groups = meanings.map((meaning) => {
    const names = outputs.filter((output) => output.meaning === meaning).map(nameOutput);
    return `${names.join(", ")}: ${MEANINGS[meaning]}`;
  });
  return groups.join("; ");
}

/** '"logits" [batch, 3]' */
export const nameOutput = ({ name, shape }: Output): string => `"${name}" ${describeShape(shape)}`;

function meaningOf(
  search: Search,
  source: Source,
  { name, value, shape, flow }: Omit<Output, "meaning" | "activation">,
  listed: number | undefined,
): Meaning {
  if (name === POOLED_OUTPUT) return "logits";
  if (shape === undefined) return "unknown";
  const classes = shape.at(-1);
  if (shape.length === 0) return "loss";
  if (shape.length > 3) return "map";
  if (shape.length === 1) return "unknown";
  if (typeof classes !== "number") return shape.length === 2 ? "number-per-token" : "map";
  const tail = tailOf(search, flow, value);
  const vectors = shape.length === 2 ? "embedding" : "embeddings";
  if (tail.products.length === 0) return shape.length === 2 ? "embedding" : "hidden-states";
  if (isPerToken(search, tail, shape)) return "number-per-token";
  if (listed === classes) return isPatches(source, shape) ? "patches" : "logits";
  if (isVocabulary(source, classes)) return "vocabulary";
  if (isVector(search, tail, classes) || (classes > 1 && EMBEDDING_NAME.test(name))) return vectors;
  return isPatches(source, shape) ? "patches" : "logits";
}

const isPatches = ({ role }: Source, shape: readonly Dimension[]): boolean => role === "pixels" && shape.length === 3;

function isVocabulary({ input, lookups }: Source, classes: number): boolean {
  const rows = largest(
    lookups.filter((lookup) => lookup.input === input).map((lookup) => lookup.rows),
    0,
  );
  return classes === rows || (classes > SMALL_VOCABULARY && Math.abs(classes - rows) < PADDED * rows);
}

/** One column of [batch, tokens, few]: with a fixed number of tokens it looks like a row of classes. */
function isPerToken(search: Search, { products }: Tail, shape: readonly Dimension[]): boolean {
  if (shape.length !== 2) return false;
  return products.every(({ outputs: [product = ""] }) => {
    const own = search.shape(product);
    return own?.length === 3 && (own[2] === 1 || own[2] === 2) && own[1] === shape[1] && own[2] !== shape[1];
  });
}

/** Whether what stands behind the last linear layer makes a vector of its results. */
function isVector(search: Search, { products, between }: Tail, classes: number): boolean {
  const has = (names: ReadonlySet<string>) => between.some(({ opType }) => names.has(opType));
  if (has(NORMALISING)) return true;
  const keepsWidth = products.some(({ inputs }) =>
    inputs.some((input) => search.shape(input)?.at(-1) === classes && !search.isConstant(input)),
  );
  if (has(new Set(["Tanh"]))) return keepsWidth || classes >= MANY;
  return keepsWidth && has(INNER_ACTIVATIONS);
}

/** The end of a graph: what lies behind the last linear layers or, where there are none, the last sum of the stream. */
interface Tail {
  /** The last products with weights. */
  readonly products: readonly Node[];
  /** Nodes between those and the value. */
  readonly between: readonly Node[];
}

function tailOf(search: Search, flow: DataFlow, value: string): Tail {
  const products: Node[] = [];
  const between: Node[] = [];
  const seen = new Set([value]);
  for (const own of seen) {
    const node = search.index.producer.get(own);
    if (node === undefined) continue;
    if (isWeighted(search, node)) products.push(node);
    else if (!isResidual(search, flow, node)) {
      between.push(node);
      for (const input of node.inputs) if (flow.has(input)) seen.add(input);
    }
  }
  return { products, between };
}

const isWeighted = ({ isConstant, shape }: Search, node: Node): boolean =>
  (isProduct(node) || isOperator(node, "Conv")) &&
  node.inputs.some((input) => input !== "" && isConstant(input) && (shape(input)?.length ?? 0) >= 2);

/** Whether a node is x + f(x): the sum of two values of which one is made of the other. Sums of two heads are not. */
export function isResidual(search: Search, flow: DataFlow, node: Node): boolean {
  if (!isOperator(node, "Add", "Sum")) return false;
  const own = [...new Set(node.inputs.filter((input) => flow.has(input)))];
  if (own.length < 2) return false;
  const others = new Set(own);
  const first = own.reduce((least, value) => Math.min(least, flow.place(value)), Number.POSITIVE_INFINITY);
  // What is made later cannot be a part of what was made earlier.
  const mayLead = (value: string) => flow.has(value) && flow.place(value) >= first;
  return own.some((start) => {
    const behind = new Set([start]);
    for (const value of behind) {
      search.spend(1);
      if (value !== start && others.has(value)) return true;
      for (const input of search.index.producer.get(value)?.inputs ?? []) if (mayLead(input)) behind.add(input);
    }
    return false;
  });
}

/**
 * Steps back over what makes probabilities of logits, over the last activation only, so that what a second one before it
 * computes are the logits, and the probabilities those of the file; and over the end of an axis of one logit.
 */
function beforeActivation(search: Search, output: string): Pick<Output, "value" | "activation"> {
  const { index, shape } = search;
  let found: Pick<Output, "value" | "activation"> = { value: output };
  for (let value = output; ; ) {
    const node = index.producer.get(value);
    const [before = ""] = node?.inputs ?? [];
    const isSqueezed =
      isOperator(node, "Squeeze", "Reshape") && shape(value)?.length === 1 && isOneColumn(shape(before));
    const activation = activationOf(search, node);
    if (isSqueezed) found = { ...found, value: before };
    else if (activation !== undefined && found.activation === undefined) found = { value: before, activation };
    else if (!isOperator(node, "Identity")) return found;
    value = before;
  }
}

function activationOf(search: Search, node: Node | undefined): Output["activation"] {
  if (isOperator(node, "Sigmoid")) return "sigmoid";
  return isOperator(node, "Softmax", "LogSoftmax") && isOverClasses(search, node) ? "softmax" : undefined;
}

/** Whether a softmax is over the last axis. */
function isOverClasses({ opsets, shape }: Search, node: Node): boolean {
  const rank = shape(node.inputs[0] ?? "")?.length;
  const axis = intOf(node, "axis") ?? ((opsets[""] ?? 13) < 13 ? 1 : -1);
  return axis === -1 || axis + 1 === rank;
}

const isOneColumn = (shape: readonly Dimension[] | undefined): boolean => shape?.length === 2 && shape[1] === 1;

function setOf(names: string): ReadonlySet<string> {
  return new Set(names.split(" "));
}

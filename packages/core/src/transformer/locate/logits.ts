/** @file Which value of a graph the logits are. */

import { UnsupportedModelError } from "../../errors.ts";
import type { Graph } from "../../onnx/model.ts";
import type { LogitsOutput } from "../anatomy.ts";
import { kindByOutputs } from "./other-models.ts";
import { describeOutputs, listOutputs, type Meaning, nameOutput, type Output } from "./outputs.ts";
import { findSource, type Source } from "./roles.ts";
import { createSearch, describeShape, type Search } from "./search.ts";

/** The logits and what they are of. */
export interface Logits {
  /** The output that they are, or that probabilities are made of them for. */
  readonly output: string;
  readonly value: string;
  readonly per: LogitsOutput["per"];
  readonly classes: number;
  /** What the file makes probabilities of the logits with; absent where its output is the logits. */
  readonly activation?: Output["activation"];
  /** Whether they are scores of all words of the vocabulary for every token, as language models give. Absent for no. */
  readonly ofWords?: true;
}

/** What a model for another task has beside logits, if any. */
const OTHER_HEADS: ReadonlySet<Meaning> = new Set<Meaning>(["vocabulary", "number-per-token", "patches"]);

/**
 * The output that holds logits of classes and that no other one of them is computed from. Hidden states, attention maps,
 * pooled states and losses that are outputs too are passed over. A softmax or sigmoid that ends the graph is left away.
 *
 * @param source - Where the data comes in.
 * @param listed - Number of classes that the configuration names.
 * @param problems - Gets a line where several outputs qualify, or the shape is not one of logits.
 * @throws {UnsupportedModelError} When no output holds logits of classes: says what the outputs hold.
 */
export function findLogits(search: Search, source: Source, problems: string[], listed?: number): Logits | undefined {
  const outputs = describeOutputs(search, source, listed);
  const candidates = outputs.filter(({ meaning }) => meaning === "logits");
  const words = wordScores(source, outputs);
  if (words !== undefined) return { ...logitsIn(words), ofWords: true };
  const last = candidates.filter(({ name }) =>
    candidates.every((other) => other.name === name || !other.flow.has(name)),
  );
  const [found] = last;
  if (found === undefined) {
    const unknown = outputs.find(({ meaning }) => meaning === "unknown");
    if (unknown === undefined) throw headless(outputs, source);
    problems.push(
      `logits [batch, classes] or [batch, tokens, classes]: output "${unknown.name}" is ${describeShape(unknown.shape)}`,
    );
    return undefined;
  }
  const others = outputs.filter(({ meaning, name }) => OTHER_HEADS.has(meaning) && !found.flow.has(name));
  if (others.length > 0) throw severalHeads([...last, ...others]);
  if (last.length > 1) throw manyHeads(last);
  return logitsIn(found);
}

const logitsIn = ({ name, value, activation, shape = [] }: Output): Logits => ({
  output: name,
  value,
  per: shape.length === 3 ? "token" : "input",
  classes: shape.at(-1) as number,
  ...(activation === undefined ? {} : { activation }),
});

/** The scores of all words [batch, tokens, vocabulary] where a text model gives nothing else that could be explained. */
function wordScores({ role }: Source, outputs: readonly Output[]): Output | undefined {
  const heads = outputs.filter(({ meaning }) => meaning === "logits" || OTHER_HEADS.has(meaning));
  const [found] = heads;
  const isOnly = role === "ids" && heads.length === 1 && found?.meaning === "vocabulary";
  return isOnly && found.shape?.length === 3 ? found : undefined;
}

/** The error where scores of words are not what is explained: no classes, and no decoder that predicts the next token. */
export function noClasses(search: Search, source: Source, listed?: number): UnsupportedModelError {
  return headless(describeOutputs(search, source, listed), source);
}

/** The output of a graph that its logits are; undefined where it is not known which. @throws {UnsupportedModelError} As `findLogits`. */
export function logitsOutput(
  graph: Graph,
  opsets: Readonly<Record<string, number>>,
  listed?: number,
): string | undefined {
  const search = createSearch(graph, opsets);
  const source = findSource(search);
  return "length" in source ? undefined : findLogits(search, source, [], listed)?.output;
}

/** Whether a graph gives scores of all words for every token, and nothing else that could be explained. @throws As `findLogits`. */
export function givesWords(graph: Graph, opsets: Readonly<Record<string, number>>, listed?: number): boolean {
  const search = createSearch(graph, opsets);
  const source = findSource(search);
  return !("length" in source) && findLogits(search, source, [], listed)?.ofWords === true;
}

const EXPORT =
  'export the model with its head for the classification of texts, tokens or images (task "text-classification" of Optimum, for example), or give the checkpoint of the classifier';

const headless = (outputs: readonly Output[], source: Source): UnsupportedModelError => {
  const kind = kindByOutputs(source, outputs);
  return new UnsupportedModelError(
    kind !== undefined
      ? `Cannot explain the model: it is ${kind}. Its outputs: ${listOutputs(outputs)}`
      : `Cannot explain the model: the file has no classification head, so that there is no predicted class whose evidence could be asked for. Its outputs: ${listOutputs(outputs)}. To explain a classifier, ${EXPORT}`,
    outputs.map((output) => ({ reason: `output ${listOutputs([output])}` })),
  );
};

const manyHeads = (outputs: readonly Output[]): UnsupportedModelError =>
  new UnsupportedModelError(
    `Cannot explain the model: it has several heads, and calig explains the classes of one: ${outputs.map(nameOutput).join(", ")}, which do not depend on each other. Export it with one of them alone`,
    outputs.map((output) => ({ reason: `output ${listOutputs([output])}` })),
  );

const severalHeads = (outputs: readonly Output[]): UnsupportedModelError =>
  new UnsupportedModelError(
    `Cannot explain the model: it has the head of another task beside what could be the logits of classes. Its outputs: ${listOutputs(outputs)}. To explain one of them, export it with that head alone; for a classifier, ${EXPORT}`,
    outputs.map((output) => ({ reason: `output ${listOutputs([output])}` })),
  );

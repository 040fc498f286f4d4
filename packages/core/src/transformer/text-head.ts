/** @file What the head of an encoder of texts is for, by the architecture that the configuration names, else by the tensors. */

import type { CheckpointConfig } from "../checkpoint/config.ts";
import type { WeightSource } from "./parameters.ts";

/**
 * - `sequence`, `token`: classes of the text, of every token.
 * - `span`: where an answer starts and ends.
 * - `masked`: the word in the place of a mask.
 */
export type TextHead = "sequence" | "token" | "span" | "masked";

/** Tensors of heads for classification, in transformers. */
const CLASSIFIER = /(^|\.)(classifier|score)\b/;
const SPAN = /^qa_outputs\./;
/** The transform before the words, as every family that fills masks has it. */
const MASKED =
  /^(vocab_transform|(cls\.predictions\.transform|lm_predictions\.lm_head|lm_head|generator_predictions|predictions)\.dense)\.weight$/;

/** What an architecture names its head for; undefined of encoders alone, and of those that were trained for several things. */
function namedHead(architecture: string): TextHead | undefined {
  if (architecture.endsWith("ForQuestionAnswering")) return "span";
  if (architecture.endsWith("ForMaskedLM")) return "masked";
  if (architecture.endsWith("ForTokenClassification")) return "token";
  return architecture.endsWith("ForSequenceClassification") ? "sequence" : undefined;
}

/** Families whose heads for texts, tokens and answers have tensors of the same names. */
const ALIKE: ReadonlySet<string> = new Set(["modernbert"]);

/**
 * The head that is built: the one that the configuration names where its tensors are there, else the one whose tensors are.
 * Where nothing tells, that of a classifier: what is missing of it is told then.
 */
export function textHead(
  { architectures, modelType }: Pick<CheckpointConfig, "architectures" | "modelType">,
  { names }: Pick<WeightSource, "names">,
): TextHead {
  const all = [...names];
  const named = architectures.map(namedHead).find((head) => head !== undefined);
  const classifies = all.some((name) => CLASSIFIER.test(name));
  const finds = all.some((name) => SPAN.test(name)) || (ALIKE.has(modelType) && named === "span" && classifies);
  const fills = all.some((name) => MASKED.test(name)) || (ALIKE.has(modelType) && named === "masked");
  if (named === "span" && finds) return "span";
  if (named === "masked" && fills) return "masked";
  if (named === "token") return "token";
  if (named === "sequence" || classifies) return "sequence";
  return finds ? "span" : fills ? "masked" : "sequence";
}

/** @file config.json of a Hugging Face checkpoint: typed and checked access. Knows keys that all families share, none of one family. */

import { CheckpointError, quote } from "../errors.ts";
import { completeConfig } from "./config-classes.ts";
import { isOneOf, isStrings, type JsonFields, parseFields } from "./json-fields.ts";
import { type ClassLabels, readLabels } from "./labels.ts";

/** How the head was trained, where the configuration says it. */
export type ProblemType = "regression" | "single_label_classification" | "multi_label_classification";

const PROBLEM_TYPES: readonly ProblemType[] = [
  "regression",
  "single_label_classification",
  "multi_label_classification",
];

const isProblemType = isOneOf(PROBLEM_TYPES);

/** A configuration; its getters are those of `JsonFields`. */
export interface CheckpointConfig extends Omit<JsonFields, "read"> {
  /** `model_type`: "bert". */
  readonly modelType: string;
  /** Class names of the Python library: "BertForSequenceClassification". Empty where not stated. */
  readonly architectures: readonly string[];
  /** Name of each class, by index; "LABEL_0", "LABEL_1", ... where the configuration names none. */
  readonly labels: readonly string[];
  readonly numLabels: number;
  /** Names and number of the classes as the file states them, which may contradict each other. */
  readonly classes: ClassLabels;
  readonly problemType: ProblemType | undefined;
}

/**
 * Reads a config.json. Keys that it leaves out have the values that transformers' configuration class of the model gives
 * them, and are found by their other names too (config-classes.ts).
 *
 * @throws {CheckpointError} When it is not a JSON object, or what all families need is missing or malformed.
 */
export function parseConfig(json: string, file: string): CheckpointConfig {
  const fields = parseFields(json, file, completeConfig);
  const { read, ...getters } = fields;
  if (!fields.has("model_type")) {
    throw new CheckpointError(
      `Cannot use "${file}": "model_type" is missing, wanted a string; check that the file belongs to this model, and add what the model is, which old versions of transformers did not write, as in "model_type": "bert"`,
      file,
    );
  }
  const modelType = fields.string("model_type");
  const architectures = read("architectures", [], "a list of strings", isStrings);
  const wanted = `one of ${PROBLEM_TYPES.map(quote).join(", ")}`;
  const problemType = fields.has("problem_type")
    ? read<ProblemType>("problem_type", undefined, wanted, isProblemType)
    : undefined;
  const classes = readLabels(fields);
  return {
    ...getters,
    modelType,
    architectures,
    get labels() {
      return classes.labels;
    },
    numLabels: classes.count,
    classes,
    problemType,
  };
}

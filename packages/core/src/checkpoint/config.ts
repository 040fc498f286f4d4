/** @file config.json of a Hugging Face checkpoint: typed and checked access. Knows keys that all families share, none of one family. */

import { quote } from "../errors.ts";
import { completeConfig } from "./config-classes.ts";
import { isStrings, type JsonFields, parseFields } from "./json-fields.ts";
import { type ClassLabels, readLabels } from "./labels.ts";

/** How the head was trained, where the configuration says it. */
export type ProblemType = "regression" | "single_label_classification" | "multi_label_classification";

const PROBLEM_TYPES: readonly ProblemType[] = [
  "regression",
  "single_label_classification",
  "multi_label_classification",
];

/** A configuration; its getters are those of {@link JsonFields}. */
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
  const { raw, read, ...getters } = parseFields(json, file, completeConfig);
  const classes = readLabels({ raw, read, ...getters });

  return {
    ...getters,
    raw,
    modelType: getters.string("model_type"),
    architectures: read("architectures", [], "a list of strings", isStrings),
    get labels() {
      return classes.labels;
    },
    numLabels: classes.count,
    classes,
    problemType: raw("problem_type") === undefined ? undefined : readProblemType(),
  };

  function readProblemType(): ProblemType {
    const isProblemType = (value: unknown): value is ProblemType => PROBLEM_TYPES.includes(value as ProblemType);
    return read("problem_type", undefined, `one of ${PROBLEM_TYPES.map(quote).join(", ")}`, isProblemType);
  }
}

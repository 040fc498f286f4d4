/** @file What a reader of an evaluation should know of its inputs: those left out, failed, cut, or seen otherwise than people expect. */

import type { Warning } from "../attribution/explanation.ts";
import type { Dataset } from "./dataset.ts";
import type { EvaluatedInput, EvaluationFailure } from "./evaluation.ts";
import type { NamedMethod } from "./named-methods.ts";

/** What became of texts that are longer than the model reads, by the code of their warnings. */
const READ_IN_PARTS: Readonly<Record<string, string>> = {
  windows:
    "they were explained and perturbed in overlapping windows; longText truncate measures on their beginning, at less cost",
  truncated: "only their beginning was explained and perturbed",
};

/** What pictures became that people would expect to look otherwise, by the code of their warnings. */
const SEEN_OTHERWISE: Readonly<Record<string, string>> = {
  "transparency-ignored":
    "transparent: the model sees the colours that the file stores for transparent pixels, as in Python's pipeline; --background lays them on a colour",
  "grey-levels-clipped":
    "of grey levels above 255, which are white, as in Python's pipeline; --deep-grey scale divides them by 256",
  "printing-inks": "stored as printing inks (CMYK) and have the colours of Python's pipeline",
  "first-picture-only": "the first of several in their file: the others are not used",
  "coarse-view": "much larger than what the model sees of them, which was not made for photographs",
};

export function warningsOf(
  { name, problems }: Dataset,
  inputs: readonly EvaluatedInput[],
  failures: readonly EvaluationFailure[],
  namedMethods: readonly NamedMethod[],
): Warning[] {
  const warnings: Warning[] = [];
  if (problems.length > 0) {
    const are = problems.length === 1 ? "row of NAME is no input and was" : "rows of NAME are no inputs and were";
    warnings.push({ code: "rows-skipped", message: `${problems.length} ${are.replace("NAME", name)} left out` });
  }
  if (failures.length > 0) {
    const inputs = failures.length === 1 ? "input" : "inputs";
    warnings.push({
      code: "inputs-failed",
      message: `${failures.length} ${inputs} could not be measured and count for no method`,
    });
  }
  for (const [code, read] of Object.entries(READ_IN_PARTS)) {
    const longer = inputs.filter((input) => input.warnings?.some((warning) => warning.code === code)).length;
    if (longer === 0) continue;
    const texts = `${longer} of ${inputs.length} text${inputs.length === 1 ? "" : "s"}`;
    const are = longer === 1 ? "is" : "are";
    warnings.push({ code, message: `${texts} ${are} longer than the model reads: ${read}` });
  }
  for (const [code, seen] of Object.entries(SEEN_OTHERWISE)) {
    const found = inputs.filter((input) => input.warnings?.some((warning) => warning.code === code)).length;
    if (found === 0) continue;
    const pictures = `${found} of ${inputs.length} picture${inputs.length === 1 ? "" : "s"}`;
    warnings.push({ code, message: `${pictures} ${found === 1 ? "is" : "are"} ${seen}` });
  }
  if (!namedMethods.some(({ randomControl }) => randomControl === true)) {
    warnings.push({
      code: "no-random-control",
      message: "No random control was measured: the figures do not say what knowing nothing would give",
    });
  }
  return warnings;
}

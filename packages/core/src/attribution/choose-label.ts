/** @file Labels that a caller gives in the place of classes: checked, and one of them chosen. */

import { InputError, InvalidOptionError, quote } from "../errors.ts";
import type { Prediction } from "./explanation.ts";

/** @throws {InputError} When there is none, one is given twice, or a hypothesis has no place for them. */
export function checkLabels(labels: readonly string[], hypothesis: string): void {
  if (
    !Array.isArray(labels) ||
    labels.length === 0 ||
    labels.some((label) => typeof label !== "string" || label === "")
  ) {
    throw new InputError(
      'Cannot choose between labels: "labels" has none, or one that is no text; give a list of texts',
    );
  }
  if (new Set(labels).size < labels.length) {
    throw new InputError('Cannot choose between labels: "labels" has one of them twice; leave one out');
  }
  if (!hypothesis.includes("{}")) {
    throw new InputError(
      `Cannot choose between labels: the hypothesis ${quote(hypothesis)} has no place for them; write {} where the label belongs`,
    );
  }
}

/** The label that is named, else the best. @throws {InvalidOptionError} When it is none of them. */
export function chosenLabel(
  labels: readonly string[],
  [best]: readonly Prediction[],
  wanted: string | number | undefined,
  option = "target",
): number {
  if (wanted === undefined) return best?.index ?? 0;
  const index = typeof wanted === "number" ? wanted : labels.indexOf(wanted);
  if (labels[index] !== undefined) return index;
  throw new InvalidOptionError(
    `Cannot explain the label ${quote(wanted)}: the labels are ${labels.map(quote).join(", ")}; name one of them`,
    option,
    wanted,
  );
}

/** @file The kind of input that a model reads, among those that are known. */

import type { Modality } from "../attribution/explainable-model.ts";
import { AnatomyError } from "../errors.ts";

/** @throws {AnatomyError} When no modality is of this kind. */
export function modalityOf(kind: string, modalities: readonly Modality[]): Modality {
  const found = modalities.find((modality) => modality.name === kind);
  if (found !== undefined) return found;
  throw new AnatomyError(
    `Cannot explain a model of "${kind}": there are modalities of ${modalities.map((one) => `"${one.name}"`).join(", ")}; give one of this kind in "modalities"`,
  );
}

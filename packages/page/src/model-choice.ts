/** @file Which of the models answers: the one that is named, else one that reads what was given. */

import { distinctNames, namingOf } from "@calig/core/internal/attribution/class-names";
import { visible } from "@calig/core/internal/render/plain-text";
import type { ModelEntry } from "./client.ts";
import { accepts } from "./inputs.ts";

/** The model of a name, else one for the file, or for what is typed. */
export const chosenModel = (
  models: readonly ModelEntry[],
  name: string | undefined,
  file: Blob | undefined,
): ModelEntry | undefined =>
  models.find((model) => model.name === name) ??
  (file === undefined ? firstOf(models, ({ input }) => input?.file === undefined) : readerOf(models, file)) ??
  models[0];

/** A model for a file: one for such files, else one for any, which says what is wrong with it. */
export const readerOf = (models: readonly ModelEntry[], file: Blob): ModelEntry | undefined =>
  firstOf(models, ({ input }) => accepts(input, file)) ?? firstOf(models, ({ input }) => input?.file !== undefined);

/** The default one of those that fit, else the first. */
const firstOf = (models: readonly ModelEntry[], fits: (model: ModelEntry) => boolean): ModelEntry | undefined =>
  models.find((model) => fits(model) && model.default) ?? models.find(fits);

/** The classes of a model: what requests call each, and what readers see. */
export function classChoices({ labels }: Pick<ModelEntry, "labels"> = { labels: [] }): (readonly [string, string])[] {
  const names = distinctNames(labels);
  return namingOf(labels).map((value, index) => [value, visible(names[index] ?? value)]);
}

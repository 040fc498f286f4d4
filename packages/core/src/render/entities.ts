/** @file The entities that a model finds in a text, as renderers list them. */

import type { Entity, Explanation } from "../attribution/explanation.ts";
import { percent } from "./format.ts";

export const ENTITIES = "Entities in the text";

const SHOWN = 20;

/** One for each: its words, what it is, how probable that is, and whether it is the one that is explained. */
export interface EntityRow {
  readonly text: string;
  readonly label: string;
  readonly value: string;
  readonly explained: boolean;
}

/** Those that are shown, in the order of the text, and how many more there are; undefined where entities were not asked for. */
export function entityRows(
  explanation: Explanation,
): { readonly rows: readonly EntityRow[]; readonly more: number } | undefined {
  const entities = explanation.layout === "text" ? explanation.entities : undefined;
  if (entities === undefined) return undefined;
  const { token } = explanation.target;
  const isExplained = ({ features }: Entity) =>
    features[0] === token?.index && features.at(-1) === token?.features?.at(-1);
  const rows = entities.slice(0, SHOWN).map((entity) => ({
    text: entity.text,
    label: entity.label,
    value: entity.probability === null ? "" : percent(entity.probability),
    explained: isExplained(entity),
  }));
  return { rows, more: entities.length - rows.length };
}

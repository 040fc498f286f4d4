/** @file Classes by name: names that tell them apart, and which class a name, or an index, means. */

import { InvalidOptionError } from "../errors.ts";

/** Classes that a message repeats. */
const SHOWN = 20;

/** The class with this index, in any text that names a class: no name is read from it, whatever the classes are called. */
export const indexText = (index: number): string => `#${index}`;

const NUMBERED = /^#(\d+)$/;

/** Names that are not alike: those that several classes have, and those that say nothing, have the index after them. */
export function distinctNames(labels: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const label of labels) counts.set(label.trim(), (counts.get(label.trim()) ?? 0) + 1);
  return labels.map((label, index) =>
    label.trim() !== "" && counts.get(label.trim()) === 1 ? label : `${label} (${indexText(index)})`.trim(),
  );
}

/** The classes of `labels` that a text may mean. */
export interface Meaning {
  /** Classes with exactly this name; without regard to case where there is none. */
  readonly named: readonly number[];
  /** The class with this number. */
  readonly index: number | undefined;
}

/** What `wanted` may mean: "#1" and the number 1 are the class with the index 1 whatever its name is. */
export function meaningOf(labels: readonly string[], wanted: string | number): Meaning {
  const inRange = (index: number) =>
    Number.isInteger(index) && index >= 0 && index < labels.length ? index : undefined;
  if (typeof wanted === "number") return { named: [], index: inRange(wanted) };
  const numbered = NUMBERED.exec(wanted.trim());
  if (numbered !== null) return { named: [], index: inRange(Number(numbered[1])) };
  const matching = (fits: (label: string) => boolean) => labels.flatMap((label, index) => (fits(label) ? [index] : []));
  const exact = matching((label) => label === wanted);
  const named = exact.length > 0 ? exact : matching((label) => label.toLowerCase() === wanted.toLowerCase());
  return { named, index: /^\d+$/.test(wanted) ? inRange(Number(wanted)) : undefined };
}

/** Every class that a meaning allows, each once. */
export const candidatesOf = ({ named, index }: Meaning): readonly number[] => [
  ...new Set(index === undefined ? named : [...named, index]),
];

/** What names a class to `classIndex`: its name where that means it alone, else its index. */
export const namingOf = (labels: readonly string[]): string[] =>
  labels.map((label, index) => {
    const [only, ...others] = candidatesOf(meaningOf(labels, label));
    return only === index && others.length === 0 ? label : indexText(index);
  });

/** `"other" (#0), "news" (#1)` */
export function listClasses(labels: readonly string[], indices: readonly number[] = [...labels.keys()]): string {
  const shown = indices.slice(0, SHOWN).map((index) => `"${labels[index]}" (${indexText(index)})`);
  return indices.length > SHOWN ? `${shown.join(", ")} and ${indices.length - SHOWN} more` : shown.join(", ");
}

/**
 * The class that an option names: by its name (exact, else without regard to case), or by its index.
 *
 * @param option - Name of the option, for messages.
 * @throws {InvalidOptionError} For a name that no class has, or that means several classes.
 */
export function classIndex(
  { labels, facts }: { readonly labels: readonly string[]; readonly facts: { readonly id: string } },
  option: string,
  wanted: string | number,
): number {
  const candidates = candidatesOf(meaningOf(labels, wanted));
  const [index] = candidates;
  if (index !== undefined && candidates.length === 1) return index;
  if (index !== undefined) {
    throw new InvalidOptionError(
      `Cannot tell which class ${option} ${JSON.stringify(wanted)} means: model "${facts.id}" has ${listClasses(labels, candidates)}; give the index: ${candidates.map((each) => `"${indexText(each)}"`).join(" or ")}`,
      option,
      wanted,
      candidates.map(indexText),
    );
  }
  throw new InvalidOptionError(
    `Cannot find ${option} ${JSON.stringify(wanted)}: the model "${facts.id}" has the classes ${listClasses(labels)}; give one of these names or indices`,
    option,
    wanted,
    labels,
  );
}

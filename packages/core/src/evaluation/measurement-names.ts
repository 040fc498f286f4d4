/** @file What numbers and figures are called where several replacements make their own. */

import type { Metric } from "./metric.ts";

interface Named {
  readonly name: string;
}

/** What the numbers of a metric are called: its name, and where several replacements make numbers of their own, one each. */
export const namesOf = (
  { name, replaces }: Pick<Metric, "name" | "replaces">,
  replacements: readonly Named[],
): readonly string[] =>
  replacements.length === 1 || replaces === false ? [name] : replacements.map((one) => nameWith(name, one));

/** "faithfulness (random-words)" */
export const nameWith = (name: string, replacement: Named): string => `${name} (${replacement.name})`;

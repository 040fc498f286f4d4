/** @file What a comparison of methods says besides its maps, whatever it is written in. */

import type { Warning } from "../../attribution/explanation.ts";
import { fixed, milliseconds, type NumberStyle, percent } from "../../render/format.ts";
import type { MethodComparison } from "../method-comparison.ts";

/** "tabby (71.0%): methods on deit-tiny" */
export const comparisonTitle = ({ target, model }: MethodComparison): string =>
  `${target.label} (${percent(target.probability)}): methods on ${model.id}`;

/** What stands in for removed units. */
export const removalText = ({ settings: { units, substrate } }: MethodComparison): string =>
  units === "patch"
    ? `Removed patches are replaced by ${substrate}`
    : `Removed ${units}s are replaced by the ${substrate} token`;

/** Names the methods whose values have no sign; "" where all have one. */
export function signText({ methods }: MethodComparison): string {
  const names = methods.filter(({ signed }) => signed === false).map(({ name }) => name);
  if (names.length === 0) return "";
  return `No sign: ${names.join(", ")}; what they name matters, for or against.`;
}

/** A name and a text for each method. */
export type ComparisonRow = readonly [name: string, texts: readonly string[]];

/** How faithful each method is. `better` says after a name that lower or higher is better. */
export const faithfulnessRows = (
  { methods }: MethodComparison,
  better: readonly [lower: string, higher: string],
  style?: NumberStyle,
): ComparisonRow[] => [
  [`deletion ${better[0]}`, methods.map(({ deletion }) => fixed(deletion, 3, style))],
  [`insertion ${better[1]}`, methods.map(({ insertion }) => fixed(insertion, 3, style))],
  ["time", methods.map((method) => milliseconds(method.milliseconds))],
];

/** How far each method agrees with every other one on the order of the units. */
export const agreementRows = ({ methods, agreement }: MethodComparison, style?: NumberStyle): ComparisonRow[] =>
  methods.map(({ name }, a) => [name, (agreement[a] as readonly number[]).map((value) => fixed(value, 2, style))]);

/** Warnings of the input, then those of single methods, which are named. */
export const comparisonWarnings = ({ warnings, methods }: MethodComparison): Warning[] => [
  ...warnings,
  ...methods.flatMap(({ name, warnings: own = [] }) =>
    own.map(({ code: kind, message }) => ({ code: kind, message: `${name}: ${message}` })),
  ),
];

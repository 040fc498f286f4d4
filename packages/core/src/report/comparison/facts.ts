/** @file What a comparison of methods says besides its maps, whatever it is written in. */

import type { Warning } from "../../attribution/explanation.ts";
import type { MethodComparison } from "../../evaluation/method-comparison.ts";
import { fixed, milliseconds, type NumberStyle } from "../../render/format.ts";
import { outputText } from "../../render/head.ts";
import { manyOf } from "../../util/plural.ts";
import { curveActivation } from "../measured-in.ts";
import { replacementText } from "../removed.ts";

/** "tabby (71.0%)", "similarity (0.412, regression)" */
export function comparisonTarget({ target, model }: MethodComparison, style?: NumberStyle): string {
  const { activation = "softmax" } = model;
  const value = outputText(activation, target, style);
  return `${target.label} (${activation === "none" ? `${value}, regression` : value})`;
}

/** "tabby (71.0%): methods on deit-tiny" */
export const comparisonTitle = (comparison: MethodComparison): string =>
  `${comparisonTarget(comparison)}: methods on ${comparison.model.id}`;

/** What stands in for removed features. */
export function removalText(comparison: MethodComparison): string {
  const { features, replacement } = comparison.settings;
  const measuredIn = curveActivation(comparison) === "none" ? "; deletion and insertion are in units of the score" : "";
  return `Removed ${manyOf(features)} are replaced by ${replacementText(replacement)}${measuredIn}`;
}

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

/** How far each method agrees with every other one on the order of the features. */
export const agreementRows = ({ methods, agreement }: MethodComparison, style?: NumberStyle): ComparisonRow[] =>
  methods.map(({ name }, a) => [name, (agreement[a] as readonly number[]).map((value) => fixed(value, 2, style))]);

/** Warnings of the input, then those of single methods, which are named. */
export const comparisonWarnings = ({ warnings, methods }: MethodComparison): Warning[] => [
  ...warnings,
  ...methods.flatMap(({ name, warnings: own = [] }) =>
    own.map(({ code: kind, message }) => ({ code: kind, message: `${name}: ${message}` })),
  ),
];

/** @file The foot of the terminal output: completeness, special tokens, cost, method. */

import { attributionSum, NO_COMPLETENESS, settingsOf, specialShareOf } from "../evidence.ts";
import { bytes, count, milliseconds, optionText, percent, thousands } from "../format.ts";
import { difference, entry, label, score, type TerminalContext } from "./context.ts";

function completeness(context: TerminalContext): string {
  const { explanation, unicode } = context;
  if (explanation.completeness === null) return NO_COMPLETENESS;
  const { scoreAtInput, scoreAtBaseline, delta, relativeError } = explanation.completeness;
  const { tolerance } = explanation.method.options;
  const judged =
    typeof tolerance !== "number"
      ? ""
      : relativeError <= tolerance
        ? ` (within the tolerance of ${percent(tolerance)})`
        : ` (above the tolerance of ${percent(tolerance)})`;
  const arrow = unicode ? "→" : "->";
  return [
    `score ${score(scoreAtBaseline, context)} at the baseline ${arrow} ${score(scoreAtInput, context)} at the input: ${difference(scoreAtInput - scoreAtBaseline, context)}.`,
    `The attributions sum to ${difference(attributionSum(explanation), context)}: delta ${difference(delta, context)}, relative error ${percent(relativeError)}${judged}`,
  ].join(" ");
}

function specials(context: TerminalContext): string | undefined {
  const { items, sum, share } = specialShareOf(context.explanation);
  if (items.length === 0) return undefined;
  const names = [...new Set(items.map((item) => label(item.label, 20, context)))];
  const shown = names.slice(0, 4).join(", ") + (names.length > 4 ? " and others" : "");
  return `${shown} hold${names.length === 1 ? "s" : ""} ${difference(sum, context)} of the attribution (${percent(share)} of its magnitude) and ${names.length === 1 ? "is" : "are"} in none of the lists`;
}

function cost(context: TerminalContext): string {
  const { milliseconds: time, modelEvaluations, peakBytes } = context.explanation.cost;
  const evaluations = `${thousands(modelEvaluations, Number.isInteger(modelEvaluations) ? 0 : 1)} model evaluations`;
  return `${milliseconds(time)}, ${evaluations}, peak memory ${bytes(peakBytes)}`;
}

/** Completeness, special tokens, cost, method; every option, the hash of the weights. */
export function facts(context: TerminalContext): string[] {
  const { explanation } = context;
  const { method, model } = explanation;
  const special = specials(context);
  const options = settingsOf(explanation).map(([name, value]) => `${name} ${optionText(value)}`);
  return [
    ...entry("Completeness", completeness(context), context),
    ...(special === undefined ? [] : entry("Special tokens", special, context)),
    ...entry("Cost", cost(context), context),
    ...entry("Method", [method.name, ...options].join(", "), context),
    ...entry("Task", model.task, context),
    ...entry("Features", count(explanation.features.length, "feature"), context),
    ...entry("Weights", `SHA-256 ${model.sha256}`, context),
  ];
}

/** @file Everything that the numbers of an explanation depend on besides model and input, as plain data with defaults spelled out. */

import type { ExplainableModel } from "@calig/core/internal/attribution/explainable-model";
import type { ExplainOptions } from "@calig/core/internal/attribution/options";
import { BESIDES, resolveRun } from "@calig/core/internal/attribution/resolve-run";
import type { GivenOptions } from "@calig/core/internal/options/option";
import { canonical } from "./manifest.ts";

/** @param others - Options of loading and reading that numbers depend on. */
export function resolvedOptions(
  model: ExplainableModel,
  methodOptions: ExplainOptions,
  others: GivenOptions,
): Readonly<Record<string, unknown>> {
  const { method, table, options } = resolveRun(model, methodOptions);
  const own = Object.entries(options as GivenOptions).filter(
    ([name]) => !BESIDES.includes(name) && (table[name]?.changesResults !== false || name === "counterfactuals"),
  );
  return canonical({ method: method.name, ...Object.fromEntries(own), ...others }) as Readonly<Record<string, unknown>>;
}

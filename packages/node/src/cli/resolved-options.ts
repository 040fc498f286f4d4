/** @file Everything that the numbers of an explanation depend on besides model and input, as plain data with defaults spelled out. */

import type { ExplainOptions } from "@calig/core/internal/attribution/options";
import { BESIDES, resolveRun } from "@calig/core/internal/attribution/resolve-run";
import type { GivenOptions } from "@calig/core/internal/options/option";
import type { LoadedModel } from "../node/load-model.ts";
import { ROW_OPTIONS } from "../node/read-rows.ts";
import { canonical } from "../runs/manifest.ts";
import { given } from "./given.ts";
import type { RunOptions } from "./run-options.ts";

/** Options of loading and reading that numbers depend on. */
const OTHER_OPTIONS = ["dtype", "device", "acceptDifference", "textLimit", ...ROW_OPTIONS] as const;

/** @param options - Of the command. @param fileOptions - How inputs that are files are read. */
export function resolvedOptions(
  model: LoadedModel,
  methodOptions: ExplainOptions,
  options: Pick<RunOptions, (typeof OTHER_OPTIONS)[number]>,
  fileOptions: GivenOptions,
): Readonly<Record<string, unknown>> {
  const { method, table, options: values } = resolveRun(model, methodOptions);
  const own = Object.entries(values as GivenOptions).filter(
    ([name]) => !BESIDES.includes(name) && (table[name]?.changesResults !== false || name === "counterfactuals"),
  );
  return canonical({
    method: method.name,
    ...Object.fromEntries(own),
    ...given(options, OTHER_OPTIONS),
    ...fileOptions,
  }) as Readonly<Record<string, unknown>>;
}

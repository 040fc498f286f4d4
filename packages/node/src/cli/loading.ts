/** @file Options of the command line that say how a model is loaded, and what plugins add to that. */

import type { Extensions } from "@calig/core/internal/extend/extension";
import type { LoadOptions } from "../node/load-model.ts";
import { modelExtensions } from "../node/read-plugins.ts";
import { given } from "./given.ts";
import type { OptionValues } from "./options.ts";

/** Which model is meant, and which of its files: of every command that loads one. */
export const MODEL_OPTIONS = ["model", "dtype", "revision"] as const;

/** Keys that `loadModel` takes as they are. */
export const LOADING_OPTIONS = [
  "dtype",
  "revision",
  "threads",
  "device",
  "stream",
  "memory",
  "acceptDifference",
  "task",
] as const;

type Options = Pick<OptionValues, (typeof LOADING_OPTIONS)[number]>;

/** Those that were given, for `loadModel`; a device of a plugin is opened. @throws As the plugin's engine does. */
export async function loadingOptions(options: Options, extensions: Extensions): Promise<LoadOptions> {
  const { device, ...own } = given(options, LOADING_OPTIONS);
  const engine = extensions.runtime.find(({ name }) => name === device);
  if (engine !== undefined) return { ...own, ...modelExtensions(extensions), runtime: await engine.open() };
  return { ...own, ...modelExtensions(extensions), ...(device === undefined ? {} : { device }) };
}

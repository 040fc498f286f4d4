/** @file Options of the command line that say how a model is loaded, and what plugins add to that. */

import type { Extensions } from "@calig/core/internal/extend/extension";
import type { LoadOptions } from "../node/load-model.ts";
import { modelExtensions } from "../node/read-plugins.ts";
import { given } from "./given.ts";
import type { OptionValues } from "./options.ts";
import type { Terminal } from "./terminal.ts";

/** Which model is meant, and which of its files: of every command that loads one. */
export const MODEL_OPTIONS = ["model", "dtype", "revision", "allowDownload"] as const;

/** Keys that `loadModel` takes as they are. */
export const LOADING_OPTIONS = [
  "dtype",
  "revision",
  "allowDownload",
  "threads",
  "device",
  "stream",
  "memory",
  "acceptDifference",
  "task",
] as const;

type Options = Pick<OptionValues, (typeof LOADING_OPTIONS)[number]>;

/**
 * Those that were given, for `loadModel`; a device of a plugin is opened.
 *
 * @param terminal - Where downloads are shown.
 * @throws As the plugin's engine does.
 */
export async function loadingOptions(
  options: Options,
  extensions: Extensions,
  terminal: Pick<Terminal, "progress">,
): Promise<LoadOptions> {
  const { device, ...chosen } = given(options, LOADING_OPTIONS);
  const own = { ...chosen, onProgress: showDownload(terminal) };
  const engine = extensions.runtime.find(({ name }) => name === device);
  if (engine !== undefined) return { ...own, ...modelExtensions(extensions), runtime: await engine.open() };
  return { ...own, ...modelExtensions(extensions), ...(device === undefined ? {} : { device }) };
}

/** The bar of a download: "downloading model.safetensors, 12 of 440 MB". */
export const showDownload =
  ({ progress }: Pick<Terminal, "progress">): NonNullable<LoadOptions["onProgress"]> =>
  ({ file, loadedBytes, totalBytes }) => {
    const of = totalBytes === undefined ? "" : ` of ${megabytes(totalBytes)}`;
    progress.update(loadedBytes / (totalBytes || 1), `downloading ${file}, ${megabytes(loadedBytes)}${of} MB`);
  };

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);

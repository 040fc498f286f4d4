/**
 * @file Which plugins a run has. They run with the rights of who calls the command line: only files named by --plugin, and
 * by package.json of the folder where the command runs, are loaded, and no request to a server names one.
 */

import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { quote, UsageError } from "@calig/core/internal/errors";
import { type Extensions, NO_EXTENSIONS } from "@calig/core/internal/extend/extension";
import { readPlugins } from "../node/read-plugins.ts";

const OPTION = "--plugin";

/** The files that arguments name with --plugin: needed before the arguments are parsed, since plugins add names to options. */
export function pluginFiles(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf("--");
  const words = end < 0 ? argv : argv.slice(0, end);
  return words.flatMap((word, i) => {
    if (word.startsWith(`${OPTION}=`)) return [word.slice(OPTION.length + 1)];
    const file = words[i + 1];
    return word === OPTION && file !== undefined ? [file] : [];
  });
}

/**
 * Loads plugins: those that package.json of a folder lists, then files.
 *
 * @param folder - Where the command runs; paths are relative to it.
 * @param tell - Is told of plugins that nobody named on the command line, before any of them runs.
 * @throws {ExtensionError} When a plugin cannot be loaded, gives nothing, or defines a name that exists.
 * @throws {UsageError} When the list in package.json is none.
 */
export async function loadPlugins(
  files: readonly string[],
  folder: string,
  tell: (text: string) => Promise<void>,
): Promise<Extensions> {
  const listed = await listedPlugins(folder);
  if (listed.length > 0)
    await tell(`Plugins of ${quote(join(folder, "package.json"))}: ${listed.map(quote).join(", ")}`);
  const all = [...new Set([...listed, ...files].map((file) => resolve(folder, file)))];
  if (all.length === 0) return NO_EXTENSIONS;
  return readPlugins(all, await takenNames());
}

/** Names that only Node and the command line know. */
async function takenNames() {
  const { FORMATS } = await import("./formats.ts");
  const { LAYOUTS } = await import("../node/datasets/layouts.ts");
  const { DEVICES } = await import("@calig/core/internal/runtime/devices");
  return { renderer: FORMATS.names, datasetLayout: LAYOUTS.map(({ name }) => name), runtime: DEVICES };
}

/** `"calig": { "plugins": [...] }` of package.json. */
async function listedPlugins(folder: string): Promise<readonly string[]> {
  const path = join(folder, "package.json");
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) return [];
  let plugins: unknown;
  try {
    plugins = (JSON.parse(text) as { readonly calig?: { readonly plugins?: unknown } } | null)?.calig?.plugins;
  } catch {
    return []; // Not a file of ours: who reads it for what it is will tell.
  }
  if (plugins === undefined) return [];
  if (Array.isArray(plugins) && plugins.every((file) => typeof file === "string" && file !== "")) return plugins;
  throw new UsageError(
    `Cannot use "plugins" of "calig" in ${quote(path)}: it must be a list of files, as in { "calig": { "plugins": ["./smooth-grad.js"] } }`,
  );
}

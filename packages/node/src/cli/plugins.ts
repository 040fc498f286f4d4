/**
 * @file Plugins: modules that add methods, metrics, families and the like for one run. They run with the rights of who
 * calls the command line: only files named by --plugin, and by package.json of the folder where the command runs, are
 * loaded, and no request to a server names one.
 */

import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { ExtensionError, quote, UsageError } from "@calig/core/internal/errors";
import { type Extensions, kindOf, NO_EXTENSIONS } from "@calig/core/internal/extend/extension";

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
  const { gatherExtensions } = await import("@calig/core/internal/extend/extensions");
  const taken = await takenNames();
  let extensions = NO_EXTENSIONS;
  for (const file of all) {
    extensions = gatherExtensions(await valuesIn(file), `plugin ${quote(file)}`, extensions, taken);
  }
  return extensions;
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

/** All extensions that a module exports, by whatever name; a function as its default export is asked for them. */
async function valuesIn(file: string): Promise<readonly unknown[]> {
  let module: Readonly<Record<string, unknown>>;
  try {
    module = (await import(pathToFileURL(file).href)) as typeof module;
  } catch (cause) {
    throw new ExtensionError(`Cannot load plugin ${quote(file)}: ${reason(cause)}${remedy(cause)}`, "plugin", {
      cause,
    });
  }
  const { default: main, ...named } = module;
  const made = typeof main === "function" && kindOf(main) === undefined ? await asked(main as Maker, file) : main;
  const given = made === undefined ? [] : Array.isArray(made) ? made : [made];
  const others = Object.values(named).filter((value) => kindOf(value) !== undefined);
  const all = [...new Set([...given, ...others])];
  if (all.length > 0) return all;
  throw new ExtensionError(
    `Cannot use plugin ${quote(file)}: it exports nothing that calig knows; export what defineMethod, defineMetric and the like of calig/extend make, or a function that returns it`,
    "plugin",
  );
}

type Maker = (calig: unknown) => unknown;

/** What a plugin makes when it is handed calig/extend, so that it need not import it: calig may be installed elsewhere. */
async function asked(make: Maker, file: string): Promise<unknown> {
  const calig = await import("@calig/core/extend");
  try {
    return await make(calig);
  } catch (cause) {
    if (cause instanceof ExtensionError) throw cause;
    throw new ExtensionError(`Cannot load plugin ${quote(file)}: its function failed: ${reason(cause)}`, "plugin", {
      cause,
    });
  }
}

const reason = (cause: unknown): string =>
  (cause instanceof Error ? cause.message : String(cause)).split("\n")[0] as string;

/** What to do about the failures that are usual. */
function remedy(cause: unknown): string {
  const code = (cause as { readonly code?: unknown } | undefined)?.code;
  if (code === "ERR_MODULE_NOT_FOUND" && /'calig['/]|package 'calig'/.test(reason(cause))) {
    return "; install calig in its folder (npm install calig), or export a function that is handed calig/extend";
  }
  if (code === "ERR_MODULE_NOT_FOUND") return "; check the path, and what it imports";
  if (code === "ERR_UNKNOWN_FILE_EXTENSION") return "; give a .js or .mjs file, or run a Node that reads TypeScript";
  return "";
}

/** @file Plugins: modules that add methods, metrics, families and the like for one run, or for one model. */

import { pathToFileURL } from "node:url";
import { ExtensionError, quote } from "@calig/core/internal/errors";
import {
  type ExtensionKind,
  type Extensions,
  KIND_NAMES,
  kindOf,
  NO_EXTENSIONS,
} from "@calig/core/internal/extend/extension";
import type { TakenNames } from "@calig/core/internal/extend/extensions";
import type { ModelExtensions } from "@calig/core/internal/loading/knowledge";

/**
 * What modules export, by kind. They run with all rights of this process.
 *
 * @param files - Absolute paths.
 * @param taken - Names that the platform has besides calig's own.
 * @throws {ExtensionError} When a plugin cannot be loaded, gives nothing, or defines a name that exists.
 */
export async function readPlugins(files: readonly string[], taken: TakenNames = {}): Promise<Extensions> {
  const { gatherExtensions } = await import("@calig/core/internal/extend/extensions");
  let extensions = NO_EXTENSIONS;
  for (const file of files) {
    extensions = gatherExtensions(await valuesIn(file), `plugin ${quote(file)}`, extensions, taken);
  }
  return extensions;
}

/** What plugins add to the loading of models. */
export const modelExtensions = ({ family, rule, pass, modality }: Extensions): ModelExtensions => ({
  families: family,
  rules: rule,
  passes: pass,
  modalities: modality,
});

/** The kinds of what was given that no model is loaded with, in words: "method". */
export const unusedByModels = ({
  family: _families,
  rule: _rules,
  pass: _passes,
  modality: _modalities,
  ...others
}: Extensions): readonly string[] =>
  Object.entries(others).flatMap(([kind, list]) => (list.length === 0 ? [] : [KIND_NAMES[kind as ExtensionKind]]));

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

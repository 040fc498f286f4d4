/** @file Extensions gathered by kind, for one run: nothing is registered, and nothing that exists is replaced. */

import { METHODS } from "../attribution/methods.ts";
import { BASELINES, SCORE_KINDS } from "../attribution/options.ts";
import { ExtensionError } from "../errors.ts";
import { METRICS } from "../evaluation/metrics.ts";
import { MODALITIES, REPLACEMENTS } from "../modality/modalities.ts";
import { LANGUAGES } from "../reading/languages.ts";
import type { Words } from "../reading/words/words.ts";
import { RENDERERS } from "../render/registry.ts";
import { CUE_KINDS } from "../shortcuts/cues.ts";
import { FAMILIES } from "../transformer/families.ts";
import { CHECKS } from "../verification/checks.ts";
import {
  type ExtensionKind,
  type ExtensionKinds,
  type Extensions,
  KIND_NAMES,
  kindOf,
  NO_EXTENSIONS,
} from "./extension.ts";

/** Names that are taken, by kind. */
export type TakenNames = Partial<Readonly<Record<ExtensionKind, readonly string[]>>>;

/** Names that calig's own have. Rules and families are checked against calig's when a model is loaded. */
const TAKEN: TakenNames = {
  method: METHODS.map(({ name }) => name),
  metric: METRICS.map(({ name }) => name),
  family: FAMILIES.map(({ name }) => name),
  baseline: BASELINES,
  question: SCORE_KINDS,
  replacement: REPLACEMENTS,
  modality: MODALITIES.map(({ name }) => name),
  renderer: RENDERERS.map(({ name }) => name),
  check: CHECKS.map(({ name }) => name),
  cue: CUE_KINDS.map(({ name }) => name),
  language: LANGUAGES.map(({ code }) => code),
};

/**
 * Gathers extensions by kind.
 *
 * @param where - Where they come from, for messages: "plugin ./smooth-grad.js".
 * @param others - Those that there are already.
 * @param taken - Names that the platform has besides.
 * @throws {ExtensionError} For what is no extension, and for a name that another one of this kind has.
 */
export function gatherExtensions(
  values: readonly unknown[],
  where: string,
  others: Extensions = NO_EXTENSIONS,
  taken: TakenNames = {},
): Extensions {
  const gathered = Object.fromEntries(Object.entries(others).map(([kind, list]) => [kind, [...list]])) as {
    [K in ExtensionKind]: ExtensionKinds[K][];
  };
  for (const value of values) {
    const kind = kindOf(value);
    if (kind === undefined) {
      throw new ExtensionError(
        `Cannot use what ${where} gives: it is no extension; make it with one of the functions of calig/extend, such as defineMethod`,
        "plugin",
      );
    }
    const list = gathered[kind] as unknown[];
    const name = nameOf(kind, value);
    if (name !== undefined) {
      const own = [...(TAKEN[kind] ?? []), ...(taken[kind] ?? [])].includes(name) ? "calig has" : undefined;
      const twice = list.some((other) => nameOf(kind, other) === name) ? "another extension has" : undefined;
      const whose = own ?? twice;
      if (whose !== undefined) {
        throw new ExtensionError(
          `Cannot add the ${KIND_NAMES[kind]} "${name}" of ${where}: ${whose} one of this name; give it another one`,
          kind,
        );
      }
    }
    list.push(value);
  }
  return gathered;
}

/** Rules and rewrites have no names of their own. */
function nameOf(kind: ExtensionKind, value: unknown): string | undefined {
  if (kind === "rule" || kind === "pass") return undefined;
  // Languages are asked for by code.
  return kind === "language" ? (value as Words).code : (value as { readonly name: string }).name;
}

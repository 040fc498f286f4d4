/** @file The methods that a command compares: those asked for, with options that hold for all that take them. */

import type { Replacement } from "@calig/core/internal/attribution/explainable-model";
import { COMPARED } from "@calig/core/internal/attribution/methods";
import type { ExplainOptions, MethodObject } from "@calig/core/internal/attribution/options";
import { UsageError } from "@calig/core/internal/errors";
import type { EvaluateOptions } from "@calig/core/internal/evaluation/evaluate";
import { type NamedMethod, namedMethodsOf } from "@calig/core/internal/evaluation/named-methods";
import type { Extensions } from "@calig/core/internal/extend/extension";
import { BASELINE_OPTIONS, givenBaseline } from "./baseline-options.ts";
import type { Invocation } from "./command.ts";
import { given } from "./given.ts";
import { type OptionValues, optionName } from "./options.ts";

/** Options that commands which compare methods take beside those of the methods themselves. */
export const COMPARING_OPTIONS = [...BASELINE_OPTIONS, "memory"] as const;

/** And where methods are compared with each other. */
export const COMPARED_OPTIONS = [...COMPARING_OPTIONS, "noise"] as const;

type Given = Pick<Invocation, "methodOptions" | "fileOptions"> & {
  readonly options: Pick<OptionValues, (typeof COMPARING_OPTIONS)[number]>;
};

/** What was given of them, as options of the library. @throws As `givenBaseline`. */
export async function givenMethodOptions(
  { options, methodOptions, fileOptions }: Given,
  extensions: Extensions,
): Promise<ExplainOptions> {
  const { baseline: _words, ...others } = methodOptions;
  return { ...others, ...(await givenBaseline(options, fileOptions, extensions)), ...given(options, ["memory"]) };
}

/**
 * The methods asked for, and the random control.
 *
 * @param usual - Where none are: by default all but those on request.
 * @throws As `givenBaseline`; {InvalidOptionError} for an option that none of the methods takes.
 */
export async function chooseMethods(
  { options, methodOptions, fileOptions }: Given & { readonly options: Pick<OptionValues, "methods" | "noise"> },
  extensions: Extensions,
  usual = COMPARED,
): Promise<NamedMethod[]> {
  const names = options.methods ?? [...usual, ...extensions.method.map(({ name }) => name)];
  return namedMethodsOf(
    names.map((name) => methodNamed(name, extensions)),
    {
      ...(await givenMethodOptions({ options, methodOptions, fileOptions }, extensions)),
      ...given(options, ["noise"]),
    },
    optionName,
    extensions.method,
  );
}

/** The score that is asked for, with the question of a plugin in the place of its name; nothing where none is. */
export function givenScore(
  { score }: Pick<OptionValues, "score">,
  { question }: Pick<Extensions, "question">,
): Pick<ExplainOptions, "score"> {
  const own = question.find(({ name }) => name === score);
  return own === undefined ? (score === undefined ? {} : { score }) : { score: own };
}

/** The method of a plugin, or the name of one of calig's. */
export const methodNamed = (name: string, { method }: Extensions): string | MethodObject =>
  method.find((own) => own.name === name) ?? name;

/** The replacement of a plugin, or the name of one of calig's; nothing where none is asked for. */
export function givenReplacement(
  { replacement }: Pick<OptionValues, "replacement">,
  extensions: Pick<Extensions, "replacement">,
): Pick<EvaluateOptions, "replacement"> {
  if (replacement === undefined) return {};
  const all = [replacement].flat().map((given) => extensions.replacement.find(({ name }) => name === given) ?? given);
  return { replacement: all.length === 1 ? (all[0] as string | Replacement) : all };
}

/** The same, of commands that take one. @param command - What cannot be done with several: "tune". @throws {UsageError} */
export function oneReplacement(
  options: Pick<OptionValues, "replacement">,
  extensions: Pick<Extensions, "replacement">,
  command: string,
): { readonly replacement?: string | Replacement } {
  const { replacement } = givenReplacement(options, extensions);
  if (replacement === undefined) return {};
  const [first, ...others] = [replacement].flat();
  if (first !== undefined && others.length === 0) return { replacement: first };
  throw new UsageError(
    `Cannot ${command} with ${others.length + 1} replacements at once: give one; calig evaluate measures with several`,
  );
}

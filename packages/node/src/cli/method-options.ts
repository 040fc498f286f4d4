/** @file The methods that a command compares: those asked for, with options that hold for all of them. */

import { METHODS } from "@calig/core/internal/attribution/methods";
import type { ExplainOptions, MethodObject } from "@calig/core/internal/attribution/options";
import { type NamedMethod, namedMethodsOf } from "@calig/core/internal/evaluation/named-methods";
import type { Extensions } from "@calig/core/internal/extend/extension";
import { BASELINE_OPTIONS, givenBaseline } from "./baseline-options.ts";
import { given } from "./given.ts";
import { type OptionKey, type OptionValues, optionName } from "./options.ts";

const PLAIN_OPTIONS = ["steps", "tolerance", "quadrature", "fusion", "lambda", "layerWeights", "memory"] as const;

/** Options of methods that commands which compare methods take. */
export const METHOD_OPTIONS = [...BASELINE_OPTIONS, ...PLAIN_OPTIONS] as const;

type Options = Pick<OptionValues, (typeof METHOD_OPTIONS)[number]>;

/** Those that were given, as options of the library. @throws As `givenBaseline`. */
export async function methodOptions(options: Options): Promise<ExplainOptions> {
  return { ...(await givenBaseline(options)), ...given(options, PLAIN_OPTIONS) };
}

/** The methods asked for, all by default, and the random control. @throws As `givenBaseline`. */
export async function chooseMethods(
  options: Options & Pick<OptionValues, "methods">,
  extensions: Extensions,
): Promise<NamedMethod[]> {
  const names = options.methods ?? [...METHODS, ...extensions.method].map(({ name }) => name);
  return namedMethodsOf(
    names.map((name) => methodNamed(name, extensions)),
    await methodOptions(options),
    (name) => optionName(name as OptionKey),
  );
}

/** The method of a plugin, or the name of one of calig's. */
export const methodNamed = (name: string, { method }: Extensions): string | MethodObject =>
  method.find((own) => own.name === name) ?? name;

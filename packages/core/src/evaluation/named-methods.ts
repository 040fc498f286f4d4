/** @file Which methods an evaluation compares: those asked for, with options that hold for all, and a random control. */

import type { AttributionMethod } from "../attribution/method.ts";
import { COMPARED, methodOf } from "../attribution/methods.ts";
import type { ExplainOptions, MethodObject } from "../attribution/options.ts";
import { optionsFor } from "../attribution/resolve-run.ts";
import type { OptionNaming } from "../options/check.ts";

/** A method with its options. */
export interface NamedMethod {
  /** Unique among the methods compared. */
  readonly name: string;
  readonly options: ExplainOptions & { readonly method: string | MethodObject };
  /** Stands for knowing nothing. */
  readonly randomControl?: boolean;
}

/** The random control that every comparison includes; it costs nothing. */
const ALWAYS = "random";

/** The random control that is measured beside whatever is compared. */
export const randomControl = (): NamedMethod => ({ name: ALWAYS, options: { method: ALWAYS }, randomControl: true });

/**
 * These methods, by default all of calig's but those on request, and the random control; `options` hold for all that take them.
 *
 * @param others - Methods besides calig's and these whose options are known.
 * @throws {InvalidOptionError} As `methodOf`; for an option that none of the methods takes.
 */
export function namedMethodsOf(
  methods: readonly (string | MethodObject)[] = COMPARED,
  options: ExplainOptions = {},
  naming?: OptionNaming,
  others: readonly AttributionMethod[] = [],
): NamedMethod[] {
  const all = methods.map(methodOf);
  const shares = optionsFor(all, options, naming, others);
  const named = all.map(({ name, randomControl: isControl }, m): NamedMethod => {
    const own = { ...shares[m], method: methods[m] as string | MethodObject };
    return { name, options: own, randomControl: isControl === true };
  });
  return [...named.filter(({ name }) => name !== ALWAYS), randomControl()];
}

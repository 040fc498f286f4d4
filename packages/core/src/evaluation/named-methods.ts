/** @file Which methods an evaluation compares: those asked for, with options that hold for all, and a random control. */

import { METHODS, methodOf } from "../attribution/methods.ts";
import type { ExplainOptions, MethodObject } from "../attribution/options.ts";

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
 * These methods, all of calig's by default, and the random control; `options` hold for all but the random control.
 *
 * @throws {InvalidOptionError} As `methodOf`.
 */
export function namedMethodsOf(
  methods: readonly (string | MethodObject)[] = METHODS.map(({ name }) => name),
  options: ExplainOptions = {},
): NamedMethod[] {
  return [
    ...methods
      .map((method) => ({ method, own: methodOf(method) }))
      .filter(({ own }) => own.name !== ALWAYS)
      .map(({ method, own }) => ({
        name: own.name,
        options: { ...options, method },
        randomControl: own.randomControl === true,
      })),
    randomControl(),
  ];
}

/** @file Which methods an evaluation compares: those asked for, with options that hold for all, and a floor. */

import { METHODS, methodOf } from "../attribution/methods.ts";
import type { ExplainOptions, MethodObject } from "../attribution/options.ts";

/** A method with its options. */
export interface Contender {
  /** Unique among the contenders. */
  readonly name: string;
  readonly options: ExplainOptions & { readonly method: string | MethodObject };
  /** Stands for knowing nothing. */
  readonly floor?: boolean;
}

/** The floor that every comparison includes; it costs nothing. */
const ALWAYS = "random";

/** The floor that is measured beside whatever is compared. */
export const floorContender = (): Contender => ({ name: ALWAYS, options: { method: ALWAYS }, floor: true });

/**
 * These methods, all of calig's by default, and the random floor; `options` hold for all but the floor.
 *
 * @throws {InvalidOptionError} As `methodOf`.
 */
export function contendersOf(
  methods: readonly (string | MethodObject)[] = METHODS.map(({ name }) => name),
  options: ExplainOptions = {},
): Contender[] {
  return [
    ...methods
      .map((method) => ({ method, own: methodOf(method) }))
      .filter(({ own }) => own.name !== ALWAYS)
      .map(({ method, own }) => ({
        name: own.name,
        options: { ...options, method },
        floor: own.randomControl === true,
      })),
    floorContender(),
  ];
}

/** @file The methods that a command compares: those asked for, with options that hold for all of them. */

import { METHODS } from "../attribution/methods.ts";
import type { Contender } from "../evaluation/evaluate.ts";
import { given } from "./given.ts";
import type { OptionValues } from "./options.ts";

/** Options of methods that commands which compare methods take. */
export const CONTENDER_OPTIONS = [
  "baseline",
  "steps",
  "tolerance",
  "quadrature",
  "fusion",
  "lambda",
  "layerWeights",
  "memory",
] as const;

/** Methods that know nothing, and that every comparison includes. */
const FLOORS: readonly string[] = ["random"];

/** The methods asked for, all by default, with the floors. */
export function chooseContenders(
  options: Pick<OptionValues, "methods" | (typeof CONTENDER_OPTIONS)[number]>,
): Contender[] {
  const known = METHODS.map(({ name }) => name);
  const floors = FLOORS.filter((name) => known.includes(name));
  const own = given(options, CONTENDER_OPTIONS);
  return [...new Set([...(options.methods ?? known), ...floors])].map((method) => ({
    name: method,
    options: { ...own, method },
    floor: floors.includes(method),
  }));
}

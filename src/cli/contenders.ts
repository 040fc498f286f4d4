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

/** Methods that know nothing of the input: what the others must beat. */
const FLOORS: readonly string[] = ["random", "shuffled"];
/** The floor that every comparison includes; it costs nothing. */
const ALWAYS = "random";

/** The floor that is measured beside whatever is compared. */
export const floorContender = (): Contender => ({ name: ALWAYS, options: { method: ALWAYS }, floor: true });

/** The methods asked for, all by default, and the random floor. */
export function chooseContenders(
  options: Pick<OptionValues, "methods" | (typeof CONTENDER_OPTIONS)[number]>,
): Contender[] {
  const own = given(options, CONTENDER_OPTIONS);
  const wanted = options.methods ?? METHODS.map(({ name }) => name);
  const methods = wanted.filter((name) => name !== ALWAYS);
  return [
    ...methods.map((method) => ({ name: method, options: { ...own, method }, floor: FLOORS.includes(method) })),
    floorContender(),
  ];
}

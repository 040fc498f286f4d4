/** @file The methods that a command compares: those asked for, with options that hold for all of them. */

import { contendersOf } from "../evaluation/contenders.ts";
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

/** The methods asked for, all by default, and the random floor. */
export const chooseContenders = (
  options: Pick<OptionValues, "methods" | (typeof CONTENDER_OPTIONS)[number]>,
): Contender[] => contendersOf(options.methods, given(options, CONTENDER_OPTIONS));

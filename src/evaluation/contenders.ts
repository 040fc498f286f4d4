/** @file Which methods an evaluation compares: those asked for, with options that hold for all, and a floor. */

import { METHODS } from "../attribution/methods.ts";
import type { ExplainOptions } from "../attribution/options.ts";
import type { Contender } from "./evaluate.ts";

/** Methods that know nothing of the input: what the others must beat. */
const FLOORS: readonly string[] = ["random", "shuffled"];
/** The floor that every comparison includes; it costs nothing. */
const ALWAYS = "random";

/** The floor that is measured beside whatever is compared. */
export const floorContender = (): Contender => ({ name: ALWAYS, options: { method: ALWAYS }, floor: true });

/** The methods of these names, all by default, and the random floor; `options` hold for all but the floor. */
export function contendersOf(
  methods: readonly string[] = METHODS.map(({ name }) => name),
  options: ExplainOptions = {},
): Contender[] {
  return [
    ...methods
      .filter((name) => name !== ALWAYS)
      .map((method) => ({ name: method, options: { ...options, method }, floor: FLOORS.includes(method) })),
    floorContender(),
  ];
}

/** @file Whether given options are options: their names, their types, their bounds, and whether they have an effect. */

import { closestMatch } from "leven";
import { is } from "valibot";
import { brief, InvalidOptionError, quote, wordList } from "../errors.ts";
import { allowedWords } from "./control.ts";
import type { GivenOptions, OptionDeclaration, OptionTable, OptionType } from "./option.ts";

/** Most letters that differ between a name and the one that was meant. */
const MOST_DIFFERENT = 3;

/** The name that was meant by another one; undefined where none is near. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const most = Math.min(MOST_DIFFERENT, Math.floor(name.length / 2));
  const plain = (word: string) => word.toLowerCase().replaceAll(/[-_]/g, "");
  const same = known.find((word) => plain(word) === plain(name));
  return same ?? (most < 1 ? undefined : closestMatch(name.slice(0, 100), known, { maxDistance: most }));
}

/** How options are called where they are given: "--layer-weights", "body.layerWeights". */
export type OptionNaming = (name: string) => string;

export const plainName: OptionNaming = (name) => name;

/**
 * Refuses what is no option of a table.
 *
 * @param known - Names that are known besides.
 * @throws {InvalidOptionError} With the name that was meant, where one is near.
 */
export function checkNames(given: GivenOptions, table: OptionTable, known: readonly string[] = []): void {
  const all = [...Object.keys(table), ...known];
  const unknown = Object.keys(given).find((name) => given[name] !== undefined && !all.includes(name));
  if (unknown === undefined) return;
  const [renamed] = Object.entries(table).find(([, { otherName }]) => otherName === unknown) ?? [];
  const near = renamed ?? nearestName(unknown, all);
  throw new InvalidOptionError(
    near === undefined
      ? `Unknown option ${quote(unknown.slice(0, 100))}: use one of ${wordList(all)}`
      : `Unknown option ${quote(unknown.slice(0, 100))}: did you mean "${near}"?`,
    unknown,
    given[unknown],
    all,
  );
}

/** @throws {InvalidOptionError} When options are given as something else than an object with a field for each. */
export function checkRecord(given: unknown): void {
  if (typeof given === "object" && given !== null && !Array.isArray(given)) return;
  throw new InvalidOptionError(
    `Cannot use the options ${shown(given)}: give an object, as in { seed: 1 }`,
    "options",
    given,
  );
}

/** Longest value that a message repeats. */
const MOST_SHOWN = 200;

/** A value of whatever kind in a message. */
function shown(value: unknown): string {
  try {
    return brief(quote(value), MOST_SHOWN);
  } catch {
    return brief(String(value), MOST_SHOWN); // JSON cannot say it.
  }
}

/** Whether a value is one of an option. */
export const accepts = <T>({ schema }: OptionType<T>, value: unknown): value is T => is(schema, value);

/** What is said of a value that is none of an option. @param called - How the option is called where it was given. */
export function refusal(called: string, type: OptionType<unknown>, value: unknown): string {
  if (Array.isArray(value) && value.length === 0) return `Cannot use an empty list as ${called}: ${type.remedy}`;
  const wrong = wrongPart(type, value);
  const near = typeof wrong === "string" ? nearestName(wrong, allowedWords(type.control) ?? []) : undefined;
  const hint = near === undefined ? "" : `did you mean "${near}"? Otherwise `;
  return `Cannot use ${called} ${shown(wrong)}: ${hint}${type.remedy}`;
}

/** The value of an option. @throws {InvalidOptionError} Where it is of another type, or out of bounds. */
export function checkValue<T>(
  name: string,
  { type }: OptionDeclaration<T>,
  value: unknown,
  naming: OptionNaming = plainName,
): T {
  if (accepts(type, value)) return value;
  throw new InvalidOptionError(refusal(naming(name), type, value), name, value, allowedWords(type.control));
}

/** Of a list of words the one that is not allowed; otherwise the whole value. */
function wrongPart({ control }: OptionType<unknown>, value: unknown): unknown {
  const words = allowedWords(control);
  if (!Array.isArray(value) || words === undefined) return value;
  return value.find((item) => typeof item === "string" && !words.includes(item)) ?? value;
}

/**
 * Refuses options that have no effect with the values of others.
 *
 * @param values - Of all options, defaults included.
 * @throws {InvalidOptionError} With the values that it goes with.
 */
export function checkNeeds(
  given: GivenOptions,
  values: GivenOptions,
  table: OptionTable,
  naming: OptionNaming = plainName,
): void {
  for (const [name, { needs }] of Object.entries(table)) {
    if (needs === undefined || given[name] === undefined || needs.values.includes(values[needs.option])) continue;
    const other = naming(needs.option);
    throw new InvalidOptionError(
      `Cannot use ${naming(name)} ${shown(given[name])} with ${other} ${shown(values[needs.option])}: it has no effect there; leave it out, or give ${other} ${needs.values.map(quote).join(" or ")}`,
      name,
      given[name],
    );
  }
}

/** @file From options as they were given to options with a value each: checked, and completed with defaults. */

import { checkNames, checkNeeds, checkValue, type OptionNaming } from "./check.ts";
import type { GivenOptions, OptionTable, ResolvedOf } from "./option.ts";

export interface ResolveSettings {
  /** Defaults that are better than those of the declarations: what holds for a model. */
  readonly defaults?: GivenOptions;
  /** Names that are known besides those of the table. */
  readonly known?: readonly string[];
  /** How options are called in messages. */
  readonly naming?: OptionNaming;
}

/**
 * The values of all options of a table; options without a value and a default are left out.
 *
 * @throws {InvalidOptionError} For an unknown name, a value of another type or out of bounds, or an option without effect.
 */
export function resolveOptions<Table extends OptionTable>(
  table: Table,
  given: GivenOptions,
  { defaults = {}, known = [], naming }: ResolveSettings = {},
): ResolvedOf<Table> {
  checkNames(given, table, known);
  for (const [name, declaration] of Object.entries(table)) {
    if (given[name] !== undefined) checkValue(name, declaration, given[name], naming);
  }
  const values: Record<string, unknown> = {};
  for (const [name, declaration] of Object.entries(table)) {
    const usual = declaration.default as unknown;
    const value = given[name] ?? defaults[name] ?? (typeof usual === "function" ? usual(given) : usual);
    if (value !== undefined) values[name] = value;
  }
  checkNeeds(given, values, table, naming);
  return values as ResolvedOf<Table>;
}

/** Whether an option has an effect beside these values of others. */
function hasEffect(table: OptionTable, name: string, values: GivenOptions): boolean {
  const needs = table[name]?.needs;
  return needs === undefined || needs.values.includes(values[needs.option]);
}

/** The values that have an effect, in the order of the table. */
export const effectiveOptions = (table: OptionTable, values: GivenOptions): GivenOptions =>
  Object.fromEntries(
    Object.keys(table)
      .filter((name) => values[name] !== undefined && hasEffect(table, name, values))
      .map((name) => [name, values[name]]),
  );

/**
 * What results depend on, as a text: the same for the same values, whatever their order. Options that change no result
 * are left out. Values must be plain data.
 */
export function optionsKey(table: OptionTable, values: GivenOptions): string {
  const effective = effectiveOptions(table, values);
  const names = Object.keys(effective).filter((name) => table[name]?.changesResults !== false);
  return JSON.stringify(names.sort().map((name) => [name, canonical(effective[name])]));
}

/** A copy in which the fields of records are sorted. */
export function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, field]) => [name, canonical(field)]),
  );
}

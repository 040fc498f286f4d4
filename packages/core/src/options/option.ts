/**
 * @file One option, declared in one place: its type with its bounds, its default, and what it is for. Command line, help,
 * docs, forms, JSON Schemas, checks and the keys of caches are made from declarations.
 */

import type { GenericSchema } from "valibot";
import type { Control } from "./control.ts";

/** What the values of an option are. Made by the functions of types.ts. */
export interface OptionType<T> {
  /** Decides which values are allowed. */
  readonly schema: GenericSchema<T>;
  /** How a value is written, on the command line and in forms. */
  readonly control: Control;
  /** What to do about a value that is not allowed: "give a number greater than 0". Ends error messages. */
  readonly remedy: string;
  /** Whether the command line takes the option several times, each adding to a list. */
  readonly repeated?: boolean;
}

/** Headings that help texts, forms and docs gather options under, in this order. */
export const OPTION_GROUPS = [
  "Server",
  "Input",
  "What is explained",
  "Evaluation",
  "Method",
  "Output",
  "Resources",
  "General",
] as const;
export type OptionGroup = (typeof OPTION_GROUPS)[number];

/** Values of options, by name, as far as they are given. */
export type GivenOptions = Readonly<Record<string, unknown>>;

/** One option. Its name is its key in an `OptionTable`, in camelCase; on the command line it is in kebab-case. */
export interface OptionDeclaration<T = unknown> {
  readonly type: OptionType<T>;
  readonly group: OptionGroup;
  /** One line for help, forms and docs: lower case, without a final period. */
  readonly summary: string;
  /** The value where none is given, or how it follows from the options given. Absent where the model decides, or nothing happens. */
  readonly default?: T | ((given: GivenOptions) => T);
  /** What happens without the option, in words, where `default` is no constant. */
  readonly otherwise?: string;
  /** Values of another option with which alone this one has an effect. */
  readonly needs?: { readonly option: string; readonly values: readonly unknown[] };
  /** Whether kinds of inputs say if they take it: on others it has no effect. Absent for no. */
  readonly ofInput?: true;
  /** False where no number of a result depends on the option: it is left out of the keys of what is kept. */
  readonly changesResults?: false;
  /** Its name, where that is not its key: for options of single commands that are called like others. */
  readonly name?: string;
  /** Of a switch that may be on where nothing is said: the command line takes "--no-NAME", too, for off. Absent for no. */
  readonly canBeOff?: true;
  /** Another name, in camelCase, that the command line takes too and does not show: one that the option had before. */
  readonly otherName?: string;
}

/** Options by name. */
// biome-ignore lint/suspicious/noExplicitAny: declarations of any values; `unknown` would lose the type of each
export type OptionTable = Readonly<Record<string, OptionDeclaration<any>>>;

/** The type of an option's value. */
export type OptionValue<D> = D extends OptionDeclaration<infer T> ? T : never;

/** What a caller may give of a table: any of its options. */
export type OptionsOf<Table extends OptionTable> = { readonly [K in keyof Table]?: OptionValue<Table[K]> };

/** Names of the options of a table that have a value in any case. */
type Defaulted<Table extends OptionTable> = {
  [K in keyof Table]: Table[K] extends { readonly default: unknown } ? K : never;
}[keyof Table];

/** Values of a table: those of options with defaults are always there. */
export type ResolvedOf<Table extends OptionTable> = {
  readonly [K in Defaulted<Table>]: OptionValue<Table[K]>;
} & { readonly [K in Exclude<keyof Table, Defaulted<Table>>]?: OptionValue<Table[K]> };

/** Checks a declaration against its type, and keeps that type, and whether there is a default. */
export function defineOption<T>(
  declaration: OptionDeclaration<T> & { readonly default: T | ((given: GivenOptions) => T) },
): OptionDeclaration<T> & { readonly default: T | ((given: GivenOptions) => T) };
export function defineOption<T>(declaration: OptionDeclaration<T>): OptionDeclaration<T>;
export function defineOption<T>(declaration: OptionDeclaration<T>): OptionDeclaration<T> {
  return declaration;
}

/** Some options of a table. */
export const onlyOptions = <Table extends OptionTable, const K extends keyof Table & string>(
  table: Table,
  names: readonly K[],
): Pick<Table, K> => Object.fromEntries(names.map((name) => [name, table[name]])) as Pick<Table, K>;

/** The options of a table but some. */
export const withoutOptions = <Table extends OptionTable, const K extends keyof Table & string>(
  table: Table,
  names: readonly K[],
): Omit<Table, K> =>
  Object.fromEntries(Object.entries(table).filter(([name]) => !(names as readonly string[]).includes(name))) as Omit<
    Table,
    K
  >;

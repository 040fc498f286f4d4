/** @file Types of options: for each what it allows, how it is written, and what messages say of it. */

import * as v from "valibot";
import { wordList } from "../errors.ts";
import type { Range } from "./control.ts";
import type { OptionType } from "./option.ts";

/** Most entries of a list; no model has more blocks or classes worth listing. */
const MOST_LISTED = 1000;

/** On or off; on the command line on when given. */
export const flag: OptionType<boolean> = {
  schema: v.boolean(),
  control: { kind: "switch" },
  remedy: "give true or false",
};

/** Any text. @param placeholder - What stands for it in help texts. */
export const text = (placeholder: string): OptionType<string> => ({
  schema: v.string(),
  control: { kind: "text", placeholder },
  remedy: "give a text",
});

/** A path of a file or folder; must not be empty. */
export const path = (placeholder: string): OptionType<string> => ({
  schema: v.pipe(v.string(), v.nonEmpty()),
  control: { kind: "text", placeholder },
  remedy: "give a path",
});

/** A text that `isAllowed` lets pass. @param remedy - What to do about others: "give a colour". */
export const textThat = (
  placeholder: string,
  isAllowed: (text: string) => boolean,
  remedy: string,
): OptionType<string> => ({
  schema: v.pipe(v.string(), v.check(isAllowed)),
  control: { kind: "text", placeholder },
  remedy,
});

/** A name, or an index: a whole number of at least 0. Of texts, whoever takes the option tells which they are. */
export const nameOrIndex = (placeholder: string, name: string): OptionType<string | number> => ({
  schema: v.union([v.string(), wholeIn({ min: 0 })]),
  control: { kind: "text", placeholder },
  remedy: `give ${name}, or an index: a whole number of at least 0`,
});

/** One of a list of words. */
export const oneOf = <const T extends string>(words: readonly T[], placeholder = "NAME"): OptionType<T> => ({
  schema: v.picklist(words),
  control: { kind: "choice", words, placeholder },
  remedy: `use one of ${wordList(words)}`,
});

/** One of a list of words. @param others - What callers from TypeScript may give in their place. */
export const oneOfOr = <const T extends string, O>(
  words: readonly T[],
  others: v.GenericSchema<O>,
  placeholder = "NAME",
): OptionType<T | O> => ({
  ...oneOf<string>(words, placeholder),
  schema: v.union([v.picklist(words), others]) as v.GenericSchema<T | O>,
});

/** One of a list of words, or in TypeScript an object of the caller's that stands for one. */
export const oneOfOrObject = <O extends object>(words: readonly string[]): OptionType<string | O> =>
  oneOfOr<string, O>(words, objectOf<O>());

const objectOf = <O extends object>() =>
  v.custom<O>((value) => typeof value === "object" && value !== null && !Array.isArray(value));

/** One or several of a list of words, each once, or objects of the caller's that stand for some. */
export const oneOrMoreOfOrObjects = <O extends object>(
  words: readonly string[],
): OptionType<string | O | readonly (string | O)[]> => oneOrMoreOf<string, O>(words, objectOf<O>());

/**
 * Several of a list of words; at least one, each once.
 *
 * @param endings - What every word may end with besides, which is no part of the list that help texts show.
 */
export const someOf = <const T extends string>(
  words: readonly T[],
  endings: readonly string[] = [],
): OptionType<readonly T[]> => ({
  schema: listOf(v.picklist(spelled(words, endings)), words.length * (1 + endings.length)),
  control: {
    kind: "list",
    items: { kind: "choice", words, placeholder: "NAME", ...(endings.length === 0 ? {} : { endings }) },
    words: [],
    single: false,
    ranges: false,
    placeholder: "NAME,..",
  },
  remedy: `use one of ${wordList(words)}`,
});

/** The words as they are and with each of the endings. */
const spelled = <T extends string>(words: readonly T[], endings: readonly string[]): readonly T[] => [
  ...words,
  ...endings.flatMap((ending) => words.map((word) => `${word}${ending}` as T)),
];

/** One of a list of words, or several, each once. @param others - What callers from TypeScript may give in their place. */
export function oneOrMoreOf<const T extends string, O = never>(
  words: readonly T[],
  others: v.GenericSchema<O> = v.never(),
  remedy = `use one of ${wordList(words)}`,
): OptionType<T | O | readonly (T | O)[]> {
  const one = v.union([v.picklist(words), others]) as v.GenericSchema<T | O>;
  return {
    schema: v.union([one, listOf(one)]),
    control: {
      kind: "list",
      items: { kind: "choice", words, placeholder: "NAME" },
      words: [],
      single: true,
      ranges: false,
      placeholder: "NAME,..",
    },
    remedy,
  };
}

/** A number within bounds. */
export const number = (range: Range, placeholder = "X"): OptionType<number> => ({
  schema: numberIn(range),
  control: { kind: "number", whole: false, words: [], placeholder, ...range },
  remedy: `give a number ${rangeText(range)}`,
});

/** A whole number within bounds. */
export const wholeNumber = (range: Range, placeholder = "N"): OptionType<number> => ({
  schema: wholeIn(range),
  control: { kind: "number", whole: true, words: [], placeholder, ...range },
  remedy: `give a whole number ${rangeText(range)}`,
});

/** A whole number within bounds, or one of some words. */
export const wholeNumberOr = <const T extends string>(range: Range, words: readonly T[]): OptionType<number | T> => ({
  schema: v.union([wholeIn(range), v.picklist(words)]),
  control: { kind: "number", whole: true, words, placeholder: ["N", ...words].join("|"), ...range },
  remedy: `give a whole number ${rangeText(range)}, or ${wordList(words)}`,
});

/** Whole numbers from 0; written with ranges: "0,2-4" is [0, 2, 3, 4]. */
export const wholeNumbers = (placeholder: string, remedy: string): OptionType<readonly number[]> => ({
  schema: listOf(wholeIn({ min: 0 })),
  control: {
    kind: "list",
    items: { kind: "number", whole: true, words: [], placeholder: "N", min: 0 },
    words: [],
    single: false,
    ranges: true,
    placeholder,
  },
  remedy,
});

/** One of some words, or a list of numbers of at least 0. @param each - What the numbers are for: "per block". */
export const numbersOr = <const T extends string>(
  words: readonly T[],
  each: string,
): OptionType<T | readonly number[]> => ({
  schema: v.union([v.picklist(words), listOf(numberIn({ min: 0 }))]),
  control: {
    kind: "list",
    items: { kind: "number", whole: false, words: [], placeholder: "X", min: 0 },
    words,
    single: false,
    ranges: false,
    placeholder: "NAME|X,..",
  },
  remedy: `use one of ${wordList(words)}, or one number of at least 0 ${each}, as in "0.5,0.3,0.2"`,
});

/** An amount of memory in bytes, written with a unit. */
export const byteSize = (range: Range): OptionType<number> => ({
  schema: numberIn(range),
  control: { kind: "size", placeholder: "SIZE" },
  remedy: `give a size such as "512MB" or "2GB"${range.min === undefined ? "" : `, at least ${range.min / 2 ** 20}MB`}`,
});

/** An option that the command line takes several times. */
export const repeated = <T>(type: OptionType<T>): OptionType<readonly T[]> => ({
  schema: v.array(type.schema) as v.GenericSchema<readonly T[]>,
  control: type.control,
  remedy: type.remedy,
  repeated: true,
});

const listOf = <T>(item: v.GenericSchema<T>, most = MOST_LISTED): v.GenericSchema<readonly T[]> =>
  v.pipe(v.array(item), v.minLength(1), v.maxLength(most)) as v.GenericSchema<readonly T[]>;

// Finite, since neither JSON nor a text can say more.
const numberIn = (range: Range): v.GenericSchema<number> => v.pipe(v.number(), v.finite(), ...bounds(range));

const wholeIn = (range: Range): v.GenericSchema<number> => v.pipe(v.number(), v.safeInteger(), ...bounds(range));

const bounds = ({ min, above, max }: Range) => [
  ...(min === undefined ? [] : [v.minValue<number, number>(min)]),
  ...(above === undefined ? [] : [v.gtValue<number, number>(above)]),
  ...(max === undefined ? [] : [v.maxValue<number, number>(max)]),
];

function rangeText({ min, above, max }: Range): string {
  if (above !== undefined) return `greater than ${above}${max === undefined ? "" : ` and at most ${max}`}`;
  if (min !== undefined) return max === undefined ? `of at least ${min}` : `from ${min} to ${max}`;
  return max === undefined ? "" : `of at most ${max}`;
}

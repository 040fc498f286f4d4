/** @file Types of option values: how the text after an option becomes a value, and what help and docs say of it. */

import { quote, UsageError } from "@calig/core/internal/errors";

/** How the value of an option is written and read. */
export interface ValueType<T> {
  /** Stands for the value in help texts: "N", "FILE"; undefined for a flag, which takes no value. */
  readonly placeholder: string | undefined;
  /** Complete list of the allowed words, where there is one. */
  readonly allowed?: readonly string[];
  /** @throws {UsageError} When the text is no such value; names the option, the value, and what is allowed. */
  parse(text: string, option: string): T;
  /** Value of an option that may be given several times, from the one so far and the next. */
  join?(sofar: T, next: T): T;
  /** The same type with more words allowed. */
  with?(words: readonly string[]): ValueType<unknown>;
}

function refuse(option: string, text: string, remedy: string): never {
  throw new UsageError(`Cannot use ${option} ${quote(text)}: ${remedy}`);
}

/** On when given. */
export const flag: ValueType<true> = { placeholder: undefined, parse: () => true };

/** Any text. */
export const text = (placeholder: string): ValueType<string> => ({ placeholder, parse: (value) => value });

/** A path of a file or folder; must not be empty. */
export const path = (placeholder: string): ValueType<string> => ({
  placeholder,
  parse: (value, option) => (value === "" ? refuse(option, value, "give a path") : value),
});

/** Any text that `check` lets pass. @param check - Throws one of calig's errors, whose message follows a colon. */
export function checked(placeholder: string, check: (text: string) => unknown): ValueType<string> {
  return {
    placeholder,
    parse(value, option) {
      try {
        check(value);
        return value;
      } catch (error) {
        return refuse(option, value, (error as Error).message.split(": ").at(-1) as string);
      }
    },
  };
}

/** One of a list of words. */
export function oneOf<const T extends string>(allowed: readonly T[], placeholder = "NAME"): ValueType<T> {
  return {
    placeholder,
    allowed,
    parse: (value, option) =>
      allowed.find((word) => word === value) ?? refuse(option, value, `use one of ${wordList(allowed)}`),
    with: (words) => oneOf([...allowed, ...words], placeholder),
  };
}

/** Several of a list of words, separated by commas; at least one, each once. */
export function someOf<const T extends string>(
  allowed: readonly T[],
  placeholder = "NAME,..",
): ValueType<readonly T[]> {
  const single = oneOf(allowed);
  return {
    placeholder,
    allowed,
    parse: (value, option) => [...new Set(items(value).map((word) => single.parse(word, option)))],
    with: (words) => someOf([...allowed, ...words], placeholder),
  };
}

/** One of a list of words, or several, separated by commas, each once. */
export function oneOrMoreOf<const T extends string>(allowed: readonly T[]): ValueType<T | readonly T[]> {
  const several = someOf(allowed);
  return {
    placeholder: several.placeholder,
    allowed,
    parse(value, option) {
      const [first, ...others] = several.parse(value, option) as readonly [T, ...T[]];
      return others.length === 0 ? first : [first, ...others];
    },
  };
}

interface Range {
  readonly min: number;
  readonly max?: number;
}

/** An option that may be given several times. */
export const repeated = <T>(type: ValueType<T>): ValueType<readonly T[]> => ({
  placeholder: type.placeholder,
  ...(type.allowed === undefined ? {} : { allowed: type.allowed }),
  parse: (value, option) => [type.parse(value, option)],
  join: (sofar, next) => [...sofar, ...next],
});

/** A whole number. */
export function wholeNumber({ min, max }: Range, placeholder = "N"): ValueType<number> {
  return {
    placeholder,
    parse: (value, option) =>
      wholeNumberIn(value, { min, ...(max === undefined ? {} : { max }) }) ??
      refuse(option, value, `give a whole number ${rangeText(min, max)}`),
  };
}

/** A whole number or one of some words. */
export function wholeNumberOr<const T extends string>(range: Range, words: readonly T[]): ValueType<number | T> {
  return {
    placeholder: ["N", ...words].join("|"),
    parse: (value, option) =>
      words.find((word) => word === value) ??
      wholeNumberIn(value, range) ??
      refuse(option, value, `give a whole number ${rangeText(range.min, range.max)}, or ${wordList(words)}`),
  };
}

/** A number in a closed range, or in one that leaves out its lower end. */
export function number(
  range: { readonly above?: number; readonly min?: number; readonly max?: number },
  placeholder = "X",
): ValueType<number> {
  const { above, min, max } = range;
  const wanted =
    above !== undefined
      ? `give a number greater than ${above}${max === undefined ? "" : ` and at most ${max}`}`
      : `give a number ${rangeText(min as number, max)}`;
  return {
    placeholder,
    parse(value, option) {
      const parsed = value.trim() === "" ? Number.NaN : Number(value);
      const inside =
        (above === undefined ? parsed >= (min as number) : parsed > above) && parsed <= (max ?? Number.MAX_VALUE);
      return inside ? parsed : refuse(option, value, wanted);
    },
  };
}

/** Block numbers and ranges of them: "0,2-4" is [0, 2, 3, 4]. */
export const blockList: ValueType<readonly number[]> = {
  placeholder: "LIST",
  parse(value, option) {
    const remedy = 'give block numbers from 0 and ranges of them, separated by commas, as in "0,2-4"';
    return items(value).flatMap((item) => {
      const match = /^(\d{1,4})(?:-(\d{1,4}))?$/.exec(item);
      if (match === null) return refuse(option, value, remedy);
      const first = Number(match[1]);
      const last = Number(match[2] ?? match[1]);
      if (last < first)
        return refuse(option, value, `the range ${quote(item)} is empty; write the smaller block first`);
      return Array.from({ length: last - first + 1 }, (_, i) => first + i);
    });
  },
};

/** A word, or numbers >= 0 separated by commas. */
export function numbersOr<const T extends string>(words: readonly T[]): ValueType<T | readonly number[]> {
  return {
    placeholder: "NAME|X,..",
    allowed: words,
    parse(value, option) {
      const word = words.find((candidate) => candidate === value);
      if (word !== undefined) return word;
      return items(value).map((item) => {
        const parsed = item === "" ? Number.NaN : Number(item);
        return parsed >= 0 && parsed <= Number.MAX_VALUE
          ? parsed
          : refuse(
              option,
              value,
              `use one of ${wordList(words)}, or one number of at least 0 per block, as in "0.5,0.3,0.2"`,
            );
      });
    },
  };
}

const UNITS: Readonly<Record<string, number>> = { "": 1, B: 1, KB: 2 ** 10, MB: 2 ** 20, GB: 2 ** 30 };

/** An amount of memory, in bytes: "512MB", "1.5GB" (1 MB = 1024 x 1024 bytes). */
export function byteSize(min: number): ValueType<number> {
  return {
    placeholder: "SIZE",
    parse(value, option) {
      const match = /^(\d+(?:\.\d+)?)\s*([KMG]?)(I?B)?$/.exec(value.trim().toUpperCase());
      const unit = match === null ? undefined : UNITS[match[2] === "" ? "" : `${match[2]}B`];
      if (match === null || unit === undefined) return refuse(option, value, 'give a size such as "512MB" or "2GB"');
      const bytes = Math.floor(Number(match[1]) * unit);
      if (bytes < min) return refuse(option, value, `give at least ${min / UNITS.MB!}MB`);
      return bytes;
    },
  };
}

const items = (value: string): string[] => value.split(",").map((item) => item.trim());

function wholeNumberIn(value: string, { min, max }: Range): number | undefined {
  if (!/^\d+$/.test(value)) return undefined;
  const parsed = Number(value);
  return parsed >= min && parsed <= (max ?? Number.MAX_SAFE_INTEGER) ? parsed : undefined;
}

const rangeText = (min: number, max: number | undefined): string =>
  max === undefined ? `of at least ${min}` : `from ${min} to ${max}`;

/** `"a", "b"`: all words, quoted. */
export const wordList = (words: readonly string[]): string => words.map((word) => `"${word}"`).join(", ");

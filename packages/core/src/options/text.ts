/** @file What help texts and docs say of an option, and values written as texts: command lines and forms. */

import { accepts, refusal } from "./check.ts";
import { allowedWords, readText } from "./control.ts";
import type { OptionForm } from "./form.ts";
import type { OptionDeclaration, OptionTable, OptionType } from "./option.ts";
import { oneOf, oneOrMoreOf, someOf } from "./types.ts";

/** "--layer-weights" of `layerWeights`. */
export const flagOf = (name: string): string => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** What stands for the value in help texts; undefined for a flag, which takes none. */
export const placeholderOf = ({ control }: OptionType<unknown>): string | undefined =>
  control.kind === "switch" ? undefined : control.placeholder;

/** "--layer-weights NAME|X,..": an option as help texts show it. @param name - Its key, or its name where it has one. */
export function usageOf(name: string, { type }: OptionDeclaration): string {
  const placeholder = placeholderOf(type);
  return placeholder === undefined ? flagOf(name) : `${flagOf(name)} ${placeholder}`;
}

/** What happens without the option, in words; undefined where nothing does. */
export function defaultText({ otherwise, default: usual }: OptionDeclaration): string | undefined {
  if (otherwise !== undefined) return otherwise;
  return usual === undefined || typeof usual === "function" ? undefined : String(usual);
}

/** `fusion "additive"`: what alone the option goes with; undefined where it always has an effect. */
export function needsText({ needs }: OptionDeclaration, naming: (name: string) => string): string | undefined {
  return needs === undefined ? undefined : `${naming(needs.option)} ${needs.values.join(" or ")}`;
}

/** "one of uniform, last; default: uniform; only with --fusion additive": what help texts say behind the summary. */
export function optionFacts(declaration: OptionDeclaration): string {
  const words = allowedWords(declaration.type.control);
  const usual = defaultText(declaration);
  const needs = needsText(declaration, flagOf);
  return [
    ...(words === undefined ? [] : [`one of ${words.join(", ")}`]),
    ...(usual === undefined ? [] : [`default: ${usual}`]),
    ...(needs === undefined ? [] : [`only with ${needs}`]),
    ...(declaration.canBeOff === true ? ["with --no- before its name: never"] : []),
  ].join("; ");
}

/**
 * The value that a text stands for, or why it is none.
 *
 * @param called - How the option is called where the text was given.
 */
export function valueOfText<T>(
  type: OptionType<T>,
  text: string,
  called: string,
): { readonly value: T } | { readonly problem: string } {
  const read = readText(type.control, text);
  const value = type.repeated === true ? [read] : read;
  if (accepts(type, value)) return { value };
  // Of a list of words the one that is wrong is named, of everything else what was written.
  const isWords = Array.isArray(read) && allowedWords(type.control) !== undefined && !read.includes(undefined);
  return { problem: refusal(called, type, isWords ? read : text) };
}

/** A type with more words in its list: what extensions add. */
export function withWords(type: OptionType<unknown>, more: readonly string[]): OptionType<unknown> {
  const { control } = type;
  if (more.length === 0) return type;
  const withMore = (words: readonly string[]) => [...new Set([...words, ...more])];
  if (control.kind === "choice") return oneOf(withMore(control.words), control.placeholder);
  if (control.kind !== "list" || control.items.kind !== "choice") return type;
  const words = withMore(control.items.words);
  return control.single ? oneOrMoreOf(words) : someOf(words, control.items.endings);
}

/** The options of a table as plain data. */
export const optionForms = (table: OptionTable): readonly OptionForm[] =>
  Object.entries(table).map(([name, declaration]) => {
    const { type, group, summary, needs } = declaration as OptionDeclaration;
    const otherwise = defaultText(declaration);
    return {
      name,
      group,
      summary,
      control: type.control,
      ...(otherwise === undefined ? {} : { otherwise }),
      ...(needs === undefined ? {} : { needs }),
    };
  });

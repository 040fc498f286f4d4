/** @file What a command of the command line is. */

import { METHODS } from "@calig/core/internal/attribution/methods";
import { optionsOfMethods } from "@calig/core/internal/attribution/resolve-run";
import { METRICS, optionsOfMetrics } from "@calig/core/internal/evaluation/metrics";
import type { Extensions } from "@calig/core/internal/extend/extension";
import {
  type GivenOptions,
  type OptionDeclaration,
  type OptionTable,
  withoutOptions,
} from "@calig/core/internal/options/option";
import { type FileRole, fileOptions } from "./file-options.ts";
import { COMMON_OPTIONS, OPTIONS, type OptionKey, type OptionValues, optionOf } from "./options.ts";
import type { Terminal } from "./terminal.ts";

/** Exit codes: the contract with scripts that call calig. */
export const EXIT = { done: 0, failed: 1, usage: 2, interrupted: 130, terminated: 143 } as const;

export interface Example {
  /** What the example does, without a final period. */
  readonly purpose: string;
  readonly command: string;
}

/** What a command is called with. */
export interface Invocation<K extends OptionKey = OptionKey> {
  /** All arguments after the name of the program. */
  readonly argv: readonly string[];
  /** Arguments that are not options. */
  readonly words: readonly string[];
  readonly options: Pick<OptionValues, K | (typeof COMMON_OPTIONS)[number]>;
  /** Of them the options of methods and those of metrics, those of plugins included. */
  readonly methodOptions: GivenOptions;
  readonly metricOptions: GivenOptions;
  /** And those of inputs that are files. */
  readonly fileOptions: GivenOptions;
  readonly terminal: Terminal;
  /** What the plugins of this run add. */
  readonly extensions: Extensions;
  /** All commands: what the command line is asked about itself. */
  readonly commands: readonly Command[];
}

/** A command. To add one: a file in commands/ and a line in commands.ts. */
export interface Command<K extends OptionKey = OptionKey> {
  readonly name: string;
  /** One line for the list of commands, without a final period. */
  readonly summary: string;
  /** Sentences for its own help. */
  readonly description: string;
  /** The arguments it takes besides options, where it takes any. */
  readonly argument?: { readonly name: string; readonly description: string; readonly values?: readonly string[] };
  /** The options it takes besides the common ones, and those of methods. */
  readonly options: readonly K[];
  /** Whether it takes all options of methods, those of plugins included, but the ones named here. */
  readonly methodOptions?: { readonly but: readonly string[] };
  /** Which options for inputs that are files it takes, of all kinds of inputs. */
  readonly fileOptions?: readonly FileRole[];
  readonly examples: readonly Example[];
  /** Does the work. Returns the exit code; throws what could not be done. */
  run(invocation: Invocation<K>): Promise<number>;
}

/** Checks a command against the options it names. */
export const defineCommand = <const K extends OptionKey>(command: Command<K>): Command<K> => command;

/** The options of methods, of metrics and of inputs that are files that a command takes, each by key. */
export function sharedOptionsOf(
  { options, methodOptions, fileOptions: roles = [] }: Pick<Command, "options" | "methodOptions" | "fileOptions">,
  { method, metric, modality }: Pick<Extensions, "method" | "metric" | "modality">,
): { readonly methods: OptionTable; readonly metrics: OptionTable; readonly files: OptionTable } {
  const measures = options.includes("metrics") || options.includes("metric");
  return {
    methods:
      methodOptions === undefined
        ? {}
        : withoutOptions(optionsOfMethods([...METHODS, ...method]), methodOptions.but as string[]),
    metrics: measures ? optionsOfMetrics([...METRICS, ...metric]) : {},
    files: fileOptions(roles, { modality }),
  };
}

/** Keys with those of files behind their like: texts as the input, texts as the baseline. */
function withFiles(own: readonly OptionKey[], files: OptionTable): readonly string[] {
  const keys: string[] = [...own];
  for (const [key, { group }] of Object.entries(files).reverse()) {
    const likes = group === "Input" ? ["pair", "classMap", "input"] : ["baselinePair"];
    const at = keys.indexOf(likes.find((like) => keys.includes(like)) ?? "");
    keys.splice(at < 0 ? keys.length : at + 1, 0, key);
  }
  return keys;
}

/** The options of a command by key, the common ones included. */
export function optionsOf(command: Command, extensions: Extensions): readonly (readonly [string, OptionDeclaration])[] {
  const { methods, metrics, files } = sharedOptionsOf(command, extensions);
  const declared: OptionTable = { ...files, ...methods, ...metrics };
  const keys = new Set([...withFiles(command.options, files), ...Object.keys(declared), ...COMMON_OPTIONS]);
  return [...keys].map((key) => [
    key,
    Object.hasOwn(OPTIONS, key) ? optionOf(key as OptionKey, extensions) : (declared[key] as OptionDeclaration),
  ]);
}

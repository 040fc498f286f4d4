/** @file What a command of the command line is. */

import type { Extensions } from "@calig/core/internal/extend/extension";
import type { COMMON_OPTIONS, OptionKey, OptionValues } from "./options.ts";
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
  /** Arguments that are not options. */
  readonly words: readonly string[];
  readonly options: Pick<OptionValues, K | (typeof COMMON_OPTIONS)[number]>;
  readonly terminal: Terminal;
  /** What the plugins of this run add. */
  readonly extensions: Extensions;
}

/** A command. To add one: a file in commands/ and a line in commands.ts. */
export interface Command<K extends OptionKey = OptionKey> {
  readonly name: string;
  /** One line for the list of commands, without a final period. */
  readonly summary: string;
  /** Sentences for its own help. */
  readonly description: string;
  /** The arguments it takes besides options, where it takes any. */
  readonly argument?: { readonly name: string; readonly description: string };
  /** The options it takes besides the common ones. */
  readonly options: readonly K[];
  readonly examples: readonly Example[];
  /** Does the work. Returns the exit code; throws what could not be done. */
  run(invocation: Invocation<K>): Promise<number>;
}

/** Checks a command against the options it names. */
export const defineCommand = <const K extends OptionKey>(command: Command<K>): Command<K> => command;

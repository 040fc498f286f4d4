/** @file What can be typed after "calig", as plain data: commands, their options, and the values that are known. */

import { NO_EXTENSIONS } from "@calig/core/internal/extend/extension";
import { allowedWords } from "@calig/core/internal/options/control";
import { flagOf, placeholderOf } from "@calig/core/internal/options/text";
import { type Command, optionsOf } from "../command.ts";

export interface OptionWords {
  /** "--layer-weights" */
  readonly flag: string;
  readonly summary: string;
  /** Whether a value follows. */
  readonly valued: boolean;
  /** The values where there is a complete list of them; empty where files are as likely as anything. */
  readonly values: readonly string[];
}

export interface CommandWords {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly OptionWords[];
  /** Values of its argument, where they are known. */
  readonly values: readonly string[];
}

export const shellWords = (commands: readonly Command[]): readonly CommandWords[] =>
  commands.map((command) => ({
    name: command.name,
    summary: command.summary,
    values: command.argument?.values ?? [],
    options: [
      ...optionsOf(command, NO_EXTENSIONS).map(
        ([key, { name = key, type, summary }]): OptionWords => ({
          flag: flagOf(name),
          summary,
          valued: placeholderOf(type) !== undefined,
          values: allowedWords(type.control) ?? [],
        }),
      ),
      { flag: "--help", summary: "what the command does, and its options", valued: false, values: [] },
    ],
  }));

/** In single quotes of a shell. */
export const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** @file Completion for fish. */

import { type CommandWords, quoted } from "./words.ts";

/** A script that fish reads: `calig completion fish | source`. */
export function fishCompletion(commands: readonly CommandWords[]): string {
  const lines = commands.flatMap(({ name, summary, options, values }) => [
    `complete -c calig -f -n __fish_use_subcommand -a ${name} -d ${fishQuoted(summary)}`,
    ...(values.length === 0
      ? []
      : [`complete -c calig -f -n '__fish_seen_subcommand_from ${name}' -a ${fishQuoted(values.join(" "))}`]),
    ...options.map(({ flag, summary: meaning, valued, values: words }) => {
      const value = !valued ? "" : words.length > 0 ? ` -x -a ${fishQuoted(words.join(" "))}` : " -r -F";
      return `complete -c calig -n '__fish_seen_subcommand_from ${name}' -l ${flag.slice(2)}${value} -d ${fishQuoted(meaning)}`;
    }),
  ]);
  return `# Completion of calig for fish: calig completion fish | source\n${lines.join("\n")}\n`;
}

/** In single quotes of fish, where a backslash escapes. */
const fishQuoted = (text: string): string => quoted(text.replaceAll("\\", "\\\\")).replaceAll(`'\\''`, `\\'`);

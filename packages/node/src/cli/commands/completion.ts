/** @file `calig completion`: what shells and man read of the command line. */

import { UsageError, wordList } from "@calig/core/internal/errors";
import { type Command, defineCommand, EXIT } from "../command.ts";

const KINDS = ["bash", "zsh", "fish", "man"] as const;

export const completion = defineCommand({
  name: "completion",
  summary: "print what shells complete commands and options with, or the manual page",
  description:
    "Prints a script that makes a shell complete the commands, options and values of calig, or the manual page in the macros of man.",
  argument: { name: "SHELL", description: `what to print: ${wordList(KINDS)}`, values: KINDS },
  options: [],
  examples: [
    { purpose: "In ~/.bashrc", command: "source <(calig completion bash)" },
    { purpose: "In ~/.zshrc, after compinit", command: "source <(calig completion zsh)" },
    { purpose: "For fish, once", command: "calig completion fish > ~/.config/fish/completions/calig.fish" },
    { purpose: "The manual", command: "calig completion man | man -l -" },
  ],
  async run({ words, terminal, commands }) {
    const [kind] = words;
    if (words.length !== 1 || !KINDS.some((known) => known === kind)) {
      throw new UsageError(
        `Cannot print completion for ${words.length === 0 ? "no shell" : wordList(words)}: give one of ${KINDS.join(", ")}`,
      );
    }
    await terminal.print(await print(kind as (typeof KINDS)[number], commands));
    return EXIT.done;
  },
});

async function print(kind: (typeof KINDS)[number], commands: readonly Command[]): Promise<string> {
  if (kind === "man") return (await import("../shells/man-page.ts")).manPage(commands);
  const words = (await import("../shells/words.ts")).shellWords(commands);
  switch (kind) {
    case "bash":
      return (await import("../shells/bash.ts")).bashCompletion(words);
    case "zsh":
      return (await import("../shells/zsh.ts")).zshCompletion(words);
    case "fish":
      return (await import("../shells/fish.ts")).fishCompletion(words);
  }
}

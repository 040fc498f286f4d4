/** @file The manual page: what docs/cli.md says of the commands, for man. */

import { NO_EXTENSIONS } from "@calig/core/internal/extend/extension";
import { OPTION_GROUPS } from "@calig/core/internal/options/option";
import { optionFacts, usageOf } from "@calig/core/internal/options/text";
import { VERSION } from "@calig/core/internal/util/version";
import { type Command, optionsOf } from "../command.ts";

/** calig(1) in the macros of man(7). */
export function manPage(commands: readonly Command[]): string {
  return [
    `.TH CALIG 1 "" "calig ${VERSION}" "User Commands"`,
    ".SH NAME",
    "calig \\- explain what Transformer models decide and why",
    ".SH SYNOPSIS",
    ".B calig",
    "\\fICOMMAND\\fR [\\fIoptions\\fR]",
    ".SH DESCRIPTION",
    escaped("Results go to standard output, everything else to standard error."),
    ".SH COMMANDS",
    ...commands.flatMap(({ name, summary }) => [".TP", `.B ${escaped(name)}`, escaped(summary)]),
    ...commands.flatMap(section),
    ".SH EXIT STATUS",
    ...Object.entries(STATUS).flatMap(([code, meaning]) => [".TP", `.B ${code}`, escaped(meaning)]),
    "",
  ].join("\n");
}

const STATUS = {
  0: "done",
  1: "failed; with --input, also when some of the inputs failed",
  2: "usage: an unknown command or option, or a value that cannot be used",
  130: "interrupted (Ctrl-C)",
};

function section(command: Command): readonly string[] {
  const { name, argument, description, examples } = command;
  const options = optionsOf(command, NO_EXTENSIONS);
  const grouped = OPTION_GROUPS.flatMap((group) => options.filter(([, declaration]) => declaration.group === group));
  return [
    `.SH ${escaped(`CALIG ${name.toUpperCase()}`)}`,
    `.B ${escaped(`calig ${name}`)}`,
    `${argument === undefined ? "" : `[\\fI${escaped(argument.name)}\\fR] `}[\\fIoptions\\fR]`,
    ".PP",
    escaped(description),
    ...grouped.flatMap(([key, declaration]) => {
      const facts = optionFacts(declaration);
      const meaning = facts === "" ? declaration.summary : `${declaration.summary} (${facts})`;
      return [".TP", `.B ${escaped(usageOf(declaration.name ?? key, declaration))}`, escaped(meaning)];
    }),
    ...examples.flatMap(({ purpose, command: line }) => [
      ".PP",
      escaped(`${purpose}:`),
      ".PP",
      ".EX",
      ...line.split("\n").map(escaped),
      ".EE",
    ]),
  ];
}

/** Text that troff prints as it is. */
const escaped = (text: string): string =>
  text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replaceAll("~", "\\(ti")
    .replaceAll("^", "\\(ha")
    .replace(/^([.'])/, "\\&$1");

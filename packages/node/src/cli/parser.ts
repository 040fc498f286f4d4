/** @file From arguments to a command with checked options, or to a help text; commander does the parsing. */

import { UsageError } from "@calig/core/internal/errors";
import type { Extensions } from "@calig/core/internal/extend/extension";
import {
  type GivenOptions,
  OPTION_GROUPS,
  type OptionDeclaration,
  type OptionTable,
} from "@calig/core/internal/options/option";
import { flagOf, optionFacts, placeholderOf, usageOf, valueOfText } from "@calig/core/internal/options/text";
import { Chalk } from "chalk";
import { Command as CommanderCommand, CommanderError, Help, Option } from "commander";
import { type Command, optionsOf, sharedOptionsOf } from "./command.ts";
import { COMMON_OPTIONS, OPTIONS, type OptionKey, type OptionValues, optionName, optionOf } from "./options.ts";

/** What the arguments ask for. */
export type Parsed =
  | {
      readonly kind: "run";
      readonly command: Command;
      readonly words: readonly string[];
      readonly options: OptionValues;
      readonly methodOptions: GivenOptions;
      readonly metricOptions: GivenOptions;
      readonly fileOptions: GivenOptions;
    }
  /** `asked` is false when the help stands in for a command that was not given. */
  | { readonly kind: "help"; readonly text: string; readonly asked: boolean }
  | { readonly kind: "version" };

export interface ParserSettings {
  readonly commands: readonly Command[];
  /** Width that help texts are laid out for. */
  readonly columns: number;
  /** Whether help texts may be coloured. */
  readonly colors: boolean;
  /** What plugins add to the values of options. */
  readonly extensions: Extensions;
}

/**
 * Parses the arguments after the name of the program.
 *
 * @throws {UsageError} For an unknown command or option, with the nearest known one, and for values that no option takes.
 */
export function parseArguments(argv: readonly string[], settings: ParserSettings): Parsed {
  let help = "";
  let chosen: Parsed | undefined;
  const program = buildProgram(settings, (text) => {
    help += text;
  });
  program.addOption(new Option("-V, --version", "print the version").helpGroup("General:")).on("option:version", () => {
    throw new CommanderError(0, "commander.version", "");
  });
  settings.commands.forEach((command, i) => {
    const built = program.commands[i] as CommanderCommand;
    built.action(() => {
      const options: Readonly<Record<string, unknown>> = built.optsWithGlobals();
      const shared = sharedOptionsOf(command, settings.extensions);
      const givenOf = (table: OptionTable): GivenOptions =>
        Object.fromEntries(
          Object.entries(options).filter(([key, value]) => value !== undefined && Object.hasOwn(table, key)),
        );
      chosen = {
        kind: "run",
        command,
        words: built.args,
        options,
        methodOptions: givenOf(shared.methods),
        metricOptions: givenOf(shared.metrics),
        fileOptions: givenOf(shared.files),
      };
    });
  });
  try {
    program.parse([...argv], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === "commander.version") return { kind: "version" };
    if (help !== "") return { kind: "help", text: help, asked: error.exitCode === 0 };
    throw usageError(error, argv, settings.commands);
  }
  return chosen ?? { kind: "help", text: program.helpInformation(), asked: false };
}

/** Whether the arguments ask for stack traces; needed before they are known to be right. */
export const wantsDebug = (argv: readonly string[]): boolean => argv.includes(optionName("debug"));

function buildProgram(
  { commands, columns, colors, extensions }: ParserSettings,
  print: (text: string) => void,
): CommanderCommand {
  const style = new Chalk({ level: colors ? 1 : 0 });
  const program = new CommanderCommand("calig")
    .description(
      "Explains what Transformer classifiers decide and why: which words support a prediction, which oppose it, and in which block.",
    )
    .usage("COMMAND [options]")
    .exitOverride()
    .configureOutput({
      writeOut: print,
      writeErr: print,
      outputError: () => {},
      getOutHelpWidth: () => columns,
      getErrHelpWidth: () => columns,
      getOutHasColors: () => colors,
      getErrHasColors: () => colors,
    })
    .configureHelp({
      subcommandTerm: (command) => command.name(),
      formatHelp: commandsFirst,
      styleTitle: (text) => style.bold(text),
      styleUsage: (text) => text,
      styleSubcommandTerm: (text) => style.cyan(text),
      styleOptionTerm: (text) => style.cyan(text),
      styleArgumentTerm: (text) => style.cyan(text),
    })
    .addHelpOption(helpOption())
    .helpCommand("help [command]", "print help for a command")
    .addHelpText("after", `\nRun "calig COMMAND --help" for the options and examples of a command.`);
  for (const command of commands) {
    const built = program
      .command(command.name)
      .summary(command.summary)
      .description(command.description)
      .addHelpOption(helpOption())
      .addHelpText("after", examplesText(command, style));
    built.usage([command.argument === undefined ? "" : `[${command.argument.name}]`, "[options]"].join(" ").trim());
    // Variadic, so that a command can say what to do about words that should have been quoted.
    if (command.argument !== undefined) {
      built.argument("[words...]", command.argument.description);
      built.configureHelp({ ...built.configureHelp(), argumentTerm: () => command.argument?.name ?? "" });
    }
    const declarations = optionsOf(command, extensions);
    for (const group of OPTION_GROUPS) {
      for (const [key, declaration] of declarations) {
        if (declaration.group !== group) continue;
        built.addOption(commanderOption(key, declaration));
        const { otherName, canBeOff } = declaration;
        if (canBeOff === true) built.addOption(commanderOption(key, declaration, offName(key)).hideHelp());
        const isTaken = declarations.some(([other]) => other === otherName);
        if (otherName !== undefined && !isTaken) {
          built.addOption(commanderOption(key, declaration, flagOf(otherName)).hideHelp());
        }
      }
    }
  }
  // The same options are understood before the command.
  for (const key of COMMON_OPTIONS) program.addOption(commanderOption(key, optionOf(key, extensions)));
  return program;
}

/** "--no-counterfactuals", which commander reads as false. */
const offName = (key: string): string => optionName(key).replace(/^--/, "--no-");

const helpOption = (): Option => new Option("-h, --help", "print help").helpGroup("General:");

/** commander lists options before commands; who asks for help without a command wants to know the commands. */
function commandsFirst(command: CommanderCommand, helper: Help): string {
  const sections = new Help().formatHelp.call(helper, command, helper).trimEnd().split("\n\n");
  const isCommands = (text: string) => command.parent === null && text.includes("Commands:");
  const [usage = "", description = "", ...rest] = sections;
  const ordered = [usage, description, ...rest.filter(isCommands), ...rest.filter((text) => !isCommands(text))];
  return `${ordered.join("\n\n")}\n`;
}

function commanderOption(key: string, declaration: OptionDeclaration, name = optionName(key)): Option {
  const { type, summary, group } = declaration;
  const facts = optionFacts(declaration);
  const placeholder = placeholderOf(type);
  const option = new Option(
    placeholder === undefined ? name : `${name} <${placeholder}>`,
    facts === "" ? summary : `${summary} (${facts})`,
  );
  option.helpGroup(`${group}:`);
  // Options of different commands may share a name on the command line.
  option.attributeName = () => key;
  if (placeholder === undefined) return option;
  return option.argParser((text: string, sofar: unknown) => {
    const read = valueOfText(type, text, name);
    if ("problem" in read) throw new UsageError(read.problem);
    return type.repeated === true && Array.isArray(sofar)
      ? [...sofar, ...(read.value as readonly unknown[])]
      : read.value;
  });
}

function examplesText(command: Command, style: InstanceType<typeof Chalk>): string {
  const lines = command.examples.flatMap(({ purpose, command: line }) => [`  ${purpose}`, `    ${style.cyan(line)}`]);
  return `\n${style.bold("Examples:")}\n${lines.join("\n")}`;
}

/** commander's message as one of ours: what is wrong, the nearest known name, where to look. */
function usageError(
  { code, message }: CommanderError,
  argv: readonly string[],
  commands: readonly Command[],
): UsageError {
  const given = argv.find((word) => commands.some((command) => command.name === word));
  const help = `Run "calig ${given === undefined ? "" : `${given} `}--help" for all ${given === undefined ? "commands" : "options"}`;
  const quoted = /'(.*)'/s.exec(message.split("\n(Did")[0] as string)?.[1] ?? "";
  const nearest = /\(Did you mean (?:one of )?(.+)\?\)/.exec(message)?.[1];
  const meant =
    nearest === undefined
      ? ""
      : `: did you mean ${nearest
          .split(", ")
          .map((name) => `"${name}"`)
          .join(" or ")}?`;
  switch (code) {
    case "commander.unknownCommand":
      return new UsageError(
        /\s/.test(quoted)
          ? `Unknown command "${quoted}": to explain this text, run calig explain "${quoted}"`
          : `Unknown command "${quoted}"${meant === "" ? ":" : meant} ${help}`,
      );
    case "commander.unknownOption":
      return new UsageError(
        /\s|^-\d/.test(quoted)
          ? `Unknown option "${quoted}": for a text that starts with a dash, write -- before it`
          : `Unknown option "${quoted}"${meant === "" ? ":" : meant} ${help}`,
      );
    case "commander.optionMissingArgument":
      return new UsageError(`Option ${quotedUsage(quoted)} needs a value: ${help}`);
    default: {
      const plain = message.replace(/^error: /, "").replace(/\.$/, "");
      return new UsageError(`${plain.charAt(0).toUpperCase()}${plain.slice(1)}: ${help}`);
    }
  }
}

/** The usage of an option from commander's flags "--steps <N|auto>". */
function quotedUsage(flags: string): string {
  const key = (Object.keys(OPTIONS) as OptionKey[]).find((candidate) => optionName(candidate) === flags.split(" ")[0]);
  return `"${key === undefined ? flags.replace(/[<>]/g, "") : usageOf(OPTIONS[key].name ?? key, OPTIONS[key])}"`;
}

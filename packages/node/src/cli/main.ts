/** @file The command line: arguments in, exit code out. Streams are injected, so tests run it in their own process. */

import { NO_EXTENSIONS } from "@calig/core/internal/extend/extension";
import { VERSION } from "@calig/core/internal/util/version";
import { colorDepth, terminalColumns } from "./appearance.ts";
import { EXIT } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { describeFailure } from "./failure.ts";
import { type CliIo, isClosedPipe, print, write } from "./io.ts";
import { parseArguments, wantsDebug } from "./parser.ts";
import { loadPlugins, pluginFiles } from "./plugins.ts";
import { createTerminal } from "./terminal.ts";

/**
 * Runs calig.
 *
 * @param argv - Arguments after the name of the program.
 * @returns The exit code: 0 done, 1 failed, 2 usage, 130 interrupted. Never throws.
 */
export async function main(argv: readonly string[], io: CliIo): Promise<number> {
  // Failed writes also reject where they are awaited; without a listener the event would end the process.
  io.stdout.on("error", ignore);
  io.stderr.on("error", ignore);
  try {
    return await dispatch(argv, io);
  } finally {
    io.stdout.off("error", ignore);
    io.stderr.off("error", ignore);
  }
}

const ignore = () => {};

async function dispatch(argv: readonly string[], io: CliIo): Promise<number> {
  let terminal = createTerminal(io, { color: "auto", quiet: false });
  try {
    const extensions = WITHOUT_OWN.has(commandIn(argv)) ? NO_EXTENSIONS : await pluginsOf(argv, io);
    const parsed = parseArguments(argv, {
      extensions,
      commands: COMMANDS,
      columns: terminalColumns(io.columns),
      colors: colorDepth("auto", io.isTTY.stdout, io.env) > 0,
    });
    if (parsed.kind === "version") {
      await terminal.print(`${VERSION}\n`);
      return EXIT.done;
    }
    if (parsed.kind === "help") {
      await (parsed.asked ? print(io, parsed.text) : write(io.stderr, parsed.text));
      return parsed.asked ? EXIT.done : EXIT.usage;
    }
    const { kind: _kind, command, ...invocation } = parsed;
    const { options } = invocation;
    terminal = createTerminal(io, { color: options.color ?? "auto", quiet: options.quiet ?? false });
    return await command.run({ ...invocation, argv, terminal, extensions, commands: COMMANDS });
  } catch (error) {
    terminal.progress.clear();
    // The reader has what it wanted ("calig ... | head"): not a failure.
    if (isClosedPipe(error)) return EXIT.done;
    if (io.signal.aborted) {
      await write(io.stderr, "Interrupted\n").catch(ignore);
      return EXIT.interrupted;
    }
    const { exitCode, text } = describeFailure(error, wantsDebug(argv));
    await terminal.fail(text);
    return exitCode;
  } finally {
    terminal.progress.clear();
  }
}

/** Commands whose plugins are loaded in the processes of models, not in this one. */
const WITHOUT_OWN: ReadonlySet<string | undefined> = new Set(["serve", "mcp"]);

/** Plugins are loaded before the arguments are parsed, since they add names: --quiet is looked for among the words. */
function pluginsOf(argv: readonly string[], io: CliIo) {
  const terminal = createTerminal(io, { color: "auto", quiet: argv.includes("--quiet") });
  return loadPlugins(pluginFiles(argv), io.folder ?? process.cwd(), terminal.note);
}

/** The first word that is a command. */
const commandIn = (argv: readonly string[]): string | undefined =>
  argv.find((word) => COMMANDS.some(({ name }) => name === word));

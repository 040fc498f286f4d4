/** @file Where a command prints: results on standard output, everything else on standard error. */

import type { ColorDepth } from "@calig/core/internal/render/terminal/painter";
import { Chalk, type ChalkInstance, type ColorSupportLevel } from "chalk";
import { colorDepth, terminalColumns } from "./appearance.ts";
import { type CliIo, print, write } from "./io.ts";
import { createProgress, type Progress } from "./progress.ts";

export interface Terminal {
  readonly io: CliIo;
  readonly columns: number;
  /** Bits of colour of standard output. */
  readonly colors: ColorDepth;
  /** Styles for standard output. */
  readonly style: ChalkInstance;
  /** A result, on standard output. Rejects when the reader of the pipe has gone. */
  print(output: string | Uint8Array): Promise<void>;
  /** A note for the person at the terminal, on standard error; nothing with --quiet. */
  note(text: string): Promise<void>;
  /** A warning, on standard error; nothing with --quiet. */
  warn(message: string): Promise<void>;
  /** A failure, on standard error, always. */
  fail(text: string): Promise<void>;
  readonly progress: Progress;
}

export interface TerminalSettings {
  readonly color: "auto" | "always" | "never";
  readonly quiet: boolean;
}

const LEVELS: Readonly<Record<ColorDepth, ColorSupportLevel>> = { 0: 0, 4: 1, 8: 2, 24: 3 };

const styles = (depth: ColorDepth): ChalkInstance => new Chalk({ level: LEVELS[depth] });

export function createTerminal(io: CliIo, { color, quiet }: TerminalSettings): Terminal {
  const colors = colorDepth(color, io.isTTY.stdout, io.env);
  const errorStyle = styles(colorDepth(color, io.isTTY.stderr, io.env));
  const progress = createProgress(io.stderr, io.isTTY.stderr && !quiet && io.env.TERM !== "dumb");
  // Nobody is left to be told when standard error cannot be written.
  const tell = (text: string) => {
    progress.clear();
    return write(io.stderr, `${text}\n`).catch(() => {});
  };
  return {
    io,
    columns: terminalColumns(io.columns),
    colors,
    style: styles(colors),
    async print(output) {
      progress.clear();
      await print(io, output);
    },
    note: async (text) => (quiet ? undefined : tell(text)),
    warn: async (message) => (quiet ? undefined : tell(`${errorStyle.yellow("Warning:")} ${message}`)),
    fail: (text) => tell(`${errorStyle.red("Error:")} ${text}`),
    progress,
  };
}

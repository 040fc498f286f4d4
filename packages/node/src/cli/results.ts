/** @file Takes explanations as they are made and puts them where they were asked for. */

import { extname, join } from "node:path";
import { UsageError } from "@calig/core/internal/errors";
import { count } from "@calig/core/internal/render/format";
import type { Result } from "@calig/core/internal/render/renderer";
import type { ReportSource } from "@calig/core/internal/report/evidence/evidence-report";
import { sourceName } from "@calig/core/internal/report/evidence/facts";
import { assertNever } from "@calig/core/internal/util/assert-never";
import type { TensorBoardRun } from "../report/tensorboard/run.ts";
import type { Destination } from "./destination.ts";
import { type FormatName, type Formats, type Rendered, type RenderSettings, TENSORBOARD } from "./formats.ts";
import { given } from "./given.ts";
import type { Terminal } from "./terminal.ts";
import { type PendingFile, startFile, writeWhole } from "./write-file.ts";

/** Where an input came from; without a line where the file itself is the input. */
export type Source = ReportSource;

/** Takes results one by one. */
export interface Results {
  add(result: Result, source: Source | undefined): Promise<void>;
  /** Puts what is left in its place. */
  finish(): Promise<void>;
  /** Leaves nothing behind that is not whole; does nothing after `finish`. */
  discard(): Promise<void>;
}

/** One line of a JSONL output: the explanation, and which input it belongs to. */
const jsonLine = ({ explanation }: Result, source: Source | undefined): string =>
  `${JSON.stringify(source === undefined ? explanation : { ...explanation, source })}\n`;

/**
 * Results for a destination.
 *
 * @param several - Whether there may be more than one.
 * @throws {UsageError} When the format has room for one explanation only, or is none for a terminal.
 */
export function createResults(
  destination: Destination,
  several: boolean,
  settings: RenderSettings,
  terminal: Terminal,
): Results {
  switch (destination.kind) {
    case "folder": {
      const { path, formats } = destination;
      const texts = formats.filter((format) => format !== TENSORBOARD);
      return inTurn([
        ...(texts.length > 0 ? [toFolder(path, texts, settings, terminal)] : []),
        ...(texts.length < formats.length ? [toRun(path, settings, terminal)] : []),
      ]);
    }
    case "file": {
      const { path, format } = destination;
      checkRoom(format, several, settings.formats);
      const lines = format === "json" && /^\.(jsonl|ndjson)$/i.test(extname(path));
      return lines ? linesToFile(path, terminal) : wholeToFile(path, format, several, settings, terminal);
    }
    case "stdout": {
      const { format } = destination;
      checkRoom(format, several, settings.formats);
      if (settings.formats.isBinary(format) && terminal.io.isTTY.stdout) {
        throw new UsageError(
          `Cannot show ${format} in a terminal: write it to a file with --out result${settings.formats.endingOf(format)}, or to another program with |`,
        );
      }
      if (format === "terminal" && several) return severalToTerminal(settings, terminal);
      if (format === "json" && several) {
        return { add: (result, source) => terminal.print(jsonLine(result, source)), ...nothingLeft };
      }
      return gathered(several, (output) => terminal.print(output), format, settings);
    }
    default:
      return assertNever(destination);
  }
}

const nothingLeft = { finish: async () => {}, discard: async () => {} };

function checkRoom(format: FormatName, several: boolean, formats: Formats): void {
  if (several && formats.isForOne(format)) {
    throw new UsageError(
      `Cannot put several results into one ${format} output: give --out with a folder (a path that ends in /)`,
    );
  }
}

/** Keeps all results and renders them together at the end. */
function gathered(
  several: boolean,
  put: (output: Rendered) => Promise<void>,
  format: FormatName,
  settings: RenderSettings,
): Results {
  const all: Result[] = [];
  return {
    add: async (result) => {
      all.push(result);
    },
    async finish() {
      if (all.length > 0) {
        const { formats } = settings;
        await put(
          await (several
            ? formats.renderAll(format, all, settings)
            : formats.renderOne(format, all[0] as Result, settings)),
        );
      }
    },
    discard: async () => {},
  };
}

function severalToTerminal(settings: RenderSettings, terminal: Terminal): Results {
  return {
    async add(result, source) {
      const title = source === undefined ? "" : sourceName(source);
      await terminal.print(
        `${terminal.style.bold(title)}\n\n${await settings.formats.renderOne("terminal", result, settings)}\n`,
      );
    },
    ...nothingLeft,
  };
}

function wholeToFile(
  path: string,
  format: FormatName,
  several: boolean,
  settings: RenderSettings,
  terminal: Terminal,
): Results {
  return gathered(
    several,
    async (output) => {
      await writeWhole(path, output);
      await terminal.note(`Wrote ${path}`);
    },
    format,
    settings,
  );
}

function linesToFile(path: string, terminal: Terminal): Results {
  let file: PendingFile | undefined;
  let lines = 0;
  return {
    async add(result, source) {
      file ??= await startFile(path);
      await file.write(jsonLine(result, source));
      lines++;
    },
    async finish() {
      if (file === undefined) return;
      await file.commit();
      await terminal.note(`Wrote ${path} (${count(lines, "line")})`);
    },
    discard: async () => file?.discard(),
  };
}

/** Gives every result to all. */
const inTurn = (all: readonly Results[]): Results => ({
  async add(result, source) {
    for (const one of all) await one.add(result, source);
  },
  async finish() {
    for (const one of all) await one.finish();
  },
  async discard() {
    for (const one of all) await one.discard();
  },
});

/** Events of a run of TensorBoard, one step per result. They are shown while they are made. */
function toRun(path: string, settings: RenderSettings, terminal: Terminal): Results {
  let run: TensorBoardRun | undefined;
  let step = 0;
  return {
    async add({ explanation, picture }, source) {
      const { startRun } = await import("../report/tensorboard/run.ts");
      const { blockValues, explanationValues } = await import("../report/tensorboard/explanation-events.ts");
      run ??= await startRun(path);
      const look = {
        ...given(settings, ["palette", "theme", "overlay"]),
        ...(picture === undefined ? {} : { picture }),
      };
      await run.add(step++, await explanationValues(explanation, look));
      if (source !== undefined) return;
      for (const block of explanation.blocks) await run.add(block.index, blockValues(block));
    },
    async finish() {
      if (step > 0) await terminal.note(`Wrote ${path}: look at it with tensorboard --logdir ${path}`);
    },
    discard: async () => run?.close(),
  };
}

/** One file per result and format, named after the id or the line of the input. */
function toFolder(path: string, formats: readonly FormatName[], settings: RenderSettings, terminal: Terminal): Results {
  const names = new Set<string>();
  let files = 0;
  return {
    async add(result, source) {
      const name = freeName(source, names);
      for (const format of formats) {
        await writeWhole(
          join(path, `${name}${settings.formats.endingOf(format)}`),
          await settings.formats.renderOne(format, result, settings),
        );
        files++;
      }
    },
    async finish() {
      if (files > 0) await terminal.note(`Wrote ${count(files, "file")} to ${path}`);
    },
    discard: async () => {},
  };
}

/** A file name that no other input has: its id without what file names cannot hold, else its line. */
function freeName(source: Source | undefined, taken: Set<string>): string {
  if (source === undefined) return "explanation";
  const numbered = (what: string, number: number) => `${what}-${String(number).padStart(4, "0")}`;
  const byLine =
    source.line !== undefined
      ? numbered("line", source.line)
      : source.item !== undefined
        ? numbered("item", source.item)
        : `file-${taken.size + 1}`;
  const byId = (source.id ?? "")
    .replace(/[^\p{L}\p{N}._-]+/gu, "_")
    .replace(/^[._]+/, "")
    .slice(0, 100);
  // Ids that differ only in case are one file on some systems.
  const names = byId === "" ? [byLine] : [byId, `${byId}-${byLine}`];
  // An id may also be what a line or another id with its line is called.
  const last = names.at(-1) as string;
  const isFree = (name: string) => !taken.has(name.toLowerCase());
  let name = names.find(isFree);
  for (let copy = 2; name === undefined; copy++) if (isFree(`${last}-${copy}`)) name = `${last}-${copy}`;
  taken.add(name.toLowerCase());
  return name;
}

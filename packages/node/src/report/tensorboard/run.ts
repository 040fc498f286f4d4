/** @file A run of TensorBoard: a folder with a file of events, to which events are added as they come. */

import { type FileHandle, mkdir, open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { writeFailure } from "../../util/file-failure.ts";
import { writeFully } from "../../util/write-fully.ts";
import { encodeEvent, encodeFileVersion, type SummaryValue } from "./event.ts";
import { tfRecord } from "./record.ts";

const PREFIX = "events.out.tfevents.";

export interface TensorBoardRun {
  add(step: number, values: readonly SummaryValue[]): Promise<void>;
  close(): Promise<void>;
}

export interface RunOptions {
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** Whether a folder holds a run. */
export async function holdsRun(folder: string): Promise<boolean> {
  const files = await readdir(folder).catch(() => []);
  return files.some((file) => file.startsWith(PREFIX));
}

/** Starts a run in a folder, which is made where it is missing. The file is there from the first event on. */
export async function startRun(folder: string, { now = Date.now }: RunOptions = {}): Promise<TensorBoardRun> {
  await mkdir(folder, { recursive: true });
  const seconds = () => now() / 1000;
  let file: FileHandle | undefined;
  const start = async () => {
    // TensorBoard reads files of one run in the order of their names.
    const name = `${PREFIX}${String(Math.floor(seconds())).padStart(10, "0")}.calig.${process.pid}.0`;
    file = await open(join(folder, name), "wx");
    await writeFully(file, tfRecord(encodeFileVersion(seconds())));
    return file;
  };
  return {
    async add(step, values) {
      try {
        const to = file ?? (await start());
        await writeFully(to, tfRecord(encodeEvent({ wallTime: seconds(), step, values: values.filter(isShown) })));
      } catch (cause) {
        throw writeFailure(folder, cause);
      }
    },
    async close() {
      await file?.close();
      file = undefined;
    },
  };
}

/** A curve has no place for what is no number. */
const isShown = (value: SummaryValue): boolean => value.kind !== "scalar" || Number.isFinite(value.value);

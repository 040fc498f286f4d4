/** @file A run of the server in the process of a model: the shards that are left of a data set in a folder, as `calig explain --out` writes them. */

import { explain } from "@calig/core/internal/attribution/explain";
import type { ExplainableModel } from "@calig/core/internal/attribution/explainable-model";
import type { ExplainOptions } from "@calig/core/internal/attribution/options";
import { InputError, UsageError } from "@calig/core/internal/errors";
import type { RowOptions } from "@calig/core/internal/evaluation/dataset-layout";
import { openBoard } from "../runs/direct-run.ts";
import { lockRun } from "../runs/lock.ts";
import { checkSame, readManifest, writeManifest } from "../runs/manifest.ts";
import { openRunInputs } from "../runs/open-run-inputs.ts";
import { planned } from "../runs/plan.ts";
import { resolvedOptions } from "../runs/resolved-options.ts";
import type { RunInputs } from "../runs/run-inputs.ts";
import { checkedLength, workAll } from "../runs/work-all.ts";
import { HttpError } from "./http-error.ts";
import { limitTokens } from "./limited-tokens.ts";
import type { ServerLimits } from "./limits.ts";
import type { WorkHooks } from "./model-work.ts";
import { SentFiles } from "./sent-files.ts";

/** How long the process of a server that was killed may take to end. */
const ORPHAN_MS = 30_000;

/** A run, of fields that the schema has let pass. */
export interface RunWork {
  /** Where it lies. */
  readonly folder: string;
  /** The data set, and what it is called where clients see it. */
  readonly file: string;
  readonly name: string;
  readonly reading: RowOptions;
  readonly options: ExplainOptions;
  /** Whether each row has its whole Explanation. */
  readonly full: boolean;
}

/** What one row may take. */
export type RunLimits = Pick<
  ServerLimits,
  "pixels" | "runBytes" | "tokens" | "characters" | "runRows" | "runShardRows"
>;

/** How far a run is. */
export interface RunCounts {
  readonly rows: number;
  readonly done: number;
  readonly failed: number;
  readonly shards: number;
  readonly shardsDone: number;
}

/**
 * Explains the rows that are left. When it is stopped, it ends behind the row under way.
 *
 * @returns How far the run is, as JSON in UTF-8.
 * @throws {InputError} When the data set cannot be read. {UsageError} When the run that is there is another one.
 */
export async function runBytes(
  model: ExplainableModel,
  work: RunWork,
  limits: RunLimits,
  hooks: WorkHooks,
): Promise<Uint8Array> {
  try {
    return await explainRows(model, work, limits, hooks);
  } catch (error) {
    if (!(error instanceof InputError || error instanceof UsageError)) throw error;
    // Clients know their data set by its name, and nothing of where it lies.
    const message = error.message.replaceAll(work.file, work.name).replaceAll(work.folder, work.name);
    throw new InputError(message, { cause: error });
  }
}

async function explainRows(
  model: ExplainableModel,
  { folder, file, name, reading, options, full }: RunWork,
  { pixels, runBytes: memory, tokens, characters, runRows, runShardRows }: RunLimits,
  { signal, onProgress }: WorkHooks,
): Promise<Uint8Array> {
  // The process of a server that was killed ends behind the row that it is at.
  const unlock = await lockRun(folder, { waitMs: ORPHAN_MS });
  try {
    const there = await readManifest(folder);
    const { inputs } = await openRunInputs(file, { kinds: [], rows: reading, files: {}, known: there?.inputs ?? [] });
    if (inputs.rows === 0) throw new InputError(`Cannot explain ${name}: there are no rows in it`);
    if (inputs.rows > runRows) {
      throw new InputError(
        `Cannot explain ${name}: it has ${inputs.rows} rows, and a run at most ${runRows}; split it`,
      );
    }
    const settings = await new SentFiles(model.modality, pixels, {}).readOptions(options);
    const manifest = planned({
      model,
      inputs,
      full,
      command: [],
      shardRows: runShardRows,
      options: resolvedOptions(model, settings, { ...reading }),
      ...(there === undefined ? {} : { there }),
    });
    if (there !== undefined) checkSame(folder, there, manifest);
    await writeManifest(folder, manifest);
    const board = await openBoard(folder, manifest);
    const limited = limitTokens(model, tokens);
    const tell = () => {
      const counts = countsOf(board.progress());
      onProgress(counts.done / counts.rows, JSON.stringify(counts));
    };
    tell();
    await workAll(
      {
        next: async () => (signal.aborted ? undefined : board.take()),
        stopped: () => signal.aborted,
        onRow(row, state) {
          board.onRow(row, state);
          tell();
        },
        async done(shard) {
          await board.done(shard);
          tell();
        },
      },
      {
        folder,
        manifest,
        inputs: named(inputs, name),
        // Not stopped with the run: its row is finished.
        explain: async (input) => {
          try {
            return await explain<object>(limited, checkedLength(input, characters), { ...settings, memory });
          } catch (error) {
            // What a request is refused for is what is wrong with the row.
            throw error instanceof HttpError ? new InputError(error.message) : error;
          }
        },
      },
    );
    await board.finish();
    return Buffer.from(JSON.stringify(countsOf(board.progress())));
  } finally {
    await unlock();
  }
}

const countsOf = ({ rows, done, failed, shards, shardsDone }: RunCounts): RunCounts => ({
  rows,
  done,
  failed,
  shards,
  shardsDone,
});

/** Rows whose source is what clients call it. */
const named = (inputs: RunInputs, name: string): RunInputs => ({
  ...inputs,
  async *entries(start, end) {
    for await (const entry of inputs.entries(start, end)) {
      yield { ...entry, source: { ...entry.source, file: name } };
    }
  },
});

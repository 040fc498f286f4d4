/** @file `calig explain --out run/`: a data set of any size, explained in shards, by this process or by several. */

import { availableParallelism } from "node:os";
import { explain } from "@calig/core/internal/attribution/explain";
import type { ExplainOptions } from "@calig/core/internal/attribution/options";
import { InputError, quote, UsageError } from "@calig/core/internal/errors";
import { fileModalities } from "@calig/core/internal/modality/input-forms";
import { text as texts } from "@calig/core/internal/modality/text/text";
import { count } from "@calig/core/internal/render/format";
import { defaultModelOf } from "../node/builtin-models.ts";
import type { LoadedModel } from "../node/load-model.ts";
import { ROW_OPTIONS } from "../node/read-rows.ts";
import { isBucket } from "../node/storage/storage.ts";
import { openBoard, type RunProgress, type ShardBoard } from "../runs/direct-run.ts";
import { FAILED } from "../runs/failed-rows.ts";
import { lockRun } from "../runs/lock.ts";
import { checkSame, type RunManifest, readManifest, writeManifest } from "../runs/manifest.ts";
import { type OpenedInputs, openRunInputs } from "../runs/open-run-inputs.ts";
import { planned } from "../runs/plan.ts";
import { removeRun } from "../runs/remove-run.ts";
import { resolvedOptions } from "../runs/resolved-options.ts";
import type { RowState, ShardSource } from "../runs/shard-source.ts";
import { checkedLength, TEXT_LIMIT, workAll } from "../runs/work-all.ts";
import { startWorker } from "../runs/worker-process.ts";
import { EXIT, type Invocation } from "./command.ts";
import { modalitiesOf } from "./file-options.ts";
import { given } from "./given.ts";
import { loadingOptions } from "./loading.ts";
import { otherOptions } from "./resolved-options.ts";
import type { RunOptions } from "./run-options.ts";
import { ensureFolder } from "./write-file.ts";

export interface RunInvocation extends Pick<Invocation, "argv" | "fileOptions" | "terminal" | "extensions"> {
  readonly options: RunOptions;
  readonly methodOptions: ExplainOptions;
  readonly input: string;
  readonly folder: string;
}

/** Explains all rows that a run has not yet. Returns the exit code. */
export async function explainRun(run: RunInvocation): Promise<number> {
  const { terminal, options } = run;
  const source = terminal.io.shards;
  const folder = source?.folder ?? run.folder;
  if (source !== undefined) return workFor(source, { ...run, folder });
  const leave = isBucket(folder) ? async () => {} : await ensureFolder(folder);
  try {
    const unlock = await lockRun(folder);
    try {
      if (options.fresh === true) await removeRun(folder);
      return await directRun(run);
    } finally {
      await unlock();
    }
  } finally {
    await leave();
  }
}

/** Explains shards that another process hands out. */
async function workFor(source: ShardSource, run: RunInvocation): Promise<number> {
  const there = await readManifest(run.folder);
  if (there === undefined) {
    throw new UsageError(`Cannot work on ${quote(run.folder)}: there is no run in it; begin one with calig explain`);
  }
  const opened = await openInputs(run, there);
  const resources = source.resources ?? {};
  await using model = await loadFor(run, opened, resources);
  checkSame(run.folder, there, manifestOf(run, { opened, model, there }));
  const manifest = { ...there, inputs: opened.inputs.parts };
  await workAll(source, workOf(run, { manifest, opened, model, resources }));
  return EXIT.done;
}

interface Loaded {
  readonly manifest: RunManifest;
  readonly opened: OpenedInputs;
  readonly model: LoadedModel;
  readonly resources: NonNullable<ShardSource["resources"]>;
}

/** What is done with each row of a run. */
const workOf = (
  { folder, methodOptions, options: { textLimit = TEXT_LIMIT } }: RunInvocation,
  { manifest, opened, model, resources }: Loaded,
) => ({
  folder,
  manifest,
  inputs: opened.inputs,
  explain: async (input: object) =>
    explain<object>(model, checkedLength(input, textLimit), { ...methodOptions, ...given(resources, ["memory"]) }),
});

async function directRun(run: RunInvocation): Promise<number> {
  const { folder, terminal, options, argv } = run;
  const there = await readManifest(folder);
  terminal.progress.update(0, "reading inputs");
  const opened = await openInputs(run, there);
  if (opened.note !== undefined) await terminal.note(opened.note);
  if (opened.inputs.rows === 0) {
    throw new InputError(`Cannot explain ${quote(run.input)}: there are no rows in it`);
  }
  const { workers } = options;
  const resources = workers === undefined ? {} : shareOf(workers, options);
  terminal.progress.update(0, "loading the model");
  const model = await loadFor(run, opened, resources);
  try {
    const wanted = manifestOf(run, { opened, model, there });
    if (there !== undefined) checkSame(folder, there, wanted);
    // What the system says of the inputs may be new where their checksums are not.
    const manifest = there === undefined ? wanted : { ...there, inputs: wanted.inputs };
    await writeManifest(folder, manifest);
    const board = await openBoard(folder, manifest);
    const before = board.progress();
    if (options.plan === true) {
      await terminal.note(
        `Planned ${folder} (${count(before.rows, "row")} in ${count(manifest.shards, "shard")}, ${before.shardsDone} done): calig enqueue ${folder} --redis URL`,
      );
      return EXIT.done;
    }
    if (there !== undefined && before.done < before.rows) {
      await terminal.note(`Going on with ${quote(folder)}: ${before.done} of ${count(before.rows, "row")} are done`);
    }
    const show = meter(board, terminal);
    const { signal } = terminal.io;
    if (workers === undefined) {
      await workAll(
        {
          next: async () => (signal.aborted ? undefined : board.take()),
          stopped: () => signal.aborted,
          onRow: (row, state) => {
            board.onRow(row, state);
            show();
          },
          done: board.done,
        },
        workOf(run, { manifest, opened, model, resources }),
      );
    } else {
      await model.dispose();
      await severalWorkers(run, {
        board,
        workers,
        show,
        start: { argv, resources, env: terminal.io.env },
      });
    }
    await board.finish();
    terminal.progress.clear();
    return await conclude(board.progress(), run);
  } finally {
    await model.dispose();
  }
}

/** What each of several workers may use. Numbers do not depend on it. */
function shareOf(workers: number, { threads, memory }: RunOptions): NonNullable<ShardSource["resources"]> {
  return {
    threads: threads ?? Math.max(1, Math.floor(availableParallelism() / workers)),
    ...(memory === undefined ? {} : { memory: Math.floor(memory / workers) }),
  };
}

async function conclude(progress: RunProgress, { folder, terminal }: RunInvocation): Promise<number> {
  const { rows, done, failed, shards, shardsDone } = progress;
  if (shardsDone < shards) {
    await terminal.note(
      `Stopped: ${done} of ${count(rows, "row")} are in ${folder}; the same command goes on from there`,
    );
    return EXIT.interrupted;
  }
  await terminal.note(`Wrote ${folder} (${count(rows, "row")} in ${count(shards, "shard")})`);
  if (failed === 0) return EXIT.done;
  await terminal.fail(
    `${failed} of ${count(rows, "row")} could not be explained: ${FAILED} in ${folder} has which, and why`,
  );
  return EXIT.failed;
}

/** Workers in a row that end before they have begun a row, after which no other one is started. */
const MOST_VAIN = 5;

interface Several {
  readonly board: ShardBoard;
  readonly workers: number;
  readonly start: Parameters<typeof startWorker>[0];
  readonly show: () => void;
}

/**
 * Keeps so many processes at work. One that ends by itself, as a fault in the engine ends it, is started anew: a row at which
 * that happens again and again is kept as failed.
 */
async function severalWorkers(run: RunInvocation, { board, workers, start, show }: Several): Promise<void> {
  const { terminal, folder } = run;
  const { signal } = terminal.io;
  let broken: string | undefined;
  let vain = 0;
  const hooks = {
    take: () => (signal.aborted || broken !== undefined ? undefined : board.take()),
    onRow: (row: number, state: RowState) => {
      board.onRow(row, state);
      show();
    },
    done: board.done,
  };
  const keep = async () => {
    for (;;) {
      const said: string[] = [];
      const worker = startWorker(start, { ...hooks, tell: (line) => void said.push(line) });
      const stop = () => worker.stop();
      signal.addEventListener("abort", stop, { once: true });
      if (signal.aborted) stop();
      const { code, shard, row } = await worker.ended;
      signal.removeEventListener("abort", stop);
      if (shard !== undefined) board.giveBack(shard);
      if (signal.aborted || broken !== undefined || code === 0) return;
      const why = spokenError(said);
      if (row === undefined) vain++;
      else vain = 0;
      if (why !== undefined || vain >= MOST_VAIN) {
        // It said why, or none comes far enough: what is wrong there is wrong for all.
        broken = why ?? (said.join("\n") || "a worker ended before it began");
        return;
      }
      await terminal.warn(
        `A worker ended${row === undefined ? "" : ` at row ${row}`} while it explained ${folder}; another one goes on`,
      );
    }
  };
  await Promise.all(Array.from({ length: workers }, keep));
  if (broken !== undefined) throw new InputError(broken);
}

/** What a worker said of an error of ours, without the word before it. */
export function spokenError(said: readonly string[]): string | undefined {
  const first = said.findIndex((line) => line.startsWith("Error: "));
  return first < 0
    ? undefined
    : said
        .slice(first)
        .join("\n")
        .replace(/^Error: /, "");
}

/** Shows how far all are. */
function meter(board: ShardBoard, { progress }: RunInvocation["terminal"]): () => void {
  const began = performance.now();
  return () => {
    const { rows, done, failed, found } = board.progress();
    const seconds = (performance.now() - began) / 1000;
    const rate = (done - found) / seconds;
    const left = rate > 0 ? `, ${duration((rows - done) / rate)} left` : "";
    const wrong = failed === 0 ? "" : `, ${failed} failed`;
    progress.update(done / rows, `${done} of ${rows} rows, ${rate.toPrecision(3)} rows/s${left}${wrong}`);
  };
}

const duration = (seconds: number): string =>
  seconds < 90
    ? `${Math.ceil(seconds)} s`
    : seconds < 5400
      ? `${Math.ceil(seconds / 60)} min`
      : `${(seconds / 3600).toFixed(1)} h`;

const openInputs = ({ input, options, fileOptions, extensions }: RunInvocation, there: RunManifest | undefined) =>
  openRunInputs(input, {
    kinds: fileModalities(modalitiesOf(extensions)),
    rows: given(options, ROW_OPTIONS),
    files: fileOptions,
    known: there?.inputs ?? [],
  });

async function loadFor(
  { options, extensions, terminal }: RunInvocation,
  { modality }: OpenedInputs,
  resources: { readonly threads?: number; readonly memory?: number },
): Promise<LoadedModel> {
  const { loadModel } = await import("../node/load-model.ts");
  const { signal } = terminal.io;
  const source = options.model ?? defaultModelOf(modality ?? texts);
  const loading = await loadingOptions({ ...options, ...resources }, extensions, terminal);
  return loadModel(source, { signal, ...loading });
}

function manifestOf(
  { options, methodOptions, fileOptions, argv }: RunInvocation,
  {
    opened: { inputs, modality, example },
    model,
    there,
  }: { readonly opened: OpenedInputs; readonly model: LoadedModel; readonly there: RunManifest | undefined },
): RunManifest {
  const read = modality ?? texts;
  if (read.name !== model.modality.name) {
    throw new InputError(
      `Cannot explain ${quote(example)} with model "${model.facts.id}": it reads ${model.modality.noun.many}; name a model that reads ${read.noun.many} with --model`,
    );
  }
  return planned({
    model,
    options: resolvedOptions(model, methodOptions, otherOptions(options, fileOptions)),
    command: argv.filter((word) => word !== "--fresh" && word !== "--plan"),
    inputs,
    full: options.full === true,
    ...(options.shardRows === undefined ? {} : { shardRows: options.shardRows }),
    ...(there === undefined ? {} : { there }),
  });
}

/** @file A run before its first row: what its manifest says. */

import { VERSION } from "@calig/core/internal/util/version";
import type { LoadedModel } from "../node/load-model.ts";
import { defaultShardRows, hashOptions, type RunManifest } from "./manifest.ts";
import type { RunInputs } from "./run-inputs.ts";
import { FULL_COLUMNS, RUN_COLUMNS } from "./run-row.ts";

export interface RunPlan extends Pick<RunManifest, "command" | "options"> {
  readonly model: Pick<LoadedModel, "facts">;
  readonly inputs: RunInputs;
  /** Whether each row has its whole Explanation. */
  readonly full: boolean;
  /** Default: those of the run that is there, else as many as suit the rows. */
  readonly shardRows?: number;
  /** The run that is there. */
  readonly there?: RunManifest;
}

/** The manifest of a run that begins here. */
export function planned({ model, options, command, inputs, full, shardRows, there }: RunPlan): RunManifest {
  const all = { ...options, ...(full ? { full } : {}) };
  const ofShard = shardRows ?? there?.shardRows ?? defaultShardRows(inputs.rows);
  return {
    version: 1,
    kind: "calig-run",
    calig: VERSION,
    command,
    place: process.cwd(),
    model: model.facts,
    options: all,
    optionsHash: hashOptions(model.facts, all),
    inputs: inputs.parts,
    rows: inputs.rows,
    shardRows: ofShard,
    shards: Math.ceil(inputs.rows / ofShard),
    columns: full ? FULL_COLUMNS : RUN_COLUMNS,
  };
}

/** @file How many rows one run of a program may have: memory is what limits it. */

import { InvalidOptionError } from "../../errors.ts";
import { backwardRowBytes, forwardRowBytes } from "../../program/row-bytes.ts";
import { nextTokensOf, streamOf } from "../../transformer/anatomy.ts";
import type { ExplainableModel } from "../explainable-model.ts";
import type { Warning } from "../explanation.ts";
import type { ExplainOptions } from "../options.ts";

/** Share of the free memory that one run may use when nothing is asked for, and its limits in bytes. */
const MEMORY_SHARE = 0.25;
const LEAST_MEMORY = 64 * 2 ** 20;
const MOST_MEMORY = 512 * 2 ** 20;
/** Of language models, whose weights and logits take more beside it. */
const MOST_DECODER_MEMORY = 256 * 2 ** 20;

/** Copies of the logits of a vocabulary that the score and its gradient take. */
const LOGIT_COPIES = 5;
const FLOAT_BYTES = 4;

/** More rows than this make a forward pass no faster. */
const MOST_FORWARD_ROWS = 64;

/** A run has the input and a point of a path at least. */
const LEAST_SWEEP_ROWS = 2;

/**
 * How many rows of the sweep fit one run: of those that are left, in their order, how many may come next.
 *
 * @param passed - Blocks that each row passes: what it takes grows with them, so that runs of high blocks have more rows.
 * @returns At least `LEAST_SWEEP_ROWS`, as far as there are so many.
 */
export type RowsThatFit = (passed: readonly number[]) => number;

/**
 * The limit of one run of the sweep by memory; none where runs divide themselves.
 *
 * @param logits - Numbers of the logits of one row, where they are those of a vocabulary. Default: none to speak of.
 * @throws {InvalidOptionError} For memory that is no number above 0.
 */
export function sweepLimit(
  model: ExplainableModel,
  positions: number,
  options: ExplainOptions,
  logits = 0,
): RowsThatFit {
  const { anatomy, programs } = model;
  const available = budget(model, options);
  if (programs.dividesRuns) return (passed) => passed.length;
  const block = backwardRowBytes(streamOf(anatomy), positions);
  const head = LOGIT_COPIES * FLOAT_BYTES * logits;
  return (passed) => {
    let bytes = 0;
    const over = passed.findIndex((blocks) => {
      bytes += blocks * block + head;
      return bytes > available;
    });
    return over === -1 ? passed.length : Math.min(passed.length, Math.max(LEAST_SWEEP_ROWS, over));
  };
}

/**
 * What one run of the sweep takes at most, bytes: estimates.
 *
 * @returns Of points that pass all blocks: `point`: what each adds; `points`: how many fit; `run`: what so many take.
 */
export function sweepMemory(
  model: ExplainableModel,
  positions: number,
  options: ExplainOptions,
  logits = 0,
): { readonly point: number; readonly points: number; readonly run: number } {
  const { anatomy, programs } = model;
  const point =
    (programs.dividesRuns ? 1 : programs.blocks) * backwardRowBytes(streamOf(anatomy), positions) +
    LOGIT_COPIES * FLOAT_BYTES * logits;
  const points = Math.max(LEAST_SWEEP_ROWS, Math.floor(budget(model, options) / point));
  return { point, points, run: points * point };
}

/** A warning where the smallest run of the sweep takes more memory than it may; nothing else is known before it runs. */
export function sweepMemoryWarnings(
  model: ExplainableModel,
  positions: number,
  options: ExplainOptions,
): readonly Warning[] {
  const { anatomy, programs, platform } = model;
  // The default budget keeps runs quick, it is no limit: only what was asked for, or all that is free, is.
  const allowed = options.memory ?? platform.freeBytes();
  const least = LEAST_SWEEP_ROWS * programs.blocks * backwardRowBytes(streamOf(anatomy), positions);
  if (programs.dividesRuns || least <= allowed || allowed === 0) return [];
  const message = `The smallest run takes about ${megabytes(least)} for its activations and ${megabytes(allowed)} ${options.memory === undefined ? "are free" : "may be used"}: allow more memory, or load the model so that it is run block by block`;
  return [{ code: "memory", message }];
}

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MB`;

/**
 * Rows of one forward pass that fit the memory, of one block at a time.
 *
 * @throws {InvalidOptionError} For memory that is no number above 0.
 */
export function forwardRows(model: ExplainableModel, positions: number, options: ExplainOptions): number {
  const rows = Math.floor(budget(model, options) / forwardRowBytes(streamOf(model.anatomy), positions));
  return Math.min(MOST_FORWARD_ROWS, Math.max(1, rows));
}

function budget(model: ExplainableModel, { memory }: ExplainOptions): number {
  if (memory !== undefined && !(memory > 0)) {
    throw new InvalidOptionError(
      `Cannot run in ${memory} bytes of memory: give a number of bytes greater than 0`,
      "memory",
      memory,
    );
  }
  const most = nextTokensOf(model.anatomy) === undefined ? MOST_MEMORY : MOST_DECODER_MEMORY;
  return memory ?? Math.min(most, Math.max(LEAST_MEMORY, model.platform.freeBytes() * MEMORY_SHARE));
}

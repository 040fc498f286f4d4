/** @file How many rows one run of a program may have: memory is what limits it. */

import { InvalidOptionError } from "../errors.ts";
import { backwardRowBytes, forwardRowBytes } from "../program/row-bytes.ts";
import type { ExplainableModel } from "./explainable-model.ts";
import type { ExplainOptions } from "./options.ts";

/** Share of the free memory that one run may use when nothing is asked for, and its limits in bytes. */
const MEMORY_SHARE = 0.25;
const LEAST_MEMORY = 64 * 2 ** 20;
const MOST_MEMORY = 512 * 2 ** 20;

/** More rows than this make a forward pass no faster. */
const MOST_FORWARD_ROWS = 64;

/**
 * Rows of one run of the sweep that fit the memory; any number where runs divide themselves.
 *
 * @throws {InvalidOptionError} For memory that is no number above 0.
 */
export function sweepRows(model: ExplainableModel, positions: number, options: ExplainOptions): number {
  const { anatomy, programs } = model;
  const memory = budget(model, options);
  if (programs.dividesRuns) return Number.MAX_SAFE_INTEGER;
  return Math.max(2, Math.floor(memory / (programs.blocks * backwardRowBytes(anatomy, positions))));
}

/**
 * Rows of one forward pass that fit the memory, of one block at a time.
 *
 * @throws {InvalidOptionError} For memory that is no number above 0.
 */
export function forwardRows(model: ExplainableModel, positions: number, options: ExplainOptions): number {
  const rows = Math.floor(budget(model, options) / forwardRowBytes(model.anatomy, positions));
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
  return memory ?? Math.min(MOST_MEMORY, Math.max(LEAST_MEMORY, model.platform.freeBytes() * MEMORY_SHARE));
}

/** @file Whether a model fits into the memory of the machine, told before it is compiled. */

import { freemem } from "node:os";
import type { Warning } from "../attribution/explanation.ts";
import { CheckpointError } from "../errors.ts";
import type { DType } from "../tensor/dtype.ts";

/** Programs that hold converted weights of their own at the same time: forward and sweep. */
const PROGRAMS = 2;
const FLOAT32_BYTES = 4;

/** What a model's weights take, bytes. */
export interface WeightMemory {
  /** Mapped from the file and shared by all programs; the system may drop and read them again. */
  readonly mapped: number;
  /** Converted to float32 when a program is compiled, once for each program. */
  readonly converted: number;
}

/** @param elements - Number of elements of each element type. */
export function weightMemory(elements: ReadonlyMap<DType, number>): WeightMemory {
  let mapped = 0;
  let converted = 0;
  for (const [dtype, count] of elements) {
    if (dtype === "float32") mapped += count * FLOAT32_BYTES;
    else converted += count * FLOAT32_BYTES * PROGRAMS;
  }
  return { mapped, converted };
}

/** Weights of one program that are no larger than this may be copied for the sake of speed, bytes of float32. */
const SMALL = 128 * 2 ** 20;

/** Whether programs should lay out weights of their own. */
export const worthPrepacking = ({ mapped, converted }: WeightMemory): boolean => mapped + converted / PROGRAMS <= SMALL;

/** Whether converted weights are better written to a file that all programs map. */
export const worthCopying = ({ converted }: WeightMemory): boolean => converted / PROGRAMS > 2 * SMALL;

/** What weights take once they lie in such a file. */
export const onceCopied = ({ mapped, converted }: WeightMemory): WeightMemory => ({
  mapped: mapped + converted / PROGRAMS,
  converted: 0,
});

/** Memory that this process may still use, bytes: what the system has, within the limit of its container. */
export function availableBytes(): number {
  const limit = process.constrainedMemory();
  const withinLimit = limit === undefined || limit === 0 ? Number.POSITIVE_INFINITY : limit - process.memoryUsage.rss();
  return Math.max(0, Math.min(freemem(), withinLimit));
}

/**
 * Compares what the weights take with what is there.
 *
 * @returns A warning when mapped weights will have to be read from the file again and again.
 * @throws {CheckpointError} When the converted weights alone do not fit; says how much is missing and what to do.
 */
export function checkMemory(source: string, weights: WeightMemory, available: number): readonly Warning[] {
  const { mapped, converted } = weights;
  if (converted > available) {
    throw new CheckpointError(
      `Cannot load model "${source}": its weights are not stored as float32 and take about ${gigabytes(converted)} once converted for the ${PROGRAMS} programs, and ${gigabytes(available)} are free; store them as float32 (then they are mapped from the file), close other programs, or use a smaller model`,
      source,
    );
  }
  if (mapped + converted <= available) return [];
  return [
    {
      code: "memory",
      message: `The weights take about ${gigabytes(mapped + converted)} and ${gigabytes(available)} are free: they will be read from the file again and again, which is slow; close other programs or use a smaller model`,
    },
  ];
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(bytes < 1e8 ? 2 : 1)} GB`;

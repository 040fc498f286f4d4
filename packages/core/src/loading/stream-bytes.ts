/** @file How much memory a model that is run block by block leaves to its activations. */

import { InvalidOptionError } from "../errors.ts";
import { segmentWeightBytes } from "../program/segments.ts";
import type { ModelParts } from "./model-parts.ts";
import type { MemoryOptions } from "./weight-plan.ts";

/** Share of the free memory that activations may use when nothing is asked for, and their limits in bytes. */
const MEMORY_SHARE = 0.25;
const LEAST_MEMORY = 16 * 2 ** 20;
const MOST_MEMORY = 512 * 2 ** 20;

/**
 * Bytes for activations and kept states.
 *
 * @throws {InvalidOptionError} When the memory asked for holds less than the largest block and a little more.
 */
export function streamBytes({ forward }: Pick<ModelParts, "forward">, { memory, available }: MemoryOptions): number {
  const largest = segmentWeightBytes(forward);
  if (memory === undefined) return Math.min(MOST_MEMORY, Math.max(LEAST_MEMORY, available * MEMORY_SHARE));
  if (memory - largest >= LEAST_MEMORY) return Math.min(MOST_MEMORY, memory - largest);
  throw new InvalidOptionError(
    `Cannot run the model block by block in ${megabytes(memory)}: its largest part has weights of ${megabytes(largest)}; allow at least ${megabytes(largest + LEAST_MEMORY)}`,
    "memory",
    memory,
  );
}

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MB`;

/** @file Whether a model fits into the memory of the machine, and how its weights are held: told before it is compiled. */

import type { Warning } from "../attribution/explanation.ts";
import { CheckpointError, InvalidOptionError } from "../errors.ts";
import { segmentWeightBytes } from "../program/segments.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { DType } from "../tensor/dtype.ts";
import { elementCount } from "../tensor/tensor.ts";
import type { ModelParts } from "./model-parts.ts";

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

/** What weights take once all of them lie in a file as float32. @param shapes - Of the tensors that programs read. */
export function computedMemory(shapes: Iterable<readonly number[]>): WeightMemory {
  let mapped = 0;
  for (const shape of shapes) mapped += FLOAT32_BYTES * elementCount(shape);
  return { mapped, converted: 0 };
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

/** How the weights of a model are held. */
export interface WeightPlan {
  /** Block by block, each loaded when it is its turn. */
  readonly streamed: boolean;
  /** Converted weights are written to a file that all programs map. */
  readonly copied: boolean;
  /** Programs lay out weights of their own, which is faster. */
  readonly prepack: boolean;
  readonly warnings: readonly Warning[];
}

/** What the caller wants of memory, and what there is. */
export interface MemoryOptions {
  /** Block by block, or whole. Default: whole where it fits. */
  readonly stream?: boolean;
  /** Bytes that weights and activations may take. */
  readonly memory?: number;
  /** Bytes that are there. */
  readonly available: number;
}

/**
 * Decides how the weights are held.
 *
 * @param options - Undefined where nothing is known of the memory: they are held whole, as they are.
 * @throws {CheckpointError} When they are to be held whole and do not fit; says how much is missing and what to do.
 */
export function planWeights(
  source: string,
  weights: WeightMemory,
  canCopy: boolean,
  options: MemoryOptions | undefined,
): WeightPlan {
  if (options === undefined) return { streamed: false, copied: false, prepack: false, warnings: [] };
  const { stream, memory, available } = options;
  const prepack = worthPrepacking(weights);
  const copied = canCopy && worthCopying(weights);
  const whole = copied ? onceCopied(weights) : weights;
  const total = whole.mapped + whole.converted;
  if (stream === false) return { streamed: false, copied, prepack, warnings: checkMemory(source, whole, available) };
  const budget = Math.min(available, memory ?? Number.POSITIVE_INFINITY);
  if (stream === undefined && total <= budget) return { streamed: false, copied, prepack, warnings: [] };
  if (stream === true) return { streamed: true, copied: false, prepack, warnings: [] };
  const message = `The weights take about ${gigabytes(total)} and ${gigabytes(budget)} may be used: the model is run block by block, which takes longer and gives the same numbers; allow more memory to run it whole`;
  return { streamed: true, copied: false, prepack, warnings: [{ code: "streamed", message }] };
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
      `Cannot load model "${source}": its weights are not stored as float32 and take about ${gigabytes(converted)} once converted for the ${PROGRAMS} programs, and ${gigabytes(available)} are free; run the model block by block, store them as float32 (then they are mapped from the file), or close other programs`,
      source,
    );
  }
  if (mapped + converted <= available) return [];
  return [
    {
      code: "memory",
      message: `The weights take about ${gigabytes(mapped + converted)} and ${gigabytes(available)} are free: they will be read from the file again and again, which is slow; close other programs or run the model block by block`,
    },
  ];
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(bytes < 1e8 ? 2 : 1)} GB`;

/**
 * Compares what the weights take in the memory of an engine that copies them for each program with how much it has.
 *
 * @throws {CheckpointError} When they do not fit: before anything is converted or compiled.
 */
export function checkEngineMemory(
  source: string,
  weights: WeightMemory,
  { description, mostBytes = Number.POSITIVE_INFINITY }: Pick<Runtime, "description" | "mostBytes">,
): void {
  const needed = PROGRAMS * onceCopied(weights).mapped;
  if (needed <= mostBytes) return;
  throw new CheckpointError(
    `Cannot load model "${source}": its weights take ${gigabytes(needed)} as float32 in ${PROGRAMS} programs, and the memory of ${description} ends at ${gigabytes(mostBytes)}; use a smaller model, or explain this one with Node.js (calig explain, calig serve), whose engine maps weights from their file`,
    source,
  );
}

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

/** @file The inputs of a data set as a pool that replacements take something from. */

import type { ExplainableModel, PreparedWhole } from "../attribution/explainable-model.ts";
import { prepareInput } from "../attribution/modality.ts";
import type { ExplainOptions } from "../attribution/options.ts";
import type { InputPool } from "../attribution/replacement.ts";
import { InputError } from "../errors.ts";
import { sha256 } from "../util/sha256.ts";
import { type Dataset, type DatasetInput, readInput } from "./dataset.ts";

/** A pool of which the size is known. */
export interface DatasetPool extends InputPool {
  /** Inputs in it. */
  readonly size: number;
}

/** The inputs of a data set. Inputs that the model cannot read are passed over. */
export function poolOf(
  { name, items }: Pick<Dataset, "name" | "items">,
  options: Pick<ExplainOptions, "longText"> = {},
): DatasetPool {
  let checksum: Promise<string> | undefined;
  return {
    name,
    size: items.length,
    /** Files of pictures by their names. */
    checksum() {
      checksum ??= sha256(items.map(({ input }) => new TextEncoder().encode(`${nameOf(input)}\n`)));
      return checksum;
    },
    async *others(model, own, random) {
      const known = nameOf(own);
      for (const { input } of random.shuffle(items)) {
        if (input === own || nameOf(input) === known) continue;
        const other = await prepared(model, input, options);
        if (other !== undefined) yield other;
      }
    },
  };
}

async function prepared(
  model: ExplainableModel,
  input: DatasetInput,
  options: Pick<ExplainOptions, "longText">,
): Promise<PreparedWhole | undefined> {
  try {
    return await prepareInput(model, await readInput(input), options);
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

/** What tells inputs apart: files by their names and how they are read, others by what they hold. */
function nameOf(input: DatasetInput): string {
  return JSON.stringify(input, (_, value: unknown) => (ArrayBuffer.isView(value) ? numbersOf(value) : value));
}

/** Numbers of pictures and sounds: their bytes as a text. */
function numbersOf({ buffer, byteOffset, byteLength }: ArrayBufferView): string {
  let text = "";
  for (const byte of new Uint8Array(buffer, byteOffset, byteLength)) text += String.fromCharCode(byte);
  return text;
}

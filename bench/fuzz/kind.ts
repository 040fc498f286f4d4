/** @file What the fuzzer needs of a kind of files. */

import type { Chance } from "./random.ts";

/** A folder of files of which some are damaged. */
export interface FuzzCase {
  /** Which of the kind's folders it is made from. */
  readonly base: string;
  /** The damaged files by their names. Undefined: removed. */
  readonly files: ReadonlyMap<string, Uint8Array | undefined>;
  /** How they are read, where the kind chooses that by chance. */
  readonly how?: string;
}

/** Numbers that came out and may be shown to somebody. Anything that is not finite among them is a finding. */
export type Outcome = unknown;

export interface FuzzKind {
  readonly name: string;
  /** Undamaged files by folder and name. */
  readonly bases: ReadonlyMap<string, ReadonlyMap<string, Uint8Array>>;
  /** @param faults - Chances of as many faults. */
  make(chance: Chance, faults: readonly Chance[]): FuzzCase;
  /** Loads what is in the folder, and uses it. Throws what calig throws. */
  use(folder: string, file: FuzzCase): Promise<Outcome>;
}

/** The file of a folder, which must be there. */
export function fileOf(files: ReadonlyMap<string, Uint8Array>, name: string): Uint8Array {
  const bytes = files.get(name);
  if (bytes === undefined) throw new Error(`there is no "${name}" among the files of the fuzzer`);
  return bytes;
}

/** @file What the failures of the engine mean, in words for people; what the engine itself says is their cause (`--debug`). */

import { ExecutionError } from "../errors.ts";

const LOOK =
  '"calig verify --model MODEL" tells what of the model is computed as its file has it, "calig inspect --model MODEL" what was found in it; --debug shows the words of the engine';

const MEMORY = /bad_alloc|allocat|out of memory|shape is too large/i;

/** Whether the engine had not enough memory. */
export const isMemoryFailure = (cause: unknown): boolean => MEMORY.test(wordsOf(cause));

const wordsOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

/** What is recognised in the engine's words, and what it means. */
const MEANINGS: readonly (readonly [words: RegExp, meaning: (match: RegExpMatchArray) => string])[] = [
  [
    MEMORY,
    () =>
      "there is not enough memory for it; close other programs, allow less (--memory) or run the model block by block (--stream)",
  ],
  [
    /no available backend found\. ERR: \[wasm\]/,
    () =>
      'the engine itself does not start: its files ("ort-wasm-simd-threaded.mjs" and ".wasm" of onnxruntime-web) are not where it looks for them, or WebAssembly may not be loaded here (workers of Cloudflare and the like, a Content-Security-Policy without "wasm-unsafe-eval"); give the address of their folder as option "wasm"',
  ],
  [
    /Could not find an implementation for (\w+)|(\w+)\(-?\d+\) is not a registered function|No Op registered for (\w+)/,
    ([, ...names]) =>
      `the engine has no kernel for the operator "${names.find((name) => name !== undefined)}" on this device; another device may have one`,
  ],
  [
    /not implemented/i,
    () => "the engine has no kernel for one of its operators on this device; another device may have one",
  ],
  [
    /external data|external initializer|no such file|open file|mmap|file size/i,
    () => "its weights cannot be read from their file any more; load the model again from files that nobody changes",
  ],
  [
    /Op \((\w+)\)/,
    ([, operator]) =>
      `the engine does not take an operator "${operator}" of it: parts of the file do not fit each other, or it is not read rightly. ${LOOK}`,
  ],
  [
    /running (\w+) node/,
    ([, operator]) =>
      `the engine failed in an operator "${operator}", whose sizes or numbers do not fit: the file was exported for other inputs than these, or is not read rightly. ${LOOK}`,
  ],
];

const meaningOf = (cause: unknown): string | undefined => {
  const words = wordsOf(cause);
  for (const [pattern, meaning] of MEANINGS) {
    const match = words.match(pattern);
    if (match !== null) return meaning(match);
  }
  return undefined;
};

/**
 * @param program - Name of the program.
 * @param device - Named where it is not the processor.
 * @param remedy - What to do about the device.
 */
export function compileFailure(program: string, cause: unknown, device?: string, remedy = ""): ExecutionError {
  const where = device === undefined ? "" : ` for device "${device}"`;
  const meaning =
    meaningOf(cause) ??
    (remedy === ""
      ? `the engine does not take the graph that was made of the model: parts of the file do not fit each other, or it is not read rightly. ${LOOK}`
      : "the device does not work");
  return new ExecutionError(`Cannot compile the ${program} program${where}: ${meaning}${remedy}`, { cause });
}

export function runFailure(program: string, cause: unknown): ExecutionError {
  const meaning =
    meaningOf(cause) ?? `the engine failed in it: the model and this input do not fit each other. ${LOOK}`;
  return new ExecutionError(`Cannot run the ${program} program: ${meaning}`, { cause });
}

/** @file What became of one case. */

import { InternalError, isCaligError } from "calig/node";

/**
 * - "accepted": with finite numbers;
 * - "refused": by one of calig's errors;
 * - "non-finite": accepted, and something that is shown is no finite number;
 * - "foreign": an error that is not calig's, or one that says that calig has a bug, or words of the engine;
 * - "crash", "hang", "memory": the process ended, took longer than 20 s, or more than 2 GB.
 */
export type VerdictKind = "accepted" | "refused" | "non-finite" | "foreign" | "crash" | "hang" | "memory";

export const FINDINGS: readonly VerdictKind[] = ["non-finite", "foreign", "crash", "hang", "memory"];

export interface Verdict {
  readonly kind: VerdictKind;
  /** Class of the error, or where the number is; of findings, enough to tell them apart. */
  readonly detail: string;
}

/** The words of engines and libraries that no message should hold: who reads them cannot act on them. */
const FOREIGN_WORDS =
  /onnxruntime\/|Non-zero status code|\bORT_|ONNXRuntimeError|SafeIntException|Cannot read propert|is not a function|is not iterable|Maximum call stack|bug in calig|\bat [\w.]+ \(.*:\d+:\d+\)/;

export function verdictOf(error: unknown): Verdict {
  if (!(error instanceof Error)) return { kind: "foreign", detail: `thrown: ${String(error)}` };
  const where = (error.stack ?? "").split("\n").find((line) => /^\s+at .*\/src\//.test(line)) ?? "";
  const told = `${error.name}: ${error.message.slice(0, 300)} ${where.trim().replace(/\(?file:\/\/\S*\/src\//, "(src/")}`;
  if (!isCaligError(error) || error instanceof InternalError) return { kind: "foreign", detail: told };
  const words = FOREIGN_WORDS.exec(error.message);
  if (words !== null) return { kind: "foreign", detail: `says "${words[0]}": ${told}` };
  return { kind: "refused", detail: error.name };
}

/** Where in a value a number is not finite, or a text shows one that was not; undefined where all are. */
export function notFinite(value: unknown, path = ""): string | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? undefined : `${path} is ${value}`;
  if (typeof value !== "object" || value === null) return undefined;
  if (ArrayBuffer.isView(value)) {
    const list = value as unknown as ArrayLike<number>;
    for (let i = 0; i < list.length; i++) if (!Number.isFinite(Number(list[i]))) return `${path}[${i}] is ${list[i]}`;
    return undefined;
  }
  for (const [key, each] of Object.entries(value)) {
    const found = notFinite(each, path === "" ? key : `${path}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** @file The checksums of a decision sheet: one of the whole, one of what the same command gives again. */

import { sha256 } from "../../util/sha256.ts";
import type { DecisionSheet } from "./sheet-data.ts";

/** JSON with the fields in the order of their names. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((each) => canonical(each ?? null)).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`);
  return `{${fields.join(",")}}`;
}

const checksum = (value: unknown): Promise<string> => sha256([new TextEncoder().encode(canonical(value))]);

/**
 * SHA-256 of the canonical JSON (fields in the order of their names, no spaces):
 *
 * - `sheet`: of everything but the checksums themselves;
 * - `numbers`: besides without when, with what and from which files it was made (`made`), and without the cost of the
 *   explanation: the same for the same input, model, context, evaluation, options and version of calig.
 *
 * Empty where the platform computes no checksums (pages over plain HTTP).
 */
export async function checksumsOf(
  sheet: Omit<DecisionSheet, "checksums"> & Partial<Pick<DecisionSheet, "checksums">>,
): Promise<DecisionSheet["checksums"]> {
  const { checksums: _, ...all } = sheet;
  const { made: _made, explanation, ...rest } = all;
  const { cost: _cost, ...evidence } = explanation;
  return { sheet: await checksum(all), numbers: await checksum({ ...rest, explanation: evidence }) };
}

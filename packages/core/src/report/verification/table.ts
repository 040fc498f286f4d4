/** @file The results of checks as rows of text, the same in every format. */

import type { CheckResult } from "../../verification/verification.ts";

/** One check as text. */
export interface CheckRow {
  readonly name: string;
  /** "pass", "FAIL", "does not apply". */
  readonly status: string;
  /** "2.4e-7"; "" where nothing was compared. */
  readonly difference: string;
  /** "0.01 share of the derivative"; "none" where numbers must be equal. */
  readonly limit: string;
  readonly sentence: string;
}

const STATUS: Readonly<Record<CheckResult["status"], string>> = {
  pass: "pass",
  fail: "FAIL",
  "not-applicable": "does not apply",
};

export const checkRows = (checks: readonly CheckResult[]): readonly CheckRow[] =>
  checks.map(({ name, status, worst, sentence }) => ({
    name,
    status: STATUS[status],
    difference: worst === null ? "" : worst.difference === null ? "not finite" : digits(worst.difference),
    limit: worst === null ? "" : worst.limit === 0 ? "none" : `${digits(worst.limit)} ${worst.unit}`,
    sentence,
  }));

const digits = (value: number): string => String(Number(value.toPrecision(2)));

/** @file What `verify` finds, as plain versioned data. */

import type { ModelFacts } from "../attribution/explanation.ts";

/** What one check found. */
export interface CheckResult {
  /** "gradients" */
  readonly name: string;
  /** What is compared with what, for readers. */
  readonly compares: string;
  readonly status: "pass" | "fail" | "not-applicable";
  /** Of all comparisons the one that comes closest to its limit, or exceeds it most; null where nothing was compared. */
  readonly worst: {
    /** Where: "the score at block 3, alpha 0.5". */
    readonly where: string;
    /** In `unit`. Null where it is not finite: JSON has no word for that. */
    readonly difference: number | null;
    readonly limit: number;
    /** What difference and limit are measured in: "logit", "share of the gradient". */
    readonly unit: string;
  } | null;
  /** How many numbers, or tokens, were compared. */
  readonly comparisons: number;
  /** One sentence: what came out, or why the check does not apply; of a failure, what not to trust. */
  readonly sentence: string;
  readonly milliseconds: number;
}

/** Whether calig computes a model rightly: one result for each check. */
export interface Verification {
  readonly version: 1;
  readonly model: ModelFacts;
  /** The engine that ran everything. */
  readonly engine: string;
  /** Whether no check failed. */
  readonly passed: boolean;
  readonly checks: readonly CheckResult[];
  /** How many inputs were run, and how many of them the caller gave. */
  readonly inputs: { readonly all: number; readonly own: number };
  readonly seed: number;
  readonly milliseconds: number;
}

/** "calig computes this model rightly: 8 of 8 checks pass (1 does not apply)" */
export function verdict({ checks, passed }: Verification): string {
  const applied = checks.filter(({ status }) => status !== "not-applicable");
  const good = applied.filter(({ status }) => status === "pass").length;
  const left = checks.length - applied.length;
  const rest = left === 0 ? "" : ` (${left} ${left === 1 ? "does" : "do"} not apply)`;
  const failed = applied.filter(({ status }) => status === "fail").map(({ name }) => name);
  return passed
    ? `calig computes this model rightly: ${good} of ${applied.length} checks pass${rest}`
    : `calig does not compute this model rightly: ${failed.join(", ")} failed, ${good} of ${applied.length} checks pass${rest}`;
}

/** What to do about a failure. */
export const REPORTING =
  "Do not use explanations of this model until this is settled: report it with the output of calig verify --json and of calig inspect --json; neither holds weights, and the texts of --input are not in it";

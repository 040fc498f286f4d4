/** @file The checks: one line each, in the order of results. */

import type { Check } from "./check.ts";
import { answers } from "./checks/answers.ts";
import { completeness } from "./checks/completeness.ts";
import { determinism } from "./checks/determinism.ts";
import { finite } from "./checks/finite.ts";
import { gradients } from "./checks/gradients.ts";
import { logits } from "./checks/logits.ts";
import { masks } from "./checks/masks.ts";
import { readout } from "./checks/readout.ts";
import { rows } from "./checks/rows.ts";
import { tokens } from "./checks/tokens.ts";

export const CHECKS: readonly Check[] = [
  finite,
  tokens,
  logits,
  masks,
  rows,
  readout,
  gradients,
  completeness,
  answers,
  determinism,
];

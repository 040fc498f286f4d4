/** @file All cases of gradient rules: one line a family. */

import type { RuleCase } from "./case.ts";
import { activationCases } from "./cases/activation.ts";
import { convolutionCases } from "./cases/convolution.ts";
import { elementwiseCases } from "./cases/elementwise.ts";
import { indexingCases } from "./cases/indexing.ts";
import { matmulCases } from "./cases/matmul.ts";
import { movementCases } from "./cases/movement.ts";
import { normalizationCases } from "./cases/normalization.ts";
import { reductionCases } from "./cases/reduction.ts";
import { rotationCases } from "./cases/rotation.ts";
import { softmaxCases } from "./cases/softmax.ts";

export const CASES: readonly RuleCase[] = [
  ...elementwiseCases,
  ...activationCases,
  ...matmulCases,
  ...softmaxCases,
  ...rotationCases,
  ...normalizationCases,
  ...reductionCases,
  ...movementCases,
  ...indexingCases,
  ...convolutionCases,
];

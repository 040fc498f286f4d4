/** @file Which rule an operator has, by domain, operator and version. */

import { InternalError } from "../errors.ts";
import type { RuleEntry } from "./rule.ts";
import { activationRules } from "./rules/activation.ts";
import { convolutionRules } from "./rules/convolution.ts";
import { einsumRules } from "./rules/einsum.ts";
import { elementwiseRules } from "./rules/elementwise.ts";
import { indexingRules } from "./rules/indexing.ts";
import { matmulRules } from "./rules/matmul.ts";
import { movementRules } from "./rules/movement.ts";
import { noGradientRules } from "./rules/no-gradient.ts";
import { normalizationRules } from "./rules/normalization.ts";
import { reductionRules } from "./rules/reduction.ts";
import { rotationRules } from "./rules/rotation.ts";
import { softmaxRules } from "./rules/softmax.ts";

/** All rules: one line a family. */
export const RULES: readonly RuleEntry[] = [
  ...elementwiseRules,
  ...activationRules,
  ...matmulRules,
  ...einsumRules,
  ...softmaxRules,
  ...rotationRules,
  ...normalizationRules,
  ...reductionRules,
  ...movementRules,
  ...indexingRules,
  ...convolutionRules,
  ...noGradientRules,
];

/** Rules by operator, newest version first. */
export type RuleRegistry = ReadonlyMap<string, readonly RuleEntry[]>;

const key = (domain: string, opType: string) => `${domain === "ai.onnx" ? "" : domain}:${opType}`;

/** @throws {InternalError} When two entries claim the same operator and version. */
export function createRegistry(entries: readonly RuleEntry[] = RULES): RuleRegistry {
  const registry = new Map<string, RuleEntry[]>();
  for (const entry of entries) {
    const own = registry.get(key(entry.domain, entry.opType)) ?? [];
    if (own.some((other) => other.since === entry.since)) {
      throw new InternalError(`two gradient rules for ${key(entry.domain, entry.opType)} since ${entry.since}`);
    }
    own.push(entry);
    own.sort((a, b) => b.since - a.since);
    registry.set(key(entry.domain, entry.opType), own);
  }
  return registry;
}

/** The entry of an operator at a version: the newest that is not newer than the model's operator set. */
export function findEntry(
  registry: RuleRegistry,
  domain: string,
  opType: string,
  opset: number,
): RuleEntry | undefined {
  return registry.get(key(domain, opType))?.find((entry) => entry.since <= opset);
}

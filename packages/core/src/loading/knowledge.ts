/** @file What calig knows of models, and what a caller adds to it for one model: families, gradient rules, rewrites of graphs, kinds of inputs. */

import type { Modality } from "../attribution/explainable-model.ts";
import { createRegistry, RULES, type RuleRegistry } from "../autodiff/registry.ts";
import type { RuleEntry } from "../autodiff/rule.ts";
import type { Pass } from "../canonical/pass.ts";
import { PASSES } from "../canonical/passes.ts";
import { InvalidOptionError } from "../errors.ts";
import { MODALITIES } from "../modality/modalities.ts";
import { FAMILIES } from "../transformer/families.ts";
import type { ModelFamily } from "../transformer/family.ts";

/** What a caller adds. */
export interface ModelExtensions {
  /** Families that are built from checkpoints besides calig's own. */
  readonly families?: readonly ModelFamily[];
  /** Gradient rules of operators, or of versions of operators, that calig has none for. */
  readonly rules?: readonly RuleEntry[];
  /** Rewrites of graphs of ONNX files, made before calig's own. */
  readonly passes?: readonly Pass[];
  /** Kinds of inputs besides texts and pictures, or in their place. */
  readonly modalities?: readonly Modality[];
}

/** All that is known when a model is loaded. */
export interface Knowledge {
  readonly families: readonly ModelFamily[];
  readonly rules: RuleRegistry;
  readonly passes: readonly Pass[];
  readonly modalities: readonly Modality[];
}

/**
 * calig's own lists with those of the caller; nothing is remembered beyond the model that is loaded.
 *
 * @throws {InvalidOptionError} When a model type, or an operator at a version, is claimed twice.
 */
export function knowledgeOf({
  families = [],
  rules = [],
  passes = [],
  modalities = [],
}: ModelExtensions = {}): Knowledge {
  const known = new Map(FAMILIES.flatMap(({ modelTypes, name }) => modelTypes.map((type) => [type, name] as const)));
  for (const { modelTypes, name } of families) {
    for (const type of modelTypes) {
      const other = known.get(type);
      if (other !== undefined) {
        throw new InvalidOptionError(
          `Cannot add the family "${name}" for models of type "${type}": the family "${other}" builds these; leave it out, or give config.json another "model_type"`,
          "families",
          name,
        );
      }
      known.set(type, name);
    }
  }
  const claimed = new Set(RULES.map(ruleName));
  for (const rule of rules) {
    const name = ruleName(rule);
    if (claimed.has(name)) {
      throw new InvalidOptionError(
        `Cannot add a gradient rule for ${name}: there is one already; leave it out, or state the version since which it holds`,
        "rules",
        name,
      );
    }
    claimed.add(name);
  }
  return {
    families: [...families, ...FAMILIES],
    rules: createRegistry([...RULES, ...rules]),
    passes: [...passes, ...PASSES],
    modalities: [...modalities, ...MODALITIES],
  };
}

const ruleName = ({ domain, opType, since }: RuleEntry): string =>
  `${domain === "" || domain === "ai.onnx" ? "" : `${domain}.`}${opType} since version ${since}`;

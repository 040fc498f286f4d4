/** @file What is known of models, and what a caller adds to it for one model: families, gradient rules, rewrites of graphs, kinds of inputs. */

import type { Modality } from "../attribution/explainable-model.ts";
import { createRegistry, RULES, type RuleRegistry } from "../autodiff/registry.ts";
import type { RuleEntry } from "../autodiff/rule.ts";
import type { Pass } from "../canonical/pass.ts";
import { InvalidOptionError } from "../errors.ts";
import type { KnownFamily } from "../transformer/family.ts";
import type { FamiliesByType } from "../transformer/family-of.ts";

/** What a caller adds. */
export interface ModelExtensions {
  /** Families that are built from checkpoints besides calig's own; with `load`, their code is loaded when it is needed. */
  readonly families?: readonly KnownFamily[];
  /** Gradient rules of operators, or of versions of operators, that calig has none for. */
  readonly rules?: readonly RuleEntry[];
  /** Rewrites of graphs of ONNX files, made before calig's own. */
  readonly passes?: readonly Pass[];
  /** Kinds of inputs besides texts and pictures, or in their place. */
  readonly modalities?: readonly Modality[];
}

/** What there is without the caller: all that calig has (`BUILT_IN`), or less. */
export interface OwnKnowledge {
  readonly families: readonly KnownFamily[];
  modalities(): Promise<readonly Modality[]>;
}

/** All that is known when a model is loaded. */
export interface Knowledge {
  readonly families: FamiliesByType;
  readonly rules: RuleRegistry;
  /** Those of the caller, which go before calig's own. */
  readonly passes: readonly Pass[];
  readonly modalities: readonly Modality[];
  /** What there is besides these. */
  ownModalities(): Promise<readonly Modality[]>;
}

/**
 * What there is, with what the caller adds; nothing is remembered beyond the model that is loaded.
 *
 * @throws {InvalidOptionError} When a model type, or an operator at a version, is claimed twice.
 */
export function knowledgeOf(
  own: OwnKnowledge,
  { families = [], rules = [], passes = [], modalities = [] }: ModelExtensions = {},
): Knowledge {
  const known = new Map<string, KnownFamily>();
  for (const family of [...own.families, ...families]) {
    const { modelTypes, name } = family;
    for (const type of modelTypes) {
      const other = known.get(type);
      if (other !== undefined) {
        throw new InvalidOptionError(
          `Cannot add the family "${name}" for models of type "${type}": the family "${other.name}" builds these; leave it out, or give config.json another "model_type"`,
          "families",
          name,
        );
      }
      known.set(type, family);
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
    families: known,
    rules: createRegistry([...RULES, ...rules]),
    passes,
    modalities,
    ownModalities: own.modalities,
  };
}

const ruleName = ({ domain, opType, since }: RuleEntry): string =>
  `${domain === "" || domain === "ai.onnx" ? "" : `${domain}.`}${opType} since version ${since}`;

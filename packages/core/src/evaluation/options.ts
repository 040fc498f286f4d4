/** @file The options of measuring, each declared once: what is removed, what stands in for it, and how finely. */

import type { ExplainableModel, Replacement } from "../attribution/explainable-model.ts";
import { NEXT_TOKEN_SCORE } from "../attribution/next-token-target.ts";
import { GENERAL_OPTIONS } from "../attribution/options.ts";
import { checkKind } from "../attribution/resolve-run.ts";
import { InvalidOptionError, wordList } from "../errors.ts";
import { FEATURE_KINDS, REPLACEMENTS } from "../modality/modalities.ts";
import {
  defineOption,
  type GivenOptions,
  type OptionDeclaration,
  type OptionTable,
  onlyOptions,
} from "../options/option.ts";
import { oneOf, oneOfOrObject, oneOrMoreOfOrObjects, wholeNumber } from "../options/types.ts";
import { askedTokensOf } from "../transformer/anatomy.ts";

/** More than anybody waits for. */
const MOST_DRAWS = 1000;

/** What holds for all methods that are measured or compared: of their general options these, and those of measuring. */
export const MEASURING_OPTIONS = {
  /** What stands in for removed features. */
  replacement: defineOption<string | Replacement>({
    type: oneOfOrObject<Replacement>(REPLACEMENTS),
    group: "Evaluation",
    summary: "what stands in for removed words or patches",
    otherwise: "mask or the token that the model has, drop for prompts, blur for images",
    otherName: "substrate",
  }),
  /** Draws of a replacement that draws at random; what the model says of a variant is the mean over them. */
  draws: defineOption<number>({
    type: wholeNumber({ min: 1, max: MOST_DRAWS }),
    group: "Evaluation",
    summary: "draws of a replacement that draws at random, such as random-words; outputs are averaged over them",
    default: 1,
  }),
  /** What is removed and ranked, of texts. */
  features: defineOption<string>({
    type: oneOf(FEATURE_KINDS, "KIND"),
    group: "Evaluation",
    summary: "what is ranked and removed; parts of prompts alone",
    default: FEATURE_KINDS[0],
    otherName: "units",
  }),
  ...onlyOptions(GENERAL_OPTIONS, ["target", "score", "longText", "seed"]),
};

/** The same for evaluations. */
export const EVALUATION_OPTIONS = {
  ...MEASURING_OPTIONS,
  /** What stands in for removed features; of several, each makes figures of its own from the same explanations. */
  replacement: defineOption<string | Replacement | readonly (string | Replacement)[]>({
    ...MEASURING_OPTIONS.replacement,
    type: oneOrMoreOfOrObjects<Replacement>(REPLACEMENTS),
    summary:
      "what stands in for removed words or patches; several make figures of their own from the same explanations",
  } as OptionDeclaration<string | Replacement | readonly (string | Replacement)[]>),
};

/**
 * The same options for a model: with what can stand in for features of its kind of input and with the names of these
 * features, where calig does not have them, and with the defaults of that kind.
 */
export function forModality<Table extends OptionTable & Pick<typeof MEASURING_OPTIONS, "features">>(
  model: ExplainableModel,
  table: Table,
  given: GivenOptions,
): { readonly table: Table; readonly defaults: Readonly<Record<string, unknown>> } {
  const { replacements, featureKinds } = model.modality;
  checkKind(model.modality, table, given);
  const own = replacements.all.map(({ name }) => name);
  const names = [...new Set([...REPLACEMENTS, ...own])];
  const { replacement, features } = table;
  const takesSeveral = replacement?.type.control.kind === "list";
  return {
    table: {
      ...table,
      replacement: {
        ...replacement,
        type: takesSeveral ? oneOrMoreOfOrObjects<Replacement>(names) : oneOfOrObject<Replacement>(names),
      },
      features: { ...features, type: oneOf(featureKinds, "KIND") },
    },
    defaults: {
      ...(askedTokensOf(model.anatomy) === undefined ? {} : { score: NEXT_TOKEN_SCORE }),
      ...(given.replacement === undefined ? { replacement: replacements.defaultName(model) } : {}),
      features: featureKinds[0],
    },
  };
}

/** @throws {InvalidOptionError} For draws of a replacement that draws nothing. */
export function checkDraws(
  { draws }: { readonly draws?: number | undefined },
  ...replacements: readonly Pick<Replacement, "name" | "drawn">[]
): void {
  if (draws === undefined || replacements.some(({ drawn }) => drawn === true)) return;
  const names = wordList(replacements.map(({ name }) => name));
  throw new InvalidOptionError(
    `Cannot use draws with replacement ${names}: it has no effect there, since nothing is drawn; leave it out`,
    "draws",
    draws,
  );
}

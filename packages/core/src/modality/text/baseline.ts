/** @file Baselines of texts. METHOD 2. */

import { propagated, zeroStates } from "../../attribution/baseline/baseline-states.ts";
import type { BaselineStates, ExplainableModel } from "../../attribution/explainable-model.ts";
import { DEFAULTS, TEXT_BASELINES, type TextBaseline } from "../../attribution/option-words.ts";
import { InvalidOptionError } from "../../errors.ts";
import type { SpecialToken, SpecialTokens } from "../../input/text/tokenizer.ts";
import { streamOf } from "../../transformer/anatomy.ts";
import { assertNever } from "../../util/assert-never.ts";
import { frequentWordBaseline } from "./frequent-words.ts";
import { type PreparedText, textFeeds } from "./prepare.ts";

const TOKEN_BASELINES = ["mask", "pad", "unk"] as const satisfies readonly (keyof SpecialTokens)[];
type TokenBaseline = (typeof TOKEN_BASELINES)[number];

const isTokenBaseline = (name: TextBaseline): name is TokenBaseline =>
  (TOKEN_BASELINES as readonly string[]).includes(name);

const firstTokenBaseline = ({ tokenizer }: ExplainableModel): TokenBaseline | undefined =>
  TOKEN_BASELINES.find((name) => tokenizer?.specialTokens[name] !== undefined);

/** Draws of a baseline that draws at random: what two of them say of a single word correlates by 0.65 to 0.8 (docs/decoders.md). */
const DRAWS = 2;

export const drawsOf = (name: string): number => (name === "frequent-words" ? DRAWS : 1);

/**
 * The baseline used when none is asked for: of decoders frequent words; else the first of mask, pad, unk that the tokenizer
 * has, else the mean word vector.
 */
export function defaultTextBaseline(model: ExplainableModel): TextBaseline {
  if (streamOf(model.anatomy).causal === true && model.tokenizer !== undefined) return "frequent-words";
  return firstTokenBaseline(model) ?? "mean";
}

/** Those that the model has what they are made of for: the token, or the table of word vectors. */
export const availableBaselines = ({ tokenizer, anatomy }: ExplainableModel): readonly TextBaseline[] =>
  TEXT_BASELINES.filter((name) => {
    if (isTokenBaseline(name)) return tokenizer?.specialTokens[name] !== undefined;
    if (name === "frequent-words") return tokenizer !== undefined && streamOf(anatomy).causal === true;
    return name === "zero" || streamOf(anatomy).wordEmbeddings !== undefined;
  });

/** The token of that baseline; undefined where it has none. */
export function standInToken(model: ExplainableModel): SpecialToken | undefined {
  const name = firstTokenBaseline(model);
  return name === undefined ? undefined : model.tokenizer?.specialTokens[name];
}

/**
 * Hidden states at the baseline of a text.
 *
 * - `mask`, `pad`, `unk`: the model runs on the text with every non-special token replaced.
 * - `mean`, `zero-embedding`: on the word vectors of the non-special tokens replaced by the mean of the embedding
 *   table, or by zero; positions kept.
 * - `frequent-words`: on the text with every non-special token drawn from some that say little (frequent-words.ts).
 * - `zero`: zero hidden states at every block; nothing is run.
 *
 * @throws {InvalidOptionError} When the tokenizer has no such token; lists the ones it has.
 */
export async function textBaseline(
  model: ExplainableModel,
  input: PreparedText,
  name: TextBaseline,
  seed: number = DEFAULTS.seed,
): Promise<BaselineStates> {
  if (isTokenBaseline(name)) {
    const id = tokenId(model, name);
    const ids = input.encoded.ids.map((own, position) => (input.replaceable[position] === 1 ? id : own));
    return propagated(await model.programs.forward(textFeeds(model, ids, input.encoded)));
  }
  switch (name) {
    case "mean":
      return propagated(await model.programs.forwardReplaced(input.feeds, input.replaceable, "mean"));
    case "zero-embedding":
      return propagated(await model.programs.forwardReplaced(input.feeds, input.replaceable, "zero"));
    case "frequent-words":
      return frequentWordBaseline(model, input, seed);
    case "zero":
      return zeroStates(model, input);
    default:
      return assertNever(name);
  }
}

function tokenId(model: ExplainableModel, name: TokenBaseline): number {
  const tokens = model.tokenizer?.specialTokens ?? {};
  const token = tokens[name];
  if (token !== undefined) return token.id;
  const allowed = [...TOKEN_BASELINES.filter((other) => tokens[other] !== undefined), "mean", "zero-embedding", "zero"];
  throw new InvalidOptionError(
    `Cannot use baseline "${name}": the tokenizer of "${model.facts.id}" has no such token; use one of ${allowed.map((other) => `"${other}"`).join(", ")}`,
    "baseline",
    name,
    allowed,
  );
}

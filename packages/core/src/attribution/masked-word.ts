/** @file What is asked of a model that fills masks: the word that stands in the place of one, a class among all words. */

import { InvalidOptionError, keyword } from "../errors.ts";
import { probabilities } from "../program/activation.ts";
import { checkScore } from "../program/score.ts";
import type { FloatTensor } from "../tensor/tensor.ts";
import { maskedTokensOf } from "../transformer/anatomy.ts";
import { indexText } from "./class-names.ts";
import type { ExplainableModel } from "./explainable-model.ts";
import { type ChosenAnswer, NEXT_TOKEN_SCORE, rankTokens } from "./next-token-target.ts";
import { type ExplainOptions, SCORE_KINDS } from "./options.ts";
import type { PreparedInput } from "./prepared-input.ts";
import { questionIn } from "./question-object.ts";
import { classScore } from "./target.ts";

const NUMBERED = /^#(\d+)$/;

/**
 * The score of the word that `target` names in the place of the mask, by default of the most probable one; held against the
 * word that `against` names.
 *
 * @param input - Whose mask is asked for.
 * @param logits - At the mask [1, 1, vocabulary].
 * @throws {InvalidOptionError} For a word that is no single token, or a score that words do not have.
 */
export async function chooseMaskedWord(
  model: ExplainableModel,
  { startsWord = false }: PreparedInput,
  { data: logits }: FloatTensor,
  options: Pick<ExplainOptions, "score" | "target" | "against" | "token">,
): Promise<ChosenAnswer> {
  const { score: asked = NEXT_TOKEN_SCORE, token } = options;
  if (token !== undefined) {
    throw new InvalidOptionError(
      `Cannot explain the label of a token with model "${model.facts.id}": it fills masks; leave "token" out`,
      "token",
      token,
    );
  }
  const question = questionIn(asked);
  const kind = typeof asked === "object" ? asked.name : keyword("score", asked, SCORE_KINDS);
  const predictions = rankTokens(model, logits);
  const named = (option: "target" | "against") => {
    const wanted = options[option];
    if (wanted === undefined) return undefined;
    // As results list them, first of all: a vocabulary may have words that no text becomes.
    const listed = predictions.filter(({ label }) => label.trim() === wanted);
    return listed.length === 1 ? listed[0]?.index : wordIndex(model, option, wanted, startsWord);
  };
  const target = (await named("target")) ?? predictions[0]?.index ?? 0;
  const against = await named("against");
  if (against === target) {
    throw new InvalidOptionError(
      `Cannot explain a word against itself: choose another one for "against"`,
      "against",
      options.against,
    );
  }
  const choice = await question?.choose?.({
    model,
    logits,
    predictions,
    classIndex: () => target,
  });
  const score = classScore(model, kind, { target, against, question, choice });
  checkScore(score, logits.length);
  const word = (index: number) => ({ index, label: model.tokenizer?.textOf(index).trim() || String(index) });
  return {
    score,
    predictions: predictions.map((prediction) => ({ ...prediction, label: word(prediction.index).label })),
    named: word(target),
    ...(against === undefined ? {} : { against: word(against) }),
    probability: against === undefined ? (probabilities(logits, "softmax")[target] as number) : null,
    warnings: [],
  };
}

/**
 * The token of a word: as it stands behind a space where the mask does, else as it is written; or by its number ("#103").
 *
 * @throws {InvalidOptionError} When the word is no token of the vocabulary.
 */
async function wordIndex(
  { tokenizer, facts, anatomy }: ExplainableModel,
  option: "target" | "against",
  wanted: string | number,
  startsWord: boolean,
): Promise<number> {
  const vocabulary = maskedTokensOf(anatomy)?.vocabulary ?? 0;
  const number = typeof wanted === "number" ? wanted : Number(NUMBERED.exec(wanted)?.[1] ?? Number.NaN);
  if (Number.isInteger(number) && number >= 0 && number < vocabulary) return number;
  const tokens: number[][] = [];
  if (typeof wanted === "string" && Number.isNaN(number) && wanted.trim() !== "") {
    for (const text of startsWord ? [` ${wanted.trim()}`, wanted] : [wanted]) {
      const { ids, features } = (await tokenizer?.encodeWhole(text)) ?? { ids: [], features: [] };
      const own = ids.filter((_, t) => features[t]?.special === false);
      const unknown = tokenizer?.specialTokens.unk?.id;
      if (own.length === 1 && own[0] !== unknown) return own[0] as number;
      tokens.push(own);
    }
  }
  const [most] = tokens.map((own) => own.length).sort((a, b) => b - a);
  throw new InvalidOptionError(
    most !== undefined && most > 1
      ? `Cannot use ${option} ${JSON.stringify(wanted)}: it is ${most} tokens to model "${facts.id}", and a mask is filled by one; name another word, or a token by its number, as in "${indexText(103)}"`
      : `Cannot find ${option} ${JSON.stringify(wanted)} in the vocabulary of model "${facts.id}"; name a word of it, or a token by its number, ${indexText(0)} to ${indexText(vocabulary - 1)}`,
    option,
    wanted,
  );
}

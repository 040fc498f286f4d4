/** @file What is asked of a language model: the answers of a prompt, or the token that follows it. */

import { InvalidOptionError } from "../errors.ts";
import { probabilities } from "../program/activation.ts";
import type { AskedAnswers } from "../program/questions/answer.ts";
import { NEXT_TOKEN_QUESTIONS } from "../program/questions.ts";
import { evaluateScore, type ScoreSpec } from "../program/score.ts";
import type { FloatTensor } from "../tensor/tensor.ts";
import { nextTokensOf } from "../transformer/anatomy.ts";
import { classIndex, indexText } from "./class-names.ts";
import type { ExplainableModel } from "./explainable-model.ts";
import type { Prediction, Warning } from "./explanation.ts";
import type { ExplainOptions } from "./options.ts";
import type { PossibleAnswer, PreparedInput } from "./prepared-input.ts";
import type { ChosenScore } from "./target.ts";

/** How many of the tokens that may follow results list: a vocabulary would be megabytes. */
const LISTED = 20;

/** What language models are asked for where nothing is said. */
export const NEXT_TOKEN_SCORE = "log-probability";

/** The most probable next tokens [vocabulary], best first; ties keep the order of the vocabulary. */
export function rankTokens({ tokenizer }: ExplainableModel, logits: ArrayLike<number>): Prediction[] {
  const shares = probabilities(logits, "softmax");
  const best = Array.from(logits, (logit, index) => ({ index, logit }))
    .sort((a, b) => b.logit - a.logit || a.index - b.index)
    .slice(0, LISTED);
  return best.map(({ index, logit }) => ({
    index,
    label: tokenizer?.textOf(index) ?? String(index),
    logit,
    probability: shares[index] as number,
  }));
}

/** A question about next tokens, as it was put. */
export interface ChosenAnswer extends ChosenScore {
  /** What is explained: the token where it is one, otherwise the answer. */
  readonly named: { readonly index: number; readonly label: string };
  readonly against?: { readonly index: number; readonly label: string };
  /** Of the answer; null where it is held against another one. */
  readonly probability: number | null;
  readonly warnings: readonly Warning[];
}

/** The index of an answer that is no single token. */
const NO_TOKEN = -1;

/**
 * The score of the answers of a prompt; where it has none, of the token that the options name, or of the most probable one.
 *
 * @param logits - At the positions that are asked for [1, asked, vocabulary].
 * @throws {InvalidOptionError} For a token that the vocabulary does not have, or a score that answers do not have.
 */
export async function chooseAnswer(
  model: ExplainableModel,
  { answers = [], verbalised, onlyAsked }: PreparedInput,
  logits: FloatTensor,
  options: Pick<ExplainOptions, "score" | "target" | "against" | "token">,
): Promise<ChosenAnswer> {
  const { score: kind = NEXT_TOKEN_SCORE, token } = options;
  if (typeof kind === "object" || !NEXT_TOKEN_QUESTIONS.some(({ name }) => name === kind)) {
    const name = typeof kind === "object" ? kind.name : kind;
    throw new InvalidOptionError(
      `Cannot use score "${name}" with model "${model.facts.id}", which predicts tokens: use one of ${NEXT_TOKEN_QUESTIONS.map((one) => `"${one.name}"`).join(", ")}`,
      "score",
      kind,
    );
  }
  if (token !== undefined) {
    throw new InvalidOptionError(
      `Cannot explain the label of a token with model "${model.facts.id}": it predicts the tokens that follow; leave "token" out`,
      "token",
      token,
    );
  }
  const vocabulary = nextTokensOf(model.anatomy)?.vocabulary ?? 0;
  const ranked = rankTokens(model, logits.data.subarray(0, vocabulary));
  const all = verbalised === true || answers.length === 0 ? answers : withoutNames(answers, options);
  const possible = all.length > 0 ? all : await namedTokens(model, ranked, options);
  const labels = verbalised === true ? rankLabels(possible, logits.data, vocabulary) : undefined;
  const chosen = labels === undefined ? possible : chosenLabels(model, possible, labels, options);
  const parameters: AskedAnswers = {
    ...askedOf(possible, vocabulary, chosen),
    ...(onlyAsked === undefined ? {} : { only: onlyAsked }),
  };
  const [named, against] = [1, -1].flatMap((sign) => {
    const answer = chosen.find((one) => one.sign === sign);
    if (answer === undefined) return [];
    const { label, strings: own } = answer;
    if (labels !== undefined) return [{ index: possible.findIndex((one) => one.label === label), label }];
    const single = own.length === 1 && own[0]?.tokens.length === 1 ? own[0].tokens[0] : undefined;
    return [{ index: single ?? NO_TOKEN, label }];
  });
  const score: ScoreSpec = {
    kind,
    asks: "next-token",
    activation: "softmax",
    target: named?.index ?? NO_TOKEN,
    parameters,
  };
  return {
    score,
    predictions: labels ?? ranked,
    named: named as ChosenAnswer["named"],
    ...(against === undefined ? {} : { against }),
    probability: against === undefined ? evaluateScore({ ...score, kind: "probability" }, logits.data) : null,
    warnings: kind === "logit" && against === undefined ? [SHIFTED] : [],
  };
}

/** The tokens of all answers, and those of them that count. */
function askedOf(
  possible: readonly PossibleAnswer[],
  vocabulary: number,
  chosen: readonly PossibleAnswer[],
): AskedAnswers {
  const strings = possible.flatMap((answer) => answer.strings.map((string) => ({ ...string, label: answer.label })));
  return {
    tokens: strings.flatMap(({ tokens }) => tokens),
    stringOf: strings.flatMap(({ tokens }, string) => tokens.map(() => string)),
    alternatives: chosen.map(({ label, sign }) => ({
      sign,
      strings: strings.flatMap((string, index) => (string.label === label ? [index] : [])),
    })),
    vocabulary,
  };
}

/** Labels by how probable any of their strings is, best first. */
export function rankLabels(labels: readonly PossibleAnswer[], logits: Float32Array, vocabulary: number): Prediction[] {
  const probabilityOf = (label: PossibleAnswer) =>
    evaluateScore(
      {
        kind: "log-probability",
        asks: "next-token",
        activation: "softmax",
        target: NO_TOKEN,
        parameters: askedOf(labels, vocabulary, [{ ...label, sign: 1 }]),
      },
      logits,
    );
  return labels
    .map((label, index) => {
      const logit = probabilityOf(label);
      return { index, label: label.label, logit, probability: Math.exp(logit) };
    })
    .sort((a, b) => b.logit - a.logit || a.index - b.index);
}

/** The label that is explained, and the one that it is held against. */
function chosenLabels(
  { facts }: ExplainableModel,
  possible: readonly PossibleAnswer[],
  [best]: readonly Prediction[],
  { target, against }: Pick<ExplainOptions, "target" | "against">,
): readonly PossibleAnswer[] {
  const labels = possible.map(({ label }) => label);
  const named = (option: string, wanted: string | number) => classIndex({ labels, facts }, option, wanted);
  const explained = target === undefined ? (best?.index ?? 0) : named("target", target);
  const other = against === undefined ? undefined : named("against", against);
  if (other === explained) {
    throw new InvalidOptionError(
      `Cannot explain label "${labels[explained]}" against itself: choose another one for "against"`,
      "against",
      against,
    );
  }
  return [
    { ...(possible[explained] as PossibleAnswer), sign: 1 },
    ...(other === undefined ? [] : [{ ...(possible[other] as PossibleAnswer), sign: -1 as const }]),
  ];
}

const SHIFTED: Warning = {
  code: "logit-of-token",
  message:
    "The logits of a language model are defined up to a shift that all tokens share, and which the softmax takes away: evidence for a logit is partly evidence for that shift. The log-probability, or an answer held against another one, has none of it",
};

function withoutNames(
  answers: readonly PossibleAnswer[],
  options: Pick<ExplainOptions, "target" | "against">,
): readonly PossibleAnswer[] {
  for (const option of ["target", "against"] as const) {
    if (options[option] === undefined) continue;
    throw new InvalidOptionError(
      `Cannot use ${option} together with an answer: the answer is what is explained; leave one of them out`,
      option,
      options[option],
    );
  }
  return answers;
}

/** The token that `target` names, minus the one that `against` names; all are read at the end of the prompt. */
async function namedTokens(
  model: ExplainableModel,
  [best]: readonly Prediction[],
  { target, against }: Pick<ExplainOptions, "target" | "against">,
): Promise<readonly PossibleAnswer[]> {
  const answer = (id: number, sign: 1 | -1): PossibleAnswer => {
    const text = model.tokenizer?.textOf(id) ?? String(id);
    return { label: text, sign, strings: [{ text, tokens: [id] }] };
  };
  const explained = target === undefined ? (best?.index ?? 0) : await tokenNamed(model, "target", target);
  if (against === undefined) return [answer(explained, 1)];
  const other = await tokenNamed(model, "against", against);
  if (other === explained) {
    throw new InvalidOptionError(
      `Cannot explain a token against itself: choose another one for "against"`,
      "against",
      against,
    );
  }
  throw new InvalidOptionError(
    `Cannot hold one token against another by name: give both as answers (answer and against of the input, --answer and --against-text)`,
    "against",
    against,
  );
}

const NUMBERED = /^#(\d+)$/;

async function tokenNamed(model: ExplainableModel, option: string, wanted: string | number): Promise<number> {
  const { tokenizer, facts, anatomy } = model;
  const vocabulary = nextTokensOf(anatomy)?.vocabulary ?? 0;
  const id = typeof wanted === "number" ? wanted : Number(NUMBERED.exec(wanted)?.[1] ?? Number.NaN);
  if (Number.isInteger(id) && id >= 0 && id < vocabulary) return id;
  const encoded = typeof wanted === "string" && Number.isNaN(id) ? await tokenizer?.encodeWhole(wanted) : undefined;
  const tokens = encoded?.ids.filter((_, t) => encoded.features[t]?.special === false) ?? [];
  if (tokens.length === 1) return tokens[0] as number;
  throw new InvalidOptionError(
    tokens.length > 1
      ? `Cannot use ${option} ${JSON.stringify(wanted)}: it is ${tokens.length} tokens to model "${facts.id}"; give it as an answer (answer of the input, --answer)`
      : `Cannot find ${option} ${JSON.stringify(wanted)}: the vocabulary of model "${facts.id}" has the tokens ${indexText(0)} to ${indexText(vocabulary - 1)}`,
    option,
    wanted,
  );
}

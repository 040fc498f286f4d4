/** @file A prompt as the input of a language model, with the tokens of the answers that are asked about behind it. */

import type { ExplainableModel } from "../../../attribution/explainable-model.ts";
import type { PromptInput } from "../../../attribution/input.ts";
import { onlyPart, type PossibleAnswer } from "../../../attribution/prepared-input.ts";
import { InputError, quote } from "../../../errors.ts";
import type { TokenFeature } from "../../../input/features.ts";
import type { EncodedText, Tokenizer } from "../../../input/text/tokenizer.ts";
import { groupsIn, textFeatures } from "../features.ts";
import { type PreparedText, textFeeds, type WholeText } from "../prepare.ts";
import { layOut } from "./layout.ts";

/**
 * Tokenizes a prompt, with the special tokens that the tokenizer's files set around texts, and what may follow it, without
 * them. The tokens of answers are special features: they are no part of the prompt, and nothing replaces them; nor its
 * first token, on which decoders rest their attention.
 *
 * @throws {InputError} When prompt and answers are longer than the model reads, or one of them is empty.
 */
export async function preparePrompt(model: ExplainableModel, input: PromptInput): Promise<WholeText> {
  const { tokenizer } = model;
  if (tokenizer === undefined) {
    throw new InputError(`Cannot explain a prompt with model "${model.facts.id}": it has no tokenizer`);
  }
  const prompt = stringIn("prompt", input.prompt);
  if (prompt === undefined) throw new InputError("Cannot explain the input: it has no prompt; give one as text");
  const answers = await answersOf(tokenizer, input);
  const encoded = await tokenizer.encodeWhole(prompt);
  const { layout, continuations } = layOut(
    encoded.ids.length,
    answers.flatMap(({ strings }) => strings.map(({ tokens }) => tokens)),
  );
  const total = encoded.ids.length + continuations.length;
  if (total > tokenizer.maxLength) {
    throw new InputError(
      `Cannot explain the prompt: with its answers it has ${total} tokens, and model "${model.facts.id}" reads ${tokenizer.maxLength}; give a shorter one`,
    );
  }
  const end = prompt.length;
  const behind = continuations.map((id): TokenFeature => {
    return { text: tokenizer.textOf(id), start: end, end, special: true, word: null };
  });
  const whole: EncodedText = {
    ...encoded,
    ids: [...encoded.ids, ...continuations],
    typeIds: [...encoded.typeIds, ...continuations.map(() => 0)],
    features: [...encoded.features, ...behind],
    layout,
  };
  const prepared: PreparedText = {
    encoded: whole,
    feeds: textFeeds(model, whole.ids, whole),
    features: whole.features,
    replaceable: Float32Array.from(whole.features, ({ special }, t) => (special || t === 0 ? 0 : 1)),
    groups: groupsIn(textFeatures(whole, "word"), [...whole.features.keys()]),
    answers,
    warnings: [],
  };
  return { whole, featureCount: whole.features.length, parts: [onlyPart(prepared)], warnings: [] };
}

async function answersOf(tokenizer: Tokenizer, input: PromptInput): Promise<readonly PossibleAnswer[]> {
  const answer = stringIn("answer", input.answer);
  const against = stringIn("against", input.against);
  if (answer === undefined) {
    if (against === undefined) return [];
    throw new InputError(
      "Cannot hold the next token against an answer: there is no answer to explain; give one (answer, --answer)",
    );
  }
  if (answer === against) {
    throw new InputError(`Cannot hold the answer ${quote(answer)} against itself; give another one`);
  }
  const strings = async (text: string) => [{ text, tokens: await answerTokens(tokenizer, text) }];
  return [
    { label: answer, sign: 1, strings: await strings(answer) },
    ...(against === undefined ? [] : [{ label: against, sign: -1 as const, strings: await strings(against) }]),
  ];
}

/** The tokens of an answer, without special ones around them. */
async function answerTokens(tokenizer: Tokenizer, text: string): Promise<readonly number[]> {
  const { ids, features } = await tokenizer.encodeWhole(text);
  return ids.filter((_, t) => features[t]?.special === false);
}

function stringIn(name: string, value: unknown): string | undefined {
  if (value === undefined || typeof value === "string") return value;
  throw new InputError(`Cannot explain the input: its ${name} is no string; give a text`);
}

/** @file A prompt as the input of a language model, with the tokens of the answers that are asked about behind it. */

import type { ExplainableModel } from "../../../attribution/explainable-model.ts";
import type { PromptInput } from "../../../attribution/input.ts";
import { onlyPart, type PossibleAnswer } from "../../../attribution/prepared-input.ts";
import { InputError, quote } from "../../../errors.ts";
import type { TokenFeature } from "../../../input/features.ts";
import type { EncodedText, Tokenizer } from "../../../input/text/tokenizer.ts";
import { membersOf } from "../../../util/innermost-spans.ts";
import { groupsIn, textFeatures } from "../features.ts";
import { type PreparedText, textFeeds, type WholeText } from "../prepare.ts";
import { renderChat } from "./chat.ts";
import { layOut } from "./layout.ts";
import { locateParts, type PartSpan } from "./parts.ts";

/** A prompt made ready. */
export interface WholePrompt extends WholeText {
  readonly answers: readonly PossibleAnswer[];
  readonly spans: readonly PartSpan[];
  /** Tokens of each part. */
  readonly members: readonly (readonly number[])[];
}

/**
 * Tokenizes a prompt, with the special tokens that the tokenizer's files set around texts, and what may follow it, without
 * them. The tokens of answers are special features: they are no part of the prompt, and nothing replaces them; nor its
 * first token, on which decoders rest their attention, marks such as "<|im_start|>", and what the template of a chat sets
 * around messages.
 *
 * @throws {InputError} When prompt and answers are longer than the model reads, one of them is empty, or parts do not stand
 * in the prompt.
 */
export async function preparePrompt(model: ExplainableModel, input: PromptInput): Promise<WholePrompt> {
  const { tokenizer } = model;
  if (tokenizer === undefined) {
    throw new InputError(`Cannot explain a prompt with model "${model.facts.id}": it has no tokenizer`);
  }
  const { prompt, messages } = await promptOf(model, tokenizer, input);
  const answers = await answersOf(tokenizer, input);
  const read = await tokenizer.encodeWhole(prompt);
  // Templates write the special tokens themselves.
  const encoded = messages === undefined ? read : withoutSpecials(read);
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
  const given = locateParts(prompt, input.parts ?? [], messages);
  const spans = [...(messages ?? []), ...given];
  const replaceable = Float32Array.from(whole.features, ({ special, start }, t) => {
    const id = whole.ids[t] as number;
    if (special || t === 0 || tokenizer.isMark(id)) return 0;
    if (messages === undefined) return 1;
    // White space before a message shows what the message begins with; it is the template's.
    const isBefore = messages.some((one) => start === one.start) && tokenizer.textOf(id).trim() === "";
    return !isBefore && messages.some((one) => start >= one.start && start < one.end) ? 1 : 0;
  });
  const words = groupsIn(textFeatures(whole, "word"), [...whole.features.keys()]);
  const prepared: PreparedText = {
    encoded: whole,
    feeds: textFeeds(model, whole.ids, whole),
    features: whole.features,
    replaceable,
    // What is kept is in no word that is taken out.
    groups: words.map((word) => word.filter((t) => replaceable[t] === 1)).filter((word) => word.length > 0),
    answers,
    ...(input.verbaliser === undefined ? {} : { verbalised: true as const }),
    warnings: [],
  };
  return {
    whole,
    featureCount: whole.features.length,
    parts: [onlyPart(prepared)],
    answers,
    spans,
    members: membersOf(spans, whole.features),
    warnings: [],
  };
}

async function promptOf(
  model: ExplainableModel,
  tokenizer: Tokenizer,
  { prompt, chat }: PromptInput,
): Promise<{ readonly prompt: string; readonly messages?: readonly PartSpan[] }> {
  if (chat === undefined) {
    const own = stringIn("prompt", prompt);
    if (own !== undefined) return { prompt: own };
    throw new InputError("Cannot explain the input: it has no prompt; give one as text, or messages of a chat");
  }
  if (prompt === undefined) return renderChat(model.facts.id, tokenizer.chat, chat);
  throw new InputError("Cannot explain a prompt and a chat at once: give one of them");
}

function withoutSpecials(encoded: EncodedText): EncodedText {
  const kept = [...encoded.features.keys()].filter((t) => encoded.features[t]?.special === false);
  const pick = <T>(values: readonly T[]) => kept.map((t) => values[t] as T);
  return { ...encoded, ids: pick(encoded.ids), typeIds: pick(encoded.typeIds), features: pick(encoded.features) };
}

async function answersOf(tokenizer: Tokenizer, input: PromptInput): Promise<readonly PossibleAnswer[]> {
  const answer = stringIn("answer", input.answer);
  const against = stringIn("against", input.against);
  const strings = (texts: readonly string[]) =>
    Promise.all(texts.map(async (text) => ({ text, tokens: await answerTokens(tokenizer, text) })));
  if (input.verbaliser !== undefined) {
    if (answer !== undefined || against !== undefined) {
      throw new InputError(
        "Cannot explain an answer and a verbaliser at once: the labels of the verbaliser are the answers; leave one of them out",
      );
    }
    const labels = checkedVerbaliser(input.verbaliser);
    // A string that is given twice is as probable as it is.
    return Promise.all(
      labels.map(async ([label, texts]) => ({ label, sign: 1, strings: await strings([...new Set(texts)]) })),
    );
  }
  if (answer === undefined) {
    if (against === undefined) return [];
    throw new InputError(
      "Cannot hold the next token against an answer: there is no answer to explain; give one (answer, --answer)",
    );
  }
  if (answer === against) {
    throw new InputError(`Cannot hold the answer ${quote(answer)} against itself; give another one`);
  }
  return [
    { label: answer, sign: 1, strings: await strings([answer]) },
    ...(against === undefined ? [] : [{ label: against, sign: -1 as const, strings: await strings([against]) }]),
  ];
}

function checkedVerbaliser(verbaliser: unknown): readonly (readonly [label: string, texts: readonly string[]])[] {
  const labels = Object.entries(Object(verbaliser)) as [string, unknown][];
  const fits = ([, texts]: [string, unknown]) =>
    Array.isArray(texts) && texts.length > 0 && texts.every((text) => typeof text === "string" && text !== "");
  if (labels.length > 0 && labels.every(fits)) {
    const known = labels as [string, readonly string[]][];
    const labelOf = new Map<string, string>();
    for (const [label, texts] of known) {
      for (const text of texts) {
        const other = labelOf.get(text) ?? label;
        if (other !== label) {
          throw new InputError(
            `Cannot use the verbaliser: ${quote(text)} stands for both ${quote(other)} and ${quote(label)}; leave it out of one of them`,
          );
        }
        labelOf.set(text, label);
      }
    }
    return known;
  }
  throw new InputError(
    'Cannot use the verbaliser: wanted labels, each with a list of strings that stand for it, as in { "positive": [" good", " great"], "negative": [" bad"] }',
  );
}

/** The tokens of an answer, without special ones around them. @throws {InputError} When there is nothing in it. */
async function answerTokens(tokenizer: Tokenizer, text: string): Promise<readonly number[]> {
  if (text.trim() === "") {
    const found = text === "" ? "it is empty" : "it is white space, which is read as no text of its own";
    throw new InputError(
      `Cannot explain the answer ${quote(text)}: ${found}; give a text, or the token by its number as target ("#198")`,
    );
  }
  const { ids, features } = await tokenizer.encodeWhole(text);
  return ids.filter((_, t) => features[t]?.special === false);
}

function stringIn(name: string, value: unknown): string | undefined {
  if (value === undefined || typeof value === "string") return value;
  throw new InputError(`Cannot explain the input: its ${name} is no string; give a text`);
}

/** @file A question and a text as the input of a model that answers by a span of the text. */

import type { ExplainableModel } from "../../attribution/explainable-model.ts";
import type { Warning } from "../../attribution/explanation.ts";
import type { TextInput } from "../../attribution/input.ts";
import { type AnswerableText, onlyPart } from "../../attribution/prepared-input.ts";
import { bestSpan } from "../../attribution/span.ts";
import { InputError } from "../../errors.ts";
import type { EncodedText, Tokenizer } from "../../input/text/tokenizer.ts";
import { held, oneInput, prepared, textFeeds, type WholeText } from "./prepare.ts";

/** Tokens that neighbouring windows share, as in the pipeline of transformers; of short ones half. */
const OVERLAP = 128;
/** Fewest tokens of the text that are worth a window. */
const FEWEST = 8;

/**
 * The question, then the text. Of `question` and `text` the words of the text are explained; of `text` and `pair`, where the
 * question is the first text, the words of both.
 *
 * Of a text that is longer than the model reads, the window with the most probable answer is what is explained.
 *
 * Cost: for a long text a forward pass for each window.
 *
 * @throws {InputError} When there is no question, or one so long that nothing of the text fits beside it.
 */
export async function prepareSpan(model: ExplainableModel, input: TextInput): Promise<WholeText> {
  const { tokenizer, facts } = model;
  if (tokenizer === undefined)
    throw new InputError(`Cannot explain a text with model "${facts.id}": it has no tokenizer`);
  const { text, pair, question: asked } = input;
  if (typeof text !== "string") throw new InputError("Cannot explain the input: its text is no string; give a text");
  if (asked !== undefined && pair !== undefined) {
    throw new InputError(
      'Cannot explain the answer: found a "question" and a "pair"; give the question and the text, or for the words of both the question as "text" and the text as "pair"',
    );
  }
  const [question, context] = asked === undefined ? [text, pair] : [asked, text];
  if (typeof context !== "string" || typeof question !== "string") {
    throw new InputError(
      `Cannot explain an answer with model "${facts.id}": found no question; give one ("question", on the command line --question) and the text that answers it`,
    );
  }
  const read = await tokenizer.encode(question, context);
  const isHeld = asked !== undefined;
  if (read.truncated === undefined) return wholeOf(model, question, read, isHeld);
  const windows = await cut(model, tokenizer, question, context, read);
  let best: { readonly window: Window; readonly probability: number } | undefined;
  for (const window of windows) {
    const { logits } = await model.programs.forward(textFeeds(model, window.read.ids, window.read));
    const { probability } = bestSpan(logits.data, answerable(model, question, window.read));
    if (best === undefined || probability > best.probability) best = { window, probability };
  }
  const { window } = best as NonNullable<typeof best>;
  const whole = wholeOf(model, question, window.read, isHeld);
  return { ...whole, warnings: [...whole.warnings, windowWarning(model, windows.length, window, context)] };
}

function wholeOf(model: ExplainableModel, question: string, read: EncodedText, isHeld: boolean): WholeText {
  const whole = isHeld ? held(read, (start) => start < question.length) : read;
  const input = { ...prepared(model, whole), answerable: answerable(model, question, read) };
  return oneInput(model, whole, onlyPart(input));
}

/** A part of the text with the question before it. */
interface Window {
  readonly read: EncodedText;
  /** UTF-16 offsets of the part in the text. */
  readonly start: number;
  readonly end: number;
}

async function cut(
  { facts }: ExplainableModel,
  tokenizer: Tokenizer,
  question: string,
  context: string,
  { features }: EncodedText,
): Promise<readonly Window[]> {
  const spans = (await tokenizer.encodeWhole(context)).features.filter(({ special }) => !special);
  const ofQuestion = (await tokenizer.encodeWhole(question)).features.filter(({ special }) => !special).length;
  const specials = features.filter(({ special }) => special).length;
  const size = tokenizer.maxLength - specials - ofQuestion;
  if (size < FEWEST) {
    throw new InputError(
      `Cannot answer the question with model "${facts.id}": the question has ${ofQuestion} tokens, and the model reads ${tokenizer.maxLength} of question and text together; shorten the question`,
    );
  }
  const step = size - Math.min(OVERLAP, Math.floor(size / 2));
  const windows: Window[] = [];
  for (let first = 0; ; first += step) {
    const last = Math.min(first + size, spans.length) - 1;
    const [start, end] = [spans[first]?.start ?? 0, spans[last]?.end ?? context.length];
    windows.push({ read: await tokenizer.encode(question, context.slice(start, end)), start, end });
    if (last === spans.length - 1) return windows;
  }
}

const windowWarning = (model: ExplainableModel, count: number, { start, end }: Window, context: string): Warning => ({
  code: "answer-window",
  message: `The text is longer than the ${model.tokenizer?.maxLength} tokens that the model reads together with the question: it was read in ${count} overlapping windows, and the one with the most probable answer, characters ${start} to ${end} of ${context.length}, is shown and explained`,
});

/** The tokens of the text that answers: those behind the question. */
function answerable({ tokenizer }: ExplainableModel, question: string, read: EncodedText): AnswerableText {
  const { features, words, text, ids } = read;
  const positions = features.flatMap(({ special, start }, position) =>
    special || start <= question.length ? [] : [position],
  );
  const none = ids.indexOf(tokenizer?.specialTokens.cls?.id ?? Number.NaN);
  const wordAt = (position: number) => words[features[position]?.word ?? -1];
  return {
    positions,
    ...(none < 0 ? {} : { none }),
    text: (first, last) =>
      text.slice(wordAt(first)?.start ?? features[first]?.start, wordAt(last)?.end ?? features[last]?.end),
    find(wanted) {
      const found: [number, number][] = [];
      for (let start = text.indexOf(wanted, question.length + 1); start >= 0; start = text.indexOf(wanted, start + 1)) {
        const inside = positions.filter(
          (position) =>
            (features[position]?.end ?? 0) > start && (features[position]?.start ?? 0) < start + wanted.length,
        );
        const [first] = inside;
        if (first !== undefined) found.push([first, inside.at(-1) as number]);
      }
      return found;
    },
  };
}

/** @file The caller's own text as a baseline: its tokens in the places of the input's. METHOD 2. */

import { propagated } from "../../attribution/baseline/baseline-states.ts";
import type { BaselineStates, ExplainableModel } from "../../attribution/explainable-model.ts";
import type { Warning } from "../../attribution/explanation.ts";
import { InputError, InvalidOptionError, quote } from "../../errors.ts";
import { standInToken } from "./baseline.ts";
import { type PreparedText, textFeeds } from "./prepare.ts";

/**
 * Hidden states at the caller's own text, or pair of texts.
 *
 * Paths need a baseline of the input's length. Special tokens stay where they are; the tokens of the baseline text take
 * the other places in order, of a pair each text those of its counterpart. Where they are fewer, the token of the default
 * baseline (mask, else pad, else unk) stands for the rest; where they are more, the last ones are left out; a warning
 * says either. A window on a long text has the tokens of the baseline text at the same places of the whole.
 *
 * @throws {InvalidOptionError} When there are not as many texts as in the input, or nothing of one becomes a token, or
 *   one is too short and the tokenizer has none of those tokens.
 */
export async function customTextBaseline(
  model: ExplainableModel,
  input: PreparedText,
  { text, pair }: { readonly text: string; readonly pair?: string },
): Promise<BaselineStates> {
  const texts = pair === undefined ? [text] : [text, pair];
  const places = placesOfTexts(input);
  if (texts.length !== places.length) {
    const remedy = pair === undefined ? 'give the second one as "pair"' : 'leave "pair" out';
    throw new InvalidOptionError(
      `Cannot use a baseline of ${counted(texts.length, "text")}: the input has ${counted(places.length, "text")}; ${remedy}`,
      "baseline",
      texts,
    );
  }
  const ids = [...input.encoded.ids];
  const warnings: Warning[] = [];
  for (const [i, own] of places.entries()) {
    const { start, total } = input.window ?? { start: 0, total: own.length };
    const tokens = await tokensOf(model, texts[i] as string);
    const here = tokens.slice(start, start + own.length);
    const standIn = here.length < own.length ? requiredStandIn(model, here.length, own.length) : undefined;
    own.forEach((position, index) => {
      ids[position] = here[index] ?? (standIn?.id as number);
    });
    const isEnd = start + own.length >= total;
    const which = texts.length === 1 ? "baseline text" : `${i === 0 ? "first" : "second"} baseline text`;
    if (standIn !== undefined) {
      warnings.push(fitted(which, here.length, own.length, `"${standIn.text}" stands for the others`));
    } else if (isEnd && tokens.length > total) {
      warnings.push(fitted(which, tokens.length, total, `its last ${tokens.length - total} were left out`));
    }
  }
  const feeds = textFeeds(model, ids, input.encoded);
  return propagated(await model.programs.forward(feeds), warnings);
}

/** Positions of the tokens of each text: special tokens lie between those of a pair. */
function placesOfTexts({ replaceable }: PreparedText): readonly (readonly number[])[] {
  const places: number[][] = [];
  replaceable.forEach((one, position) => {
    if (one !== 1) return;
    if (replaceable[position - 1] === 1) places.at(-1)?.push(position);
    else places.push([position]);
  });
  return places;
}

async function tokensOf({ tokenizer }: ExplainableModel, text: string): Promise<readonly number[]> {
  try {
    const encoded = await tokenizer?.encodeWhole(text);
    return encoded?.ids.filter((_, t) => encoded.features[t]?.special === false) ?? [];
  } catch (cause) {
    // It is the option that is wrong, not the input.
    if (!(cause instanceof InputError)) throw cause;
    throw new InvalidOptionError(
      `Cannot use the text ${quote(text)} as the baseline: none of it becomes a token; give a text with words`,
      "baseline",
      text,
    );
  }
}

function requiredStandIn(model: ExplainableModel, found: number, wanted: number) {
  const token = standInToken(model);
  if (token !== undefined) return token;
  throw new InvalidOptionError(
    `Cannot use a baseline text of ${counted(found, "token")} for ${wanted} of the input: the tokenizer of "${model.facts.id}" has no mask, pad or unk token to stand for the others; give a longer text`,
    "baseline",
  );
}

const fitted = (which: string, found: number, wanted: number, done: string): Warning => ({
  code: "baseline-fitted",
  message: `The ${which} has ${counted(found, "token")} for ${wanted} of the input: ${done}`,
});

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

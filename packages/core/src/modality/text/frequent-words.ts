/**
 * @file A baseline of frequent words: every token that may be replaced becomes one that says little, each drawn by itself.
 *
 * For decoders, which have no token that stands for nothing: a line of one token over and over is nothing that they have
 * seen, and their answer to it moves in steps that no rule integrates (docs/decoders.md).
 */

import { propagated } from "../../attribution/baseline/baseline-states.ts";
import type { BaselineStates, ExplainableModel } from "../../attribution/explainable-model.ts";
import { InvalidOptionError } from "../../errors.ts";
import type { Tokenizer } from "../../input/text/tokenizer.ts";
import { createRandom } from "../../util/random.ts";
import { type PreparedText, textFeeds } from "./prepare.ts";

/** Words that most English texts have, and that fit nearly anywhere. */
const WORDS =
  "the of and to a in is it that was for on with as be at by this have from or had not are but what all were when there can an which their if will each about how up out".split(
    " ",
  );
/** So many of them must be single tokens; otherwise the vocabulary is one of another language. */
const LEAST_WORDS = 20;
/** Words that are taken of another vocabulary, and ids that are looked through. */
const MOST_WORDS = 40;
const MOST_IDS = 20_000;
/** A word as tokens have it: with the space before it, or in vocabularies without such spaces as it is. */
const SPACED = /^ \p{L}{2,}$/u;
const BARE = /^\p{L}{2,}$/u;

/** Tokens by tokenizer: looking through a vocabulary takes time. */
const KNOWN = new WeakMap<Tokenizer, Promise<readonly number[]>>();

/** Ids of tokens that are frequent words; those that come first in vocabularies are the most frequent ones. */
export function frequentWords(tokenizer: Tokenizer): Promise<readonly number[]> {
  const known = KNOWN.get(tokenizer) ?? findWords(tokenizer);
  KNOWN.set(tokenizer, known);
  return known;
}

async function findWords(tokenizer: Tokenizer): Promise<readonly number[]> {
  const found = new Set<number>();
  for (const word of WORDS) {
    const { ids, features } = await tokenizer.encodeWhole(`a ${word}`);
    const own = ids.filter((_, t) => features[t]?.special === false && features[t]?.word === 1);
    if (own.length === 1 && tokenizer.textOf(own[0] as number).trim() === word) found.add(own[0] as number);
  }
  if (found.size >= LEAST_WORDS) return [...found];
  const matching = (pattern: RegExp) => {
    const ids: number[] = [];
    for (let id = 0; id < MOST_IDS && ids.length < MOST_WORDS; id++) {
      if (pattern.test(tokenizer.textOf(id))) ids.push(id);
    }
    return ids;
  };
  const spaced = matching(SPACED);
  return spaced.length > 0 ? spaced : matching(BARE);
}

/**
 * Hidden states at the input with every replaceable token drawn anew from the frequent words. The same seed draws the same.
 *
 * @throws {InvalidOptionError} When the vocabulary has no words.
 */
export async function frequentWordBaseline(
  model: ExplainableModel,
  input: PreparedText,
  seed: number,
): Promise<BaselineStates> {
  const words = model.tokenizer === undefined ? [] : await frequentWords(model.tokenizer);
  if (words.length === 0) {
    throw new InvalidOptionError(
      `Cannot use baseline "frequent-words": the vocabulary of "${model.facts.id}" has no tokens that are words; use "mean" or a text of your own`,
      "baseline",
      "frequent-words",
    );
  }
  const ids = drawnIds(words, input, seed);
  return propagated(await model.programs.forward(textFeeds(model, ids, input.encoded)));
}

/** Token ids of the baseline: each replaceable one is drawn from the words, never the one that stands there. */
export function drawnIds(
  words: readonly number[],
  { encoded, replaceable }: Pick<PreparedText, "encoded" | "replaceable">,
  seed: number,
): readonly number[] {
  const random = createRandom(`${seed} frequent words`);
  return encoded.ids.map((own, position) => {
    if (replaceable[position] !== 1) return own;
    const others = words.length > 1 ? words.filter((word) => word !== own) : words;
    return others[random.below(others.length)] as number;
  });
}

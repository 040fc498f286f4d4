/** @file Removed words become words of other inputs: what a text may well hold, and no method's baseline. */

import type { Replacement } from "../../../attribution/explainable-model.ts";
import { noOthers } from "../../../attribution/replacement.ts";
import { textFeatures } from "../features.ts";
import type { WholeText } from "../prepare.ts";
import { tokensInstead } from "../tokens-instead.ts";

/** Other texts that are read for one draw, at most, and words that are enough. */
const MOST_TEXTS = 64;
const MOST_WORDS = 1000;
/** A word that is the removed one is drawn again, so often at most. */
const TRIES = 10;

/**
 * Every word gets one that stands in for it whenever it is removed: a word of other texts that has as many tokens, each as
 * likely; where none has, the tokens of several words in a row. It keeps the length of the text and the places of all
 * other tokens. Not the word itself, as far as there are others.
 */
export const randomWords: Replacement<WholeText> = {
  name: "random-words",
  kind: "text",
  becomes: "words of other inputs",
  drawn: true,
  fromOthers: true,
  async open(context) {
    const { whole, features, featureKind, random } = context;
    const words: (readonly number[])[] = [];
    let texts = 0;
    for await (const other of context.others()) {
      const { ids } = other.whole;
      for (const { positions } of textFeatures(other.whole, kindOf(featureKind))) {
        words.push(positions.map((position) => ids[position] as number));
      }
      if (++texts >= MOST_TEXTS || words.length >= MOST_WORDS) break;
    }
    if (words.length === 0) throw noOthers(randomWords);
    const row = words.flat();
    const ofLength = new Map<number, (readonly number[])[]>();
    for (const word of words) ofLength.set(word.length, [...(ofLength.get(word.length) ?? []), word]);
    const draw = (length: number): readonly number[] => {
      const same = ofLength.get(length);
      if (same !== undefined) return same[random.below(same.length)] as readonly number[];
      const start = random.below(row.length);
      return Array.from({ length }, (_, i) => row[(start + i) % row.length] as number);
    };
    const instead = [...whole.whole.ids];
    for (const { positions } of features) {
      const own = positions.map((position) => whole.whole.ids[position] as number);
      let drawn = draw(own.length);
      for (let t = 1; t < TRIES && drawn.every((id, i) => id === own[i]); t++) drawn = draw(own.length);
      positions.forEach((position, i) => {
        instead[position] = drawn[i] as number;
      });
    }
    return tokensInstead(context, instead);
  },
};

/** Replaced are words or tokens, as what is removed; parts become words in a row. */
const kindOf = (kind: string): "word" | "token" => (kind === "token" ? "token" : "word");

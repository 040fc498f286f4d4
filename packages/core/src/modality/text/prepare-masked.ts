/** @file A text with a mask as the input of a model that fills it: the mask is asked for and no part of what is explained. */

import type { ExplainableModel } from "../../attribution/explainable-model.ts";
import type { TextInput } from "../../attribution/input.ts";
import { onlyPart } from "../../attribution/prepared-input.ts";
import { InputError, InvalidOptionError } from "../../errors.ts";
import type { EncodedText } from "../../input/text/tokenizer.ts";
import { oneInput, prepared, type WholeText } from "./prepare.ts";

/**
 * @throws {InputError} When the text has no mask, or several of which none is named.
 * @throws {InvalidOptionError} When the one that is named is none of them.
 */
export async function prepareMasked(model: ExplainableModel, input: TextInput): Promise<WholeText> {
  const { text, pair, mask: wanted } = input;
  const { tokenizer, facts } = model;
  const mark = tokenizer?.specialTokens.mask;
  if (tokenizer === undefined || mark === undefined) {
    throw new InputError(`Cannot fill a mask with model "${facts.id}": its tokenizer has no mask token`);
  }
  if (typeof text !== "string") throw new InputError("Cannot explain the input: its text is no string; give a text");
  const read = await tokenizer.encode(text, pair);
  const places = read.ids.flatMap((id, position) => (id === mark.id ? [position] : []));
  if (places.length === 0) throw noMask(model, mark.text, input, read);
  if (wanted === undefined && places.length > 1) {
    throw new InputError(
      `Cannot tell which mask is asked for: the text has ${places.length} of them; name one by its number, 1 to ${places.length} ("mask", on the command line --mask), and write words in the places of others where you know them`,
    );
  }
  const place = places[(wanted ?? 1) - 1];
  if (place === undefined) {
    throw new InvalidOptionError(
      `Cannot find mask ${JSON.stringify(wanted)}: the text has ${places.length === 1 ? "one mask" : `masks 1 to ${places.length}`}`,
      "mask",
      wanted,
    );
  }
  const whole = asked(read, place);
  const before = text[(read.features[place]?.start ?? 0) - 1] ?? "";
  return oneInput(model, whole, onlyPart({ ...prepared(model, whole), startsWord: /\s/.test(before) }));
}

function noMask({ facts }: ExplainableModel, mark: string, { text, pair }: TextInput, read: EncodedText): InputError {
  const isCut = read.truncated !== undefined && `${text}${pair ?? ""}`.includes(mark);
  return new InputError(
    isCut
      ? `Cannot fill the mask: it lies behind the ${read.truncated?.keptTokens} tokens that model "${facts.id}" reads; shorten the text before it`
      : `Cannot fill a mask of the text with model "${facts.id}": it has none; write ${mark} in the place of the word that is asked for`,
  );
}

/** The text asked at one position: its token is as a special one, and no part of a word. */
function asked(read: EncodedText, place: number): EncodedText {
  const used = new Set(
    read.features.flatMap(({ word }, position) => (position === place || word === null ? [] : [word])),
  );
  const numbers = new Map([...used].sort((a, b) => a - b).map((word, index) => [word, index]));
  return {
    ...read,
    features: read.features.map((feature, position) => {
      if (position === place) return { ...feature, special: true, word: null };
      return feature.word === null ? feature : { ...feature, word: numbers.get(feature.word) as number };
    }),
    words: read.words.filter((_, word) => numbers.has(word)),
    layout: {
      places: [...read.ids.keys()],
      branches: read.ids.map(() => 0),
      asked: [place],
    },
  };
}

/** @file Texts longer than a model reads: windows that overlap, and which of them is responsible for each token. */

import { InputError } from "../../errors.ts";
import type { EncodedText } from "./tokenizer.ts";

/** One window of a text. */
export interface TextWindow {
  /** The window as the model reads it; its features and words are those of the whole text. */
  readonly encoded: EncodedText;
  /** Index in the whole encoding of each of the window's tokens. */
  readonly positions: readonly number[];
  /** 1 where this window is responsible for the token, 0 where another one is; special tokens 0 [positions]. */
  readonly owned: readonly (0 | 1)[];
  /** Share of the text's tokens that this window is responsible for; the shares of all windows sum to 1. */
  readonly share: number;
}

export interface WindowedText {
  /** The whole text, longer than the model's limit when there are several windows. */
  readonly whole: EncodedText;
  /** In the order of the text; one when the text fits. */
  readonly windows: readonly TextWindow[];
}

/** Share of a window that the next one reads again. */
const OVERLAP = 1 / 4;

/**
 * Cuts an encoded text into windows that the model can read, each with the special tokens that the whole text has.
 *
 * Windows are of equal length, spread evenly, and overlap by a quarter at least. Each token belongs to the window in
 * which it is farthest from a cut: the beginning and the end of the text are no cuts.
 *
 * @param whole - One text, not a pair, encoded without limit.
 * @param maxLength - Most tokens that the model reads, special ones included.
 * @throws {InputError} When the limit leaves no room between the special tokens.
 */
export function cutWindows(whole: EncodedText, maxLength: number): WindowedText {
  const positions = [...whole.features.keys()];
  const body = positions.filter((position) => whole.features[position]?.special === false);
  const special = positions.filter((position) => whole.features[position]?.special === true);
  const capacity = whole.ids.length <= maxLength ? body.length : maxLength - special.length;
  if (capacity < 1) {
    throw new InputError(
      `Cannot read the text in windows: the model reads ${maxLength} tokens, and its special tokens leave no room for others; use another model`,
    );
  }
  const starts = windowStarts(body.length, capacity);
  const owners = ownersOf(starts, capacity, body.length);
  const windows = starts.map((start, w): TextWindow => {
    const read = body.slice(start, start + capacity);
    const own = new Map(read.map((position, index) => [position, owners[start + index]]));
    const kept = [...read, ...special].sort((a, b) => a - b);
    const owned = kept.map((position) => (own.get(position) === w ? 1 : 0));
    return {
      encoded: {
        text: whole.text,
        ids: kept.map((position) => whole.ids[position] as number),
        typeIds: kept.map((position) => whole.typeIds[position] as number),
        features: kept.map((position) => whole.features[position] as EncodedText["features"][number]),
        words: whole.words,
      },
      positions: kept,
      owned,
      share: owned.filter((one) => one === 1).length / body.length,
    };
  });
  return { whole, windows };
}

/** First token of each window of `capacity` tokens over `count` tokens. */
export function windowStarts(count: number, capacity: number): readonly number[] {
  if (count <= capacity) return [0];
  const stride = Math.max(1, capacity - Math.floor(capacity * OVERLAP));
  const windows = 1 + Math.ceil((count - capacity) / stride);
  return Array.from({ length: windows }, (_, w) => Math.round((w * (count - capacity)) / (windows - 1)));
}

/** For each token the window in which it is farthest from a cut; of equals the first. Cost: linear in the tokens. */
function ownersOf(starts: readonly number[], capacity: number, count: number): readonly number[] {
  let first = 0;
  return Array.from({ length: count }, (_, index) => {
    // Windows that end before this token end before all that follow.
    while ((starts[first] as number) + capacity <= index) first++;
    let owner = -1;
    let farthest = -1;
    for (let w = first; w < starts.length; w++) {
      const start = starts[w] as number;
      if (start > index) break;
      const left = start === 0 ? Number.POSITIVE_INFINITY : index - start;
      const right = start + capacity >= count ? Number.POSITIVE_INFINITY : start + capacity - 1 - index;
      const distance = Math.min(left, right);
      if (distance <= farthest) continue;
      owner = w;
      farthest = distance;
    }
    return owner;
  });
}

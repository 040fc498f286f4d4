/** @file A prompt and the answers that may follow it, in one line: each answer sees the prompt and itself alone. */

import type { TokenLayout } from "../../../input/text/tokenizer.ts";

/** Where everything lies, and the tokens of the answers that are read: all but the last of each, behind the prompt. */
export interface AnswerLayout {
  readonly layout: TokenLayout;
  readonly continuations: readonly number[];
}

/**
 * The tokens of an answer are read behind each other: the first one at the end of the prompt. An answer's last token is
 * asked for, and not read. Without answers the end of the prompt is asked what follows.
 *
 * @param length - Tokens of the prompt.
 * @param strings - Tokens of each string, none of them empty.
 */
export function layOut(length: number, strings: readonly (readonly number[])[]): AnswerLayout {
  const places = Array.from({ length }, (_, t) => t);
  const branches = new Array<number>(length).fill(0);
  const continuations: number[] = [];
  const asked: number[] = strings.length === 0 ? [length - 1] : [];
  strings.forEach((tokens, string) => {
    tokens.forEach((token, t) => {
      asked.push(t === 0 ? length - 1 : places.length - 1);
      if (t === tokens.length - 1) return;
      continuations.push(token);
      places.push(length + t);
      branches.push(string + 1);
    });
  });
  return { layout: { places, branches, asked }, continuations };
}

/**
 * The layout of what is left when tokens are taken out: places are numbered anew. What is asked for is never taken out,
 * except at the end of the prompt, in whose place the last token that is left of it is asked.
 *
 * @param kept - Positions that are left, ascending.
 */
export function keptLayout({ places, branches, asked }: TokenLayout, kept: readonly number[]): TokenLayout {
  const ownBranches = kept.map((t) => branches[t] as number);
  const prompt = ownBranches.filter((branch) => branch === 0).length;
  const length = branches.filter((branch) => branch === 0).length;
  const placeOf = new Map(kept.map((position, place) => [position, place]));
  return {
    places: kept.map((t, place) => (branches[t] === 0 ? place : (places[t] as number) - length + prompt)),
    branches: ownBranches,
    asked: asked.map((position) => placeOf.get(position) ?? prompt - 1),
  };
}

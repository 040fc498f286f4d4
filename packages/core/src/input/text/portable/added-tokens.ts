/** @file Tokens that are found in a text before anything else is: [MASK], <mask>, ... */

import type { AlignedText } from "./aligned-text.ts";
import { type JsonPart, partsOf } from "./json-part.ts";

export interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly singleWord: boolean;
  /** White space before or after it becomes part of it. */
  readonly lstrip: boolean;
  readonly rstrip: boolean;
  /** Whether it is looked for in the normalised text. */
  readonly normalized: boolean;
}

export function addedTokensOf(tokenizer: JsonPart): readonly AddedToken[] {
  return partsOf(tokenizer, "added_tokens").flatMap((token) =>
    typeof token.id === "number" && typeof token.content === "string" && token.content !== ""
      ? [
          {
            id: token.id,
            content: token.content,
            singleWord: token.single_word === true,
            lstrip: token.lstrip === true,
            rstrip: token.rstrip === true,
            normalized: typeof token.normalized === "boolean" ? token.normalized : token.special !== true,
          },
        ]
      : [],
  );
}

/** A part of a text: an added token, or text between them. */
export interface Section {
  readonly text: AlignedText;
  readonly token?: AddedToken;
}

const SPACE = /^\p{White_Space}$/u;
const WORD = /^(?:[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}]|\u200c|\u200d)$/u;

/** @param tokens - With what each looks like in this text; the longest one that begins at a place is taken. */
export function splitAtTokens(
  text: AlignedText,
  tokens: readonly { readonly token: AddedToken; readonly look: readonly string[] }[],
): readonly Section[] {
  const byLength = tokens.filter(({ look }) => look.length > 0).sort((a, b) => b.look.length - a.look.length);
  const sections: Section[] = [];
  let cursor = 0;
  let position = 0;
  const charAt = (index: number) => text[index]?.char ?? "";
  while (position < text.length) {
    const found = byLength.find(({ look }) => look.every((char, i) => charAt(position + i) === char));
    if (found === undefined) {
      position++;
      continue;
    }
    const { token, look } = found;
    let [start, end] = [position, position + look.length];
    position = end;
    if (token.singleWord && (WORD.test(charAt(start - 1)) || WORD.test(charAt(end)))) continue;
    if (token.lstrip) while (start > cursor && SPACE.test(charAt(start - 1))) start--;
    if (token.rstrip) while (SPACE.test(charAt(end))) end++;
    if (start > cursor) sections.push({ text: text.slice(cursor, start) });
    sections.push({ text: text.slice(start, end), token });
    cursor = end;
    position = end;
  }
  if (cursor < text.length) sections.push({ text: text.slice(cursor) });
  return sections;
}

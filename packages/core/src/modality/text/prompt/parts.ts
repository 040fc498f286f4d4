/** @file Parts of a prompt: where each lies, and which tokens are its own. */

import type { PromptPart } from "../../../attribution/input.ts";
import { InputError, quote } from "../../../errors.ts";
import type { TokenFeature } from "../../../input/features.ts";

/** A part with its place in the prompt: UTF-16, end exclusive. */
export interface PartSpan {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/**
 * Where parts stand in a prompt: each behind those before it, or where it stands alone if they are in another order.
 *
 * @throws {InputError} When one is empty, or does not stand in the prompt as it is.
 */
export function locateParts(prompt: string, parts: readonly (string | PromptPart)[]): readonly PartSpan[] {
  let from = 0;
  return parts.map((part, index) => {
    const { name = `part ${index + 1}`, text } = typeof part === "string" ? { text: part } : part;
    if (typeof text !== "string" || text.trim() === "") {
      throw new InputError(
        `Cannot find ${quote(name)} in the prompt: it has no text; give each part as it stands there`,
      );
    }
    const own = prompt.includes(text) ? text : text.trim();
    const behind = prompt.indexOf(own, from);
    const start = behind < 0 ? prompt.indexOf(own) : behind;
    if (start < 0) {
      throw new InputError(
        `Cannot find ${quote(name)} in the prompt: its text, which begins with ${quote(own.slice(0, 40))}, does not stand there; give each part as it stands in the prompt, spaces and line breaks included`,
      );
    }
    from = start + own.length;
    return { name, start, end: from };
  });
}

/** Tokens of each part: those that begin in it, and in no smaller one within it. */
export function positionsOf(
  parts: readonly PartSpan[],
  features: readonly TokenFeature[],
): readonly (readonly number[])[] {
  const own = parts.map((): number[] => []);
  features.forEach(({ start, end, special }, position) => {
    if (special) return;
    let best = -1;
    parts.forEach((part, index) => {
      if (end <= part.start || start >= part.end || start < part.start) return;
      const smaller = parts[best];
      if (smaller === undefined || part.end - part.start < smaller.end - smaller.start) best = index;
    });
    own[best]?.push(position);
  });
  return own;
}

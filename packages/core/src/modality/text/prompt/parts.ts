/** @file Parts of a prompt: where each lies. */

import type { PromptPart } from "../../../attribution/input.ts";
import { InputError, quote } from "../../../errors.ts";

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

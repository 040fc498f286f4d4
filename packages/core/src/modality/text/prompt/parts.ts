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
 * Where parts stand in a prompt: each behind those before it, or where it stands alone if they are in another order; of a
 * chat within a message, if it stands in one, and not in what the template says.
 *
 * @param messages - Of a chat. Default: the prompt is none.
 * @throws {InputError} When one is empty, or does not stand in the prompt as it is.
 */
export function locateParts(
  prompt: string,
  parts: readonly (string | PromptPart)[],
  messages: readonly PartSpan[] = [{ name: "", start: 0, end: prompt.length }],
): readonly PartSpan[] {
  if (!Array.isArray(parts) || !parts.every((part) => typeof part === "string" || Object(part) === part)) {
    throw new InputError(
      "Cannot find the parts in the prompt: wanted a list of texts as they stand there, or of { name, text }",
    );
  }
  let from = 0;
  return parts.map((part: string | PromptPart, index) => {
    const { name = `part ${index + 1}`, text } = typeof part === "string" ? { text: part } : part;
    if (typeof text !== "string" || text.trim() === "") {
      throw new InputError(
        `Cannot find ${quote(name)} in the prompt: it has no text; give each part as it stands there`,
      );
    }
    const own = prompt.includes(text) ? text : text.trim();
    const start = [
      startWithin(prompt, own, from, messages),
      startWithin(prompt, own, 0, messages),
      prompt.indexOf(own, from),
      prompt.indexOf(own),
    ].find((place) => place >= 0);
    if (start === undefined) {
      throw new InputError(
        `Cannot find ${quote(name)} in the prompt: its text, which begins with ${quote(own.slice(0, 40))}, does not stand there; give each part as it stands in the prompt, spaces and line breaks included`,
      );
    }
    from = start + own.length;
    return { name, start, end: from };
  });
}

/** Where a text stands in a message, from a place on; -1 where it does not. */
function startWithin(prompt: string, text: string, from: number, messages: readonly PartSpan[]): number {
  for (let start = prompt.indexOf(text, from); start >= 0; start = prompt.indexOf(text, start + 1)) {
    if (messages.some((message) => start >= message.start && start + text.length <= message.end)) return start;
  }
  return -1;
}

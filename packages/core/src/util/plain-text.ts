/** @file Text of the user or the model on one line, without anything that is not text. */

import { wellFormed } from "./well-formed.ts";

const DIRECTION_CONTROLS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * `text` as it may be shown on one line: no escape sequences, no control characters, no marks that change the
 * direction of what follows.
 */
export function printable(text: string): string {
  return wellFormed(text.replace(/[\t\r\n\u0085\u2028\u2029]+/g, " ")).replace(DIRECTION_CONTROLS, "");
}

/** `printable` text as a name; its code points where nothing of it would show: "U+202E". */
export function visible(text: string): string {
  const shown = printable(text);
  if (shown.trim() !== "" || text === "") return shown;
  const code = (character: string) => character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");
  return Array.from(text, (character) => `U+${code(character)}`).join(" ");
}

/** @file Visible characters of a text, with a short way for ASCII, where each code unit is one. */

import { graphemes } from "../util/graphemes.ts";

const ASCII = /^[\u0020-\u007e]*$/;

/** Whether every code unit of the text is a visible character of its own. */
export const isAscii = (text: string): boolean => ASCII.test(text);

/** The visible characters of a text: an emoji with its joiners and a letter with its accents are one. */
export function graphemesOf(text: string): string[] {
  return isAscii(text) ? text.split("") : [...graphemes(text)];
}

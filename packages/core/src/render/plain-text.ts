/** @file Text of the user or the model as renderers may show it. */

export { printable, visible } from "../util/plain-text.ts";

/** `text` as it is, lines included, without the controls that override the direction of letters or embed others. */
export function withoutOverrides(text: string): string {
  return text.replace(/[\u202a-\u202e\u2066-\u2069]/g, "");
}

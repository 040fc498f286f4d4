/** @file The one way to make HTML and SVG: a tagged template that escapes everything it is given. */

import { wellFormed } from "../util/well-formed.ts";

export { wellFormed };

/** Markup that is safe to insert as it is. Made by `html` and `trusted` only. */
export class Markup {
  readonly #source: string;
  constructor(source: string) {
    this.#source = source;
  }
  toString(): string {
    return this.#source;
  }
}

/** What a template may contain. null, undefined and false vanish; arrays are joined. */
export type Content = Markup | string | number | boolean | null | undefined | readonly Content[];

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** `text` as the content of an element or of a quoted attribute, in HTML and in XML. */
export function escapeMarkup(text: string): string {
  return wellFormed(text).replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}

function write(content: Content): string {
  if (content instanceof Markup) return content.toString();
  if (typeof content === "string") return escapeMarkup(content);
  if (typeof content === "number") return String(content);
  if (Array.isArray(content)) return content.map(write).join("");
  return content === true ? "true" : "";
}

/**
 * Markup from a template; every inserted value is escaped unless it is `Markup`.
 *
 * Attributes must be written with quotes around the inserted value.
 */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Markup {
  let source = strings[0]!;
  for (let i = 0; i < values.length; i++) source += write(values[i]) + strings[i + 1]!;
  return new Markup(source);
}

/** Marks constant text of this package (a style sheet, a script) as markup. Never call it with data. */
export function trusted(source: string): Markup {
  return new Markup(source);
}

/** `value` as JSON for the inside of a script element: valid JSON that cannot end the element or open a comment. */
export function embeddedJson(value: unknown): Markup {
  const json = JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return new Markup(json);
}

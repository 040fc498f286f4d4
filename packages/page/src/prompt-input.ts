/** @file Prompts in the fields of the page, and in links: from texts to the input of the library, and back. */

import type { ChatMessage, PromptInput } from "@calig/core/internal/attribution/input";
import { ClientError } from "./client.ts";
import type { Route } from "./route.ts";

/** A part as the form holds it. */
export interface NamedPart {
  readonly name: string;
  readonly text: string;
}

/** What a chat begins with. */
export const FIRST_MESSAGES: readonly ChatMessage[] = [{ role: "user", content: "" }];

/** The messages that the fields hold; undefined for a plain prompt. */
export const chatOf = ({ chat }: Route): readonly ChatMessage[] | undefined =>
  listIn(chat, ["role", "content"]) as readonly ChatMessage[] | undefined;

export const partsIn = ({ parts }: Route): readonly NamedPart[] =>
  (listIn(parts, ["name", "text"]) as readonly NamedPart[] | undefined) ?? [];

/** As the fields hold it; undefined for an empty list. */
export const written = (list: readonly object[] | undefined): string | undefined =>
  list === undefined || list.length === 0 ? undefined : JSON.stringify(list);

/** Objects with these texts. Links are typed by people: what is no list of such objects is none. */
function listIn(text: string | undefined, names: readonly string[]): readonly object[] | undefined {
  if (text === undefined) return undefined;
  try {
    const list = JSON.parse(text) as unknown;
    const fits = (one: unknown) =>
      typeof one === "object" &&
      one !== null &&
      names.every((name) => typeof (one as Readonly<Record<string, unknown>>)[name] === "string");
    return Array.isArray(list) && list.length > 0 && list.every(fits) ? (list as readonly object[]) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Labels as they are typed, a line each: `positive: good, great`. A word follows the prompt after a space; in quotation marks
 * it follows as it is: `yes: "Yes", "yes"`. Undefined where nothing is typed.
 *
 * @throws {ClientError} For a line that is none.
 */
export function verbaliserOf({ verbaliser = "" }: Route): PromptInput["verbaliser"] {
  const lines = verbaliser.split("\n").filter((line) => line.trim() !== "");
  if (lines.length === 0) return undefined;
  const labels = new Map<string, string[]>();
  for (const line of lines) {
    const colon = line.indexOf(":");
    const label = line.slice(0, Math.max(0, colon)).trim();
    const words = wordsIn(line.slice(colon + 1));
    if (colon < 0 || label === "" || words.length === 0) {
      throw new ClientError(
        `Cannot read the labels: the line “${line.trim()}” is no label with words; write “label: word, word”`,
        "InputError",
      );
    }
    labels.set(label, [...(labels.get(label) ?? []), ...words]);
  }
  // A label may be called "__proto__".
  return Object.fromEntries(labels);
}

/** Words between commas, which may stand in quotation marks. */
const wordsIn = (text: string): string[] =>
  [...text.matchAll(/\s*(?:"([^"]*)"|([^,]*))\s*(?:,|$)/g)].flatMap(([, quoted, bare = ""]) =>
    quoted !== undefined ? (quoted === "" ? [] : [quoted]) : bare.trim() === "" ? [] : [` ${bare.trim()}`],
  );

/** What is asked of a model that predicts tokens; undefined where nothing is typed. */
export function promptOf(fields: Route): PromptInput | undefined {
  const { text = "", answer, againstText, perToken } = fields;
  const chat = chatOf(fields);
  if (chat === undefined ? text.trim() === "" : chat.every(({ content }) => content.trim() === "")) return undefined;
  const parts = partsIn(fields);
  const verbaliser = answer === undefined && againstText === undefined ? verbaliserOf(fields) : undefined;
  return {
    ...(chat === undefined ? { prompt: text } : { chat }),
    ...(answer === undefined ? {} : { answer }),
    ...(againstText === undefined ? {} : { against: againstText }),
    ...(verbaliser === undefined ? {} : { verbaliser }),
    ...(parts.length === 0 ? {} : { parts }),
    ...(perToken === "true" && answer !== undefined && againstText === undefined ? { perToken: true } : {}),
  };
}

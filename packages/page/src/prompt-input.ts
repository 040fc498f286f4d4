/** @file Prompts in the fields of the page, and in links: from texts to the input of the library, and back. */

import type { ChatMessage, PromptInput } from "@calig/core/internal/attribution/input";
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

/** What is asked of a model that predicts tokens; undefined where nothing is typed. */
export function promptOf(fields: Route): PromptInput | undefined {
  const { text = "", answer, againstText, perToken } = fields;
  const chat = chatOf(fields);
  if (chat === undefined ? text.trim() === "" : chat.every(({ content }) => content.trim() === "")) return undefined;
  const parts = partsIn(fields);
  return {
    ...(chat === undefined ? { prompt: text } : { chat }),
    ...(answer === undefined ? {} : { answer }),
    ...(againstText === undefined ? {} : { against: againstText }),
    ...(parts.length === 0 ? {} : { parts }),
    ...(perToken === "true" && answer !== undefined && againstText === undefined ? { perToken: true } : {}),
  };
}

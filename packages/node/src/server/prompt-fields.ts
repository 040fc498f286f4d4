/** @file Prompts in requests: their fields as JSON Schemas, and the input of the library that they describe. */

import type { ChatMessage, PromptInput } from "@calig/core/internal/attribution/input";
import { invalid } from "./http-error.ts";
import type { JsonSchema } from "./json-schema.ts";
import { MOST_NAME } from "./option-schemas.ts";

/** Fields that a prompt is given in, one of them in a request. */
export const PROMPT_SOURCES = ["prompt", "chat"] as const;

/** Fields that say what is asked about a prompt. */
export const PROMPT_QUESTIONS = ["answer", "againstText", "verbaliser", "parts", "perToken"] as const;

/** Most messages, parts, labels, and strings of a label. */
const MOST_PIECES = 1000;

/** @param characters - Most characters of a text. */
export function promptSchemas(
  characters: number,
): Readonly<Record<(typeof PROMPT_SOURCES)[number] | (typeof PROMPT_QUESTIONS)[number], JsonSchema>> {
  const text = (description: string): JsonSchema => ({
    type: "string",
    minLength: 1,
    maxLength: characters,
    description,
  });
  const name = (description: string): JsonSchema => ({ type: "string", maxLength: MOST_NAME, description });
  const object = (properties: Readonly<Record<string, JsonSchema>>, required: readonly string[]): JsonSchema => ({
    type: "object",
    properties,
    required,
    additionalProperties: false,
  });
  return {
    prompt: text("Instead of a text, for models that predict tokens: the prompt as the model reads it"),
    chat: {
      type: "array",
      items: object(
        {
          role: name('"system", "user", "assistant", or what else the template of the model knows'),
          content: { type: "string", maxLength: characters, description: "What is said" },
        },
        ["role", "content"],
      ),
      minItems: 1,
      maxItems: MOST_PIECES,
      description: "Instead of a prompt: messages, which the chat template of the model makes a prompt of",
    },
    answer: text(
      'What follows the prompt, spaces included: " Paris". Without it, the most probable next token is explained, or that of "target"',
    ),
    againstText: text("Another answer: the score is that of the answer minus that of this one"),
    verbaliser: {
      type: "object",
      additionalProperties: { type: "array", items: text("A string"), minItems: 1, maxItems: MOST_PIECES },
      description:
        "In the place of an answer: labels, each with the strings that stand for it. target and against name labels",
    },
    parts: {
      type: "array",
      items: {
        anyOf: [
          text("As it stands in the prompt"),
          object({ name: name("What it is called"), text: text("As it stands in the prompt") }, ["text"]),
        ],
      },
      minItems: 1,
      maxItems: MOST_PIECES,
      description: "Parts of the prompt whose evidence is added up: documents, examples. Messages are parts themselves",
    },
    perToken: {
      type: "boolean",
      default: false,
      description: "Also explain each token of the answer by itself. Costs as much again for each",
    },
  };
}

/** Whether a request gives a prompt. */
export const givesPrompt = (body: Readonly<Record<string, unknown>>): boolean =>
  PROMPT_SOURCES.some((field) => body[field] !== undefined);

/**
 * The prompt of a request that the schema has let pass.
 *
 * @param most - Most characters of all messages together.
 * @throws {HttpError} 422 where they have more.
 */
export function promptIn(body: Readonly<Record<string, unknown>>, most: number): PromptInput {
  const { prompt, chat, answer, againstText, verbaliser, parts, perToken } = body as Omit<PromptInput, "against"> & {
    readonly againstText?: string;
  };
  if (chat !== undefined) checkLength(chat, most);
  return {
    ...(prompt === undefined ? {} : { prompt }),
    ...(chat === undefined ? {} : { chat }),
    ...(answer === undefined ? {} : { answer }),
    ...(againstText === undefined ? {} : { against: againstText }),
    ...(verbaliser === undefined ? {} : { verbaliser }),
    ...(parts === undefined ? {} : { parts }),
    ...(perToken === true ? { perToken } : {}),
  };
}

/** @throws {HttpError} 422 where something is asked of a prompt that is not there. */
export function refuseQuestions(body: Readonly<Record<string, unknown>>): void {
  const asked = PROMPT_QUESTIONS.filter((field) => body[field] !== undefined);
  if (asked.length > 0) throw invalid(asked.map((field) => `body.${field} goes with a prompt or a chat only`));
}

function checkLength(chat: readonly ChatMessage[], most: number): void {
  const length = chat.reduce((sum, { content }) => sum + content.length, 0);
  if (length > most) {
    throw invalid([`body.chat must have at most ${most} characters in all messages together, it has ${length}`]);
  }
}

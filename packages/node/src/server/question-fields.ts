/** @file What requests ask of an input besides its class: their fields as JSON Schemas, and those of a request. */

import type { ImageInput, TextInput } from "@calig/core/internal/attribution/input";
import { invalid } from "./http-error.ts";
import type { JsonSchema } from "./json-schema.ts";
import { MOST_NAME } from "./option-schemas.ts";

/** Those of texts, and those of pictures, too. */
const OF_TEXTS = ["direction", "textPrompt", "withPrompt", "pairs", "multiLabel", "query", "question", "mask"] as const;
const OF_BOTH = ["with", "labels", "hypothesis"] as const;
/** Those of pictures alone. */
const OF_PICTURES = ["side"] as const;
export const QUESTION_FIELDS = [...OF_TEXTS, ...OF_BOTH, ...OF_PICTURES] as const;

/** Most labels, and most texts that a text is compared with. */
const MOST_TEXTS = 100;
/** Most numbers of an embedding. */
const MOST_NUMBERS = 65_536;

/** @param characters - Most characters of a text. */
export function questionSchemas(characters: number): Readonly<Record<(typeof QUESTION_FIELDS)[number], JsonSchema>> {
  const text = (description: string): JsonSchema => ({
    type: "string",
    minLength: 1,
    maxLength: characters,
    description,
  });
  const texts = (items: string): JsonSchema => ({
    type: "array",
    items: text(items),
    minItems: 1,
    maxItems: MOST_TEXTS,
  });
  const name = (description: string): JsonSchema => ({ type: "string", maxLength: MOST_NAME, description });
  return {
    with: {
      anyOf: [text("A text"), texts("One of several texts, of which the mean is taken")],
      description:
        "Models that make embeddings: the text that this one, or the picture, is compared with, which is held fixed",
    },
    direction: {
      type: "array",
      items: { type: "number" },
      minItems: 1,
      maxItems: MOST_NUMBERS,
      description: "In its place: a vector, as long as an embedding",
    },
    textPrompt: name("Models that make embeddings: name of the prompt that is put before the text"),
    withPrompt: name("The same of the other text"),
    pairs: {
      type: "boolean",
      default: false,
      description: "Also which word with which word of the other text",
    },
    labels: {
      ...texts("A label"),
      description:
        "Models of entailment, or of pictures and texts: labels that the model was never trained on; target names the one that is explained",
    },
    hypothesis: text("What a label becomes, with {} in its place"),
    side: {
      type: "string",
      enum: ["image", "text"],
      default: "image",
      description: "Where a picture is compared with a text: whether patches or words are explained",
    },
    multiLabel: { type: "boolean", default: false, description: "Whether several labels may fit" },
    query: text("Models of relevance: the query that the text is judged by, which is held fixed"),
    question: text("Models that answer from a text: the question, which is held fixed"),
    mask: {
      type: "integer",
      minimum: 1,
      description: "Models that fill masks, where the text has several: which one is asked for",
    },
  };
}

/** What a request asks of its input. @throws {HttpError} 422 for what is asked of texts where it is a file. */
export function questionsIn(
  body: Readonly<Record<string, unknown>>,
  isFile: boolean,
): Omit<TextInput, "text"> | Omit<ImageInput, "image"> {
  const asked = QUESTION_FIELDS.filter((field) => body[field] !== undefined);
  const others: readonly string[] = isFile ? OF_TEXTS : OF_PICTURES;
  const wrong = asked.filter((field) => others.includes(field));
  if (wrong.length > 0)
    throw invalid(wrong.map((field) => `body.${field} goes with a ${isFile ? "text" : "picture"} only`));
  return Object.fromEntries(asked.map((field) => [field, body[field]]));
}

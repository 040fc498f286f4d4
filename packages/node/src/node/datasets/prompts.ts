/** @file Prompts of language models with what is asked of them: fields `prompt` or `messages`, and where there are any `answer`, `against`, `verbaliser` with `label`, `parts`, `relevant`, `id`. */

import type { ChatMessage, PromptInput, PromptPart } from "@calig/core/internal/attribution/input";
import { InputError } from "@calig/core/internal/errors";
import { type DatasetLayout, type DatasetRow, firstRecord } from "@calig/core/internal/evaluation/dataset-layout";
import { jsonRecords } from "../json-rows.ts";
import { JSON_ENDINGS } from "../read-rows.ts";

export const prompts: DatasetLayout = {
  name: "prompts",
  summary:
    "JSON, for language models: prompt or messages, and where there are any answer, against, verbaliser (and the true label), parts (texts, or objects with name and text), relevant (the part that holds the answer, or a list: names, or indices from 0) and id",
  matches: (file) => !file.asked && JSON_ENDINGS.includes(file.extension) && isPrompt(firstFields(file)),
  async read({ path, content }) {
    const { rows, counted } = jsonRecords(content, path);
    return {
      rows: rows.map(({ line, fields }) => ({
        line,
        item: fields instanceof InputError ? fields : promptItem(fields),
      })),
      counted,
    };
  },
};

type Fields = Readonly<Record<string, unknown>>;

/** The first object: of a line, or of a list. */
function firstFields(file: Parameters<DatasetLayout["matches"]>[0]): Fields {
  const first = firstRecord(file);
  if (first !== undefined || file.extension !== ".json") return first ?? {};
  try {
    const { rows } = jsonRecords(file.content, file.path);
    const found = rows.find(({ fields }) => !(fields instanceof InputError))?.fields;
    return (found ?? {}) as Fields;
  } catch {
    // Whoever reads it as something else says what is wrong.
    return {};
  }
}

/** A column of texts may be called "prompt", too: then it has labels that nothing stands for, or a text beside it. */
const isPrompt = (fields: Fields): boolean =>
  (typeof fields.prompt === "string" || Array.isArray(chatOf(fields))) &&
  fields.text === undefined &&
  (fields.label === undefined || fields.verbaliser !== undefined);

const chatOf = ({ messages, chat }: Fields): unknown => messages ?? chat;

const isText = (value: unknown): value is string => typeof value === "string" && value !== "";
const isPart = (value: unknown): value is string | PromptPart =>
  isText(value) || (typeof value === "object" && value !== null && isText((value as Partial<PromptPart>).text));
const isName = (value: unknown): value is string | number => isText(value) || Number.isInteger(value);

/** A prompt from its fields, or what is wrong with them. */
export function promptItem(fields: Fields): DatasetRow["item"] {
  const { prompt, answer, against, verbaliser, label, parts, relevant, id } = fields;
  const chat = chatOf(fields);
  if ((prompt === undefined) === (chat === undefined)) {
    return new InputError(
      prompt === undefined
        ? 'it has neither "prompt" nor "messages"; give one of them'
        : 'it has both "prompt" and "messages"; give one of them',
    );
  }
  if (prompt !== undefined && !isText(prompt)) return new InputError('field "prompt" is no text');
  if (chat !== undefined && !Array.isArray(chat)) {
    return new InputError('field "messages" is no list of messages, each with "role" and "content"');
  }
  for (const [name, value] of Object.entries({ answer, against })) {
    if (value !== undefined && value !== null && !isText(value)) return new InputError(`field "${name}" is no text`);
  }
  if (label !== undefined && (verbaliser === undefined || !isName(label))) {
    return new InputError('field "label" is no label of a "verbaliser"; give one, or what is asked as "answer"');
  }
  const given = parts ?? [];
  if (!Array.isArray(given) || !given.every(isPart)) {
    return new InputError('field "parts" is no list of texts, or of objects with "name" and "text"');
  }
  const holding = relevant === undefined || relevant === null ? [] : [relevant].flat();
  if (!holding.every(isName)) {
    return new InputError('field "relevant" is neither the name nor the index of a part, nor a list of them');
  }
  const input: PromptInput = {
    ...(chat === undefined ? { prompt: prompt as string } : { chat: chat as readonly ChatMessage[] }),
    ...(isText(answer) ? { answer } : {}),
    ...(isText(against) ? { against } : {}),
    ...(verbaliser === undefined ? {} : { verbaliser: verbaliser as NonNullable<PromptInput["verbaliser"]> }),
    ...(given.length === 0 ? {} : { parts: given }),
  };
  return {
    input,
    ...(isText(id) || typeof id === "number" ? { id: String(id) } : {}),
    ...(label === undefined ? {} : { label: label as string | number }),
    ...(holding.length === 0 ? {} : { relevantParts: holding }),
  };
}

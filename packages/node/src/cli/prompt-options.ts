/** @file Prompts on the command line: the prompt or chat, the answers that are asked about, and files that hold them. */

import type { ChatMessage, PromptInput, PromptPart } from "@calig/core/internal/attribution/input";
import { InputError, quote, UsageError } from "@calig/core/internal/errors";
import { readText } from "../node/read-text.ts";
import { type OptionKey, type OptionValues, optionName } from "./options.ts";

export const PROMPT_OPTIONS = [
  "prompt",
  "promptFile",
  "chat",
  "answer",
  "answerFile",
  "againstText",
  "verbaliser",
  "parts",
  "perToken",
] as const satisfies readonly OptionKey[];

export type PromptOptions = Pick<OptionValues, (typeof PROMPT_OPTIONS)[number]>;

/** Those that a prompt is made of. */
const SOURCES = ["prompt", "promptFile", "chat"] as const;

/** The options that were given, as people write them. */
export const namedPrompt = (options: PromptOptions): readonly string[] =>
  SOURCES.filter((key) => options[key] !== undefined).map(optionName);

/**
 * The prompt that the options describe; undefined where they describe none.
 *
 * @throws {UsageError} When options exclude each other, or ask about a prompt that is not there.
 * @throws {InputError} When a file cannot be read as what it should be.
 */
export async function givenPrompt(options: PromptOptions): Promise<PromptInput | undefined> {
  const sources = namedPrompt(options);
  const others = PROMPT_OPTIONS.filter((key) => !isSource(key) && options[key] !== undefined).map(optionName);
  if (sources.length > 1) throw new UsageError(`Cannot explain ${sources.join(" and ")} at once: give one of them`);
  if (sources.length === 0) {
    if (others.length === 0) return undefined;
    throw new UsageError(
      `Cannot use ${others[0]} without a prompt: give one with --prompt, --prompt-file or --chat, and a model that predicts tokens`,
    );
  }
  const { prompt, promptFile, chat, answer, answerFile, againstText, verbaliser, parts, perToken } = options;
  if (answer !== undefined && answerFile !== undefined) {
    throw new UsageError("Cannot use --answer and --answer-file at once: give one of them");
  }
  const own = promptFile === undefined ? prompt : await readText(promptFile);
  const asked = answerFile === undefined ? answer : await readText(answerFile);
  return {
    ...(own === undefined ? {} : { prompt: own }),
    ...(chat === undefined ? {} : { chat: await readMessages(chat) }),
    ...(asked === undefined ? {} : { answer: asked }),
    ...(againstText === undefined ? {} : { against: againstText }),
    ...(verbaliser === undefined ? {} : { verbaliser: await readVerbaliser(verbaliser) }),
    ...(parts === undefined ? {} : { parts: await readParts(parts) }),
    ...(perToken === true ? { perToken } : {}),
  };
}

const isSource = (key: OptionKey): boolean => (SOURCES as readonly OptionKey[]).includes(key);

/** A list of messages, or a record that has one in "messages", as requests to chat models have. */
async function readMessages(file: string): Promise<readonly ChatMessage[]> {
  const content = await readJson(file);
  const list = isRecord(content) ? content.messages : content;
  if (Array.isArray(list)) return list as readonly ChatMessage[];
  throw wrong(file, "a list of messages", '[{ "role": "user", "content": "Where is Paris?" }]');
}

/** Texts, or records with a text and a name, under whichever of the usual names. */
async function readParts(file: string): Promise<readonly PromptPart[]> {
  const content = await readJson(file);
  const list = isRecord(content) ? (content.parts ?? content.documents) : content;
  if (!Array.isArray(list)) throw wrong(file, "a list of parts", '[{ "name": "document 1", "text": "..." }]');
  return list.map((part: unknown): PromptPart => {
    if (typeof part === "string") return { text: part };
    const record = isRecord(part) ? part : {};
    const text = record.text ?? record.content ?? record.contents;
    const name = record.name ?? record.title ?? record.id;
    if (typeof text !== "string") throw wrong(file, "parts with a text", '{ "name": "document 1", "text": "..." }');
    return { text, ...(name === undefined ? {} : { name: String(name) }) };
  });
}

async function readVerbaliser(file: string): Promise<NonNullable<PromptInput["verbaliser"]>> {
  const content = await readJson(file);
  const example = '{ "positive": [" good", " great"], "negative": [" bad"] }';
  if (!isRecord(content)) throw wrong(file, "labels, each with a list of strings", example);
  return Object.fromEntries(
    Object.entries(content).map(([label, strings]) => [label, typeof strings === "string" ? [strings] : strings]),
  ) as NonNullable<PromptInput["verbaliser"]>;
}

async function readJson(file: string): Promise<unknown> {
  if (/^\s*(\{.*\}|\[.*\])\s*$/s.test(file)) {
    throw new UsageError(
      `Cannot read a file ${quote(file)}: that is JSON itself; write it into a file and give its name`,
    );
  }
  const text = await readText(file);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new InputError(`Cannot read ${quote(file)}: it is not valid JSON; check the file`, { cause });
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const wrong = (file: string, wanted: string, example: string): InputError =>
  new InputError(`Cannot read ${quote(file)}: wanted ${wanted}, as in ${example}`);

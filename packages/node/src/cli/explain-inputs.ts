/** @file What `calig explain` is to explain: from its arguments, from standard input or from a file. */

import { stat } from "node:fs/promises";
import { extname, join } from "node:path";
import type { ExplainableModel, Modality } from "@calig/core/internal/attribution/explainable-model";
import type { PromptInput, TextInput } from "@calig/core/internal/attribution/input";
import { SCORE_KINDS } from "@calig/core/internal/attribution/option-words";
import { InputError, quote, UsageError } from "@calig/core/internal/errors";
import type { RowOptions } from "@calig/core/internal/evaluation/dataset-layout";
import type { Extensions } from "@calig/core/internal/extend/extension";
import { type FileModality, fileModalities } from "@calig/core/internal/modality/input-forms";
import { text as texts } from "@calig/core/internal/modality/text/text";
import type { GivenOptions } from "@calig/core/internal/options/option";
import { defaultModelOf } from "../node/builtin-models.ts";
import { foreignEnding } from "../node/foreign-files.ts";
import { inputFilesOf, isFileOf } from "../node/input-files.ts";
import { tablesIn } from "../node/input-tables.ts";
import { INPUT_EXTENSIONS, type InputFile, readInputs } from "../node/read-inputs.ts";
import { asksForColumns, ROW_OPTIONS } from "../node/read-rows.ts";
import { readText } from "../node/read-text.ts";
import { modalitiesOf } from "./file-options.ts";
import { given } from "./given.ts";
import { readAll } from "./io.ts";
import { type OptionValues, optionName } from "./options.ts";
import { givenPrompt, namedPrompt, type PromptOptions } from "./prompt-options.ts";
import type { Terminal } from "./terminal.ts";

/** What is asked of a text besides its class: the text that it is compared with, labels, a query, a question, which mask. */
export const QUESTION_OPTIONS = [
  "with",
  "textPrompt",
  "withPrompt",
  "pairs",
  "labels",
  "hypothesis",
  "multiLabel",
  "query",
  "question",
  "mask",
  "side",
] as const;

/** Of these, what is asked of a picture. */
const OF_PICTURES: readonly string[] = ["labels", "hypothesis", "side"];

/** Those that can be the same for many texts. */
export const COMMON_QUESTIONS = QUESTION_OPTIONS.filter((key) => key !== "mask");

/** A question that is the name of a score is meant as one: other commands have the option of the score under that name, too. */
export function asScore<Given extends Pick<OptionValues, "question" | "score">>(
  options: Given,
  { question: own }: Pick<Extensions, "question">,
): Given {
  const { question, score, ...others } = options;
  const names: readonly string[] = [...SCORE_KINDS, ...own.map(({ name }) => name)];
  if (question === undefined || score !== undefined || !names.includes(question)) return options;
  return { ...others, score: question } as Given;
}

export interface InputChoice extends RowOptions, PromptOptions, Pick<OptionValues, (typeof QUESTION_OPTIONS)[number]> {
  readonly words: readonly string[];
  readonly text?: string;
  readonly textFile?: string;
  readonly pair?: string;
  readonly input?: string;
  /** Options of inputs that are files: { image: "photo.jpg" }. */
  readonly fileOptions: GivenOptions;
}

export type ExplainInputs =
  | { readonly kind: "one"; readonly input: TextInput | PromptInput }
  | ({ readonly kind: "rows"; readonly file: string } & InputFile)
  | ({ readonly kind: "files" } & InputFiles);

/** Files of one kind of input. */
export interface InputFiles {
  readonly modality: FileModality;
  readonly files: readonly string[];
  /** The folder that they were found in. */
  readonly folder?: string;
  /** What is asked of each: a text that a picture is compared with, labels. */
  readonly question?: object;
}

/** @throws {UsageError} When there is nothing to explain, or more than one thing names it. */
export async function chooseInputs(
  choice: InputChoice,
  terminal: Terminal,
  extensions: Pick<Extensions, "modality">,
): Promise<ExplainInputs> {
  const { words, text, textFile, pair, input, fileOptions } = choice;
  const kinds = fileModalities(modalitiesOf(extensions));
  const asFiles = kinds.filter(({ field }) => fileOptions[field] !== undefined);
  // A picture is compared with a text.
  const compared = asFiles.length === 1 && text !== undefined;
  const named = [
    ...(words.length > 0 ? ["TEXT"] : []),
    ...(text === undefined || compared ? [] : ["--text"]),
    ...(textFile === undefined ? [] : ["--text-file"]),
    ...asFiles.map(({ field }) => optionName(field)),
    ...(input === undefined ? [] : ["--input"]),
    ...namedPrompt(choice).slice(0, 1),
  ];
  if (named.length > 1) throw new UsageError(`Cannot explain ${named.join(" and ")} at once: give one of them`);
  const prompt = await givenPrompt(choice);
  const [modality] = asFiles;
  if (pair !== undefined && prompt !== undefined) {
    throw new UsageError(`Cannot use --pair with ${namedPrompt(choice)[0]}: a language model reads one prompt`);
  }
  if (pair !== undefined && (modality !== undefined || input !== undefined)) {
    throw new UsageError(
      `Cannot use --pair with ${named[0]}: in an input file, the second text is in a field or column "pair", or in the one that --pair-column names`,
    );
  }
  const pictures = modality !== undefined || (input !== undefined && (await holdsFiles(input, kinds)));
  const [similar] = QUESTION_OPTIONS.filter(
    (key) => choice[key] !== undefined && !(pictures && OF_PICTURES.includes(key)),
  );
  if (similar !== undefined && (prompt !== undefined || modality !== undefined || input !== undefined)) {
    throw new UsageError(
      `Cannot use ${optionName(similar)} with ${named[0]}: it is asked of one text; give the text as an argument or with --text`,
    );
  }
  const rows = given(choice, ROW_OPTIONS);
  const tables = input === undefined ? undefined : await severalTables(input, kinds);
  if (asksForColumns(rows) && (input === undefined || (tables === undefined && (await isFolder(input))))) {
    const [key = "textColumn"] = ROW_OPTIONS.filter((option) => choice[option] !== undefined);
    throw new UsageError(`Cannot use ${optionName(key)} without a file of texts: name one with --input`);
  }
  if (prompt !== undefined) return { kind: "one", input: prompt };
  const question = { ...questioned(choice), ...(compared ? { text } : {}) };
  const asked = Object.keys(question).length === 0 ? {} : { question };
  if (modality !== undefined) {
    return { kind: "files", modality, files: [fileOptions[modality.field] as string], ...asked };
  }
  if (input !== undefined && tables !== undefined) {
    const read = await Promise.all(
      tables.map(async (file) => {
        const content = await readInputs(file, rows);
        return { ...content, entries: content.entries.map((entry) => ({ ...entry, file })) };
      }),
    );
    const [first] = read;
    if (first?.note !== undefined) await terminal.note(first.note);
    const entries = read.flatMap((content) => content.entries);
    return { kind: "rows", file: input, entries, counted: first?.counted ?? "line" };
  }
  if (input !== undefined && (await isFolder(input))) {
    const found = await inputFilesOf(input, kinds, "explain");
    return {
      kind: "files",
      modality: found.modality,
      files: found.names.map((name) => join(input, name)),
      folder: input,
      ...asked,
    };
  }
  if (input !== undefined) {
    const read = await readInputs(input, rows);
    if (read.note !== undefined) await terminal.note(read.note);
    return { kind: "rows", file: input, ...read };
  }
  const file = textFile ?? (choice.question === undefined ? undefined : await fileMeant(text, terminal));
  const own = file === undefined ? (text ?? (await positional(words, terminal, kinds))) : await readText(file);
  if (own.trim() === "") throw new UsageError("Cannot explain an empty text: give at least one word");
  return {
    kind: "one",
    input: { text: own, ...(pair === undefined ? {} : { pair }), ...questioned(choice) },
  };
}

/** The tables that a pattern or a folder means; undefined for one file, and for a folder of pictures. */
async function severalTables(input: string, kinds: readonly FileModality[]): Promise<readonly string[] | undefined> {
  if (await holdsFiles(input, kinds)) return undefined;
  return tablesIn(input);
}

const holdsFiles = async (input: string, kinds: readonly FileModality[]): Promise<boolean> =>
  (await isFolder(input)) && (await inputFilesOf(input, kinds, "explain").then(isThere, isNone));

const isThere = () => true;
const isNone = () => false;

/** A file that answers a question, where --text names one: no text that holds an answer is the name of a file. */
async function fileMeant(text: string | undefined, terminal: Terminal): Promise<string | undefined> {
  if (text === undefined || !TEXT_FILE.test(text)) return undefined;
  const isFile = await stat(text).then((found) => found.isFile(), isNone);
  if (!isFile) return undefined;
  await terminal.note(`The text is that of the file ${quote(text)}`);
  return text;
}

const TEXT_FILE = /^\S+\.(txt|md|text)$/i;

/** What is asked of the input. */
export function questioned(choice: Pick<OptionValues, (typeof QUESTION_OPTIONS)[number]>): object {
  const { labels, ...others } = given(choice, QUESTION_OPTIONS);
  if (labels === undefined) return others;
  return { ...others, labels: labels.split(",").map((label) => label.trim()) };
}

const isFolder = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined))?.isDirectory() === true;

async function positional(
  words: readonly string[],
  { io, note }: Terminal,
  kinds: readonly FileModality[],
): Promise<string> {
  const [word] = words;
  if (word === undefined) {
    throw new UsageError(
      `Nothing to explain: give a text, as in calig explain "A moving film"${io.isTTY.stdin ? "" : ", or - to read it from standard input"}, or a file of texts with --input`,
    );
  }
  if (words.length > 1) {
    throw new UsageError(
      `Cannot explain ${words.length} separate arguments: put the text in quotes, as in calig explain "${words.join(" ")}"`,
    );
  }
  if (word === "-") {
    if (io.isTTY.stdin) await note("Reading the text from standard input; Ctrl-D ends it");
    // The line end that echo and editors add is no part of the text.
    return (await readAll(io.stdin)).replace(/\r?\n$/, "");
  }
  await refuseFile(word, kinds);
  return word;
}

/** Nobody means to explain the name of a file. @throws {UsageError} */
async function refuseFile(word: string, kinds: readonly FileModality[]): Promise<void> {
  if (word.includes("\n") || word.length > 1024) return;
  const found = await stat(word).catch(() => undefined);
  if (found === undefined || (found.isDirectory() && !/[/\\]/.test(word))) return;
  const extension = extname(word).toLowerCase();
  const foreign = foreignEnding(extension, word);
  const own = kinds.find((modality) => isFileOf(modality, word));
  const remedy = found.isDirectory()
    ? "to use it as the model give --model"
    : INPUT_EXTENSIONS.includes(extension)
      ? `to explain the texts in it run calig explain --input ${shellWord(word)}`
      : own !== undefined
        ? `to explain the ${own.file.called} run calig explain ${optionName(own.field)} ${shellWord(word)}`
        : foreign !== undefined
          ? `it is ${foreign.what}: ${foreign.remedy}`
          : `to explain its content run calig explain - < ${shellWord(word)}`;
  throw new UsageError(
    `Cannot explain ${quote(word)}: it is a ${found.isDirectory() ? "folder" : "file"}; ${remedy}, to explain the name itself give it with --text`,
  );
}

const shellWord = (word: string): string => (/^[\w./\\:-]+$/.test(word) ? word : `"${word}"`);

/** The kind of inputs that were chosen: rows and words are texts, whatever the model makes of them. */
const kindOfInputs = (inputs: ExplainInputs): Modality => (inputs.kind === "files" ? inputs.modality : texts);

/** The model for them where none is named. @throws {UsageError} When there is none. */
export const modelFor = (inputs: ExplainInputs): string => defaultModelOf(kindOfInputs(inputs));

/** What they are called: "picture". */
export const calledInputs = (inputs: ExplainInputs): string =>
  inputs.kind === "files" ? inputs.modality.file.called : "text";

/** @throws {InputError} When files of one kind were chosen, and the model reads another. */
export function checkFiles(inputs: ExplainInputs, { facts, modality: { name, noun } }: ExplainableModel): void {
  if (inputs.kind !== "files" || inputs.modality.name === name) return;
  const { file, noun: wanted } = inputs.modality;
  throw new InputError(
    `Cannot explain the ${file.called} ${quote(inputs.files[0])} with model "${facts.id}": it reads ${noun.many}; name a model that reads ${wanted.many} with --model`,
  );
}

/** @file What `calig explain` is to explain: from its arguments, from standard input or from a file. */

import { readdir, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import type { TextInput } from "@calig/core/internal/attribution/input";
import { InputError, quote, UsageError } from "@calig/core/internal/errors";
import type { RowOptions } from "@calig/core/internal/evaluation/dataset-layout";
import { foreignEnding } from "../node/foreign-files.ts";
import { IMAGE_EXTENSIONS } from "../node/image-file.ts";
import { asksForColumns, ROW_OPTIONS } from "../node/read-rows.ts";
import { given } from "./given.ts";
import { readAll } from "./io.ts";
import { optionName } from "./options.ts";
import { INPUT_EXTENSIONS, type InputFile, readInputs } from "./read-inputs.ts";
import type { Terminal } from "./terminal.ts";

export interface InputChoice extends RowOptions {
  readonly words: readonly string[];
  readonly text?: string;
  readonly pair?: string;
  readonly image?: string;
  readonly input?: string;
}

/** How pictures are read (`ImageFileOptions`). */
export const PICTURE_OPTIONS = ["background", "deepGrey"] as const;

export type ExplainInputs =
  | { readonly kind: "one"; readonly input: TextInput }
  | ({ readonly kind: "file"; readonly file: string } & InputFile)
  | { readonly kind: "images"; readonly files: readonly string[]; readonly folder?: string };

/** @throws {UsageError} When there is nothing to explain, or more than one thing names it. */
export async function chooseInputs(choice: InputChoice, terminal: Terminal): Promise<ExplainInputs> {
  const { words, text, pair, image, input } = choice;
  const named = [
    ...(words.length > 0 ? ["TEXT"] : []),
    ...(text === undefined ? [] : ["--text"]),
    ...(image === undefined ? [] : ["--image"]),
    ...(input === undefined ? [] : ["--input"]),
  ];
  if (named.length > 1) throw new UsageError(`Cannot explain ${named.join(" and ")} at once: give one of them`);
  if (pair !== undefined && (image !== undefined || input !== undefined)) {
    throw new UsageError(
      `Cannot use --pair with ${named[0]}: in an input file, the second text is in a field or column "pair", or in the one that --pair-column names`,
    );
  }
  const rows = given(choice, ROW_OPTIONS);
  if (asksForColumns(rows) && (input === undefined || (await isFolder(input)))) {
    const [key = "textColumn"] = ROW_OPTIONS.filter((option) => choice[option] !== undefined);
    throw new UsageError(`Cannot use ${optionName(key)} without a file of texts: name one with --input`);
  }
  if (image !== undefined) return { kind: "images", files: [image] };
  if (input !== undefined && (await isFolder(input))) {
    return { kind: "images", files: await imagesOf(input), folder: input };
  }
  if (input !== undefined) {
    const read = await readInputs(input, rows);
    if (read.note !== undefined) await terminal.note(read.note);
    return { kind: "file", file: input, ...read };
  }
  const own = text ?? (await positional(words, terminal));
  if (own.trim() === "") throw new UsageError("Cannot explain an empty text: give at least one word");
  return { kind: "one", input: { text: own, ...(pair === undefined ? {} : { pair }) } };
}

const isFolder = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined))?.isDirectory() === true;

/** The image files of a folder and of the folders in it, sorted. @throws {UsageError} When there are none. */
async function imagesOf(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder, { recursive: true });
  const files = names.filter((name) => IMAGE_EXTENSIONS.includes(extname(name).toLowerCase())).sort();
  if (files.length > 0) return files.map((name) => join(folder, name));
  throw new UsageError(
    `Cannot explain ${quote(folder)}: there are no images in this folder; images end in ${IMAGE_EXTENSIONS.join(", ")}`,
  );
}

async function positional(words: readonly string[], { io, note }: Terminal): Promise<string> {
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
  await refuseFile(word);
  return word;
}

/** Nobody means to explain the name of a file. @throws {UsageError} */
async function refuseFile(word: string): Promise<void> {
  if (word.includes("\n") || word.length > 1024) return;
  const found = await stat(word).catch(() => undefined);
  if (found === undefined || (found.isDirectory() && !/[/\\]/.test(word))) return;
  const extension = extname(word).toLowerCase();
  const foreign = foreignEnding(extension, word);
  const remedy = found.isDirectory()
    ? "to use it as the model give --model"
    : INPUT_EXTENSIONS.includes(extension)
      ? `to explain the texts in it run calig explain --input ${shellWord(word)}`
      : IMAGE_EXTENSIONS.includes(extension)
        ? `to explain the image run calig explain --image ${shellWord(word)}`
        : foreign !== undefined
          ? `it is ${foreign.what}: ${foreign.remedy}`
          : `to explain its content run calig explain - < ${shellWord(word)}`;
  throw new UsageError(
    `Cannot explain ${quote(word)}: it is a ${found.isDirectory() ? "folder" : "file"}; ${remedy}, to explain the name itself give it with --text`,
  );
}

const shellWord = (word: string): string => (/^[\w./\\:-]+$/.test(word) ? word : `"${word}"`);

/** Why an image cannot be explained with a model. */
export function imageError(file: string, model: string): InputError {
  return new InputError(
    `Cannot explain image ${quote(file)} with model "${model}": it reads texts; name an image model with --model`,
  );
}

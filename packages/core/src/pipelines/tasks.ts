/** @file The tasks of transformers.js that calig explains: what a model is loaded for, and what a pipeline's input is to calig. */

import type { ExplainableModel } from "../attribution/explainable-model.ts";
import type { ChatMessage, ImageInput, PromptInput, TextInput } from "../attribution/input.ts";
import { InputError, InvalidOptionError, quote, wordList } from "../errors.ts";
import { CHANNELS, type RgbImage, rgbImage } from "../input/image/rgb-image.ts";
import type { Task } from "../loading/task.ts";

/** A picture as transformers.js has it: `RawImage`. */
export interface RawPicture {
  readonly data: ArrayLike<number>;
  readonly width: number;
  readonly height: number;
  /** 1 for grey, 3 for red, green and blue, 4 with opacity, which is left out as by pipelines. */
  readonly channels: number;
}

/**
 * What is explained: what the pipeline itself takes (a text; a prompt or messages; a picture, or where it is), or what calig
 * takes (`{ text, labels }`, `{ prompt, answer }`).
 */
export type PipelineInput =
  | string
  | URL
  | Blob
  | Uint8Array
  | RawPicture
  | readonly ChatMessage[]
  | TextInput
  | PromptInput
  | ImageInput
  | AskedText
  | LabelledPicture;

/** A question and the text that answers it, as pipelines call it. */
export interface AskedText {
  readonly question: string;
  readonly context: string;
}

/** A picture, as pipelines take it, and labels to choose from. */
export interface LabelledPicture extends Omit<ImageInput, "image"> {
  readonly image: string | URL | Blob | Uint8Array | RawPicture | RgbImage;
  readonly labels: readonly string[];
}

/** Reads a picture that a pipeline would read. */
export type PictureReader = (picture: string | URL | Blob | Uint8Array) => Promise<RgbImage>;

/** A task of transformers.js. */
export interface PipelineTask {
  readonly name: string;
  readonly aliases: readonly string[];
  /** What the model is used for, as calig calls it. */
  readonly loaded: Task;
  /** What a pipeline's input is to `explain`. What is calig's own already stays what it is. */
  input(given: PipelineInput, readPicture: PictureReader): object | Promise<object>;
}

const isOwn = (given: PipelineInput): given is TextInput | PromptInput | ImageInput =>
  typeof given === "object" && !Array.isArray(given) && ["text", "prompt", "chat", "image"].some((key) => key in given);

const asText = (given: PipelineInput): object => (isOwn(given) ? given : { text: given });

const asLabelled = (given: PipelineInput): object => {
  const own = asText(given);
  if ("labels" in own) return own;
  throw new InputError(
    "Cannot choose a label for the text: found no labels; give { text, labels }, as the pipeline is given both",
  );
};

const asAsked = (given: PipelineInput): object => {
  if (typeof given !== "object" || !("context" in given)) return asText(given);
  const { context, ...others } = given;
  return { text: context, ...others };
};

const asPrompt = (given: PipelineInput): object =>
  isOwn(given) ? given : Array.isArray(given) ? { chat: given } : { prompt: given };

type Picture = LabelledPicture["image"];

async function asPicture(given: PipelineInput, readPicture: PictureReader): Promise<object> {
  if (isOwn(given)) return given;
  return { image: await readAny(given as Picture, readPicture) };
}

/** What a label becomes in pipelines of transformers.js: that of transformers ends in a full stop. */
const PHOTO = "This is a photo of {}";

async function asLabelledPicture(given: PipelineInput, readPicture: PictureReader): Promise<object> {
  const { image, labels, text } = given as Partial<LabelledPicture>;
  if (image === undefined || (labels === undefined && text === undefined)) {
    throw new InputError(
      "Cannot choose a label for the picture: found no labels; give { image, labels }, as the pipeline is given both",
    );
  }
  const asked = labels === undefined ? {} : { hypothesis: PHOTO };
  return { ...asked, ...(given as object), image: await readAny(image, readPicture) };
}

async function readAny(picture: Picture, readPicture: PictureReader): Promise<RgbImage> {
  if (typeof picture !== "object" || !("data" in picture)) return readPicture(picture as Parameters<PictureReader>[0]);
  return "channels" in picture ? fromRaw(picture) : picture;
}

function fromRaw({ data, width, height, channels }: RawPicture): RgbImage {
  const pixels = new Uint8Array(width * height * CHANNELS);
  const colour = channels < CHANNELS ? () => 0 : (c: number) => c;
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < CHANNELS; c++) pixels[i * CHANNELS + c] = data[i * channels + colour(c)] as number;
  }
  return rgbImage(width, height, pixels);
}

/** Adding a task is a line here. */
export const PIPELINE_TASKS: readonly PipelineTask[] = [
  {
    name: "text-classification",
    aliases: ["sentiment-analysis"],
    loaded: "classification",
    input: asText,
  },
  { name: "token-classification", aliases: ["ner"], loaded: "classification", input: asText },
  { name: "zero-shot-classification", aliases: [], loaded: "zero-shot", input: asLabelled },
  { name: "feature-extraction", aliases: ["embeddings"], loaded: "similarity", input: asText },
  { name: "fill-mask", aliases: [], loaded: "fill-mask", input: asText },
  { name: "question-answering", aliases: [], loaded: "question-answering", input: asAsked },
  { name: "text-generation", aliases: [], loaded: "text-generation", input: asPrompt },
  { name: "image-classification", aliases: [], loaded: "classification", input: asPicture },
  { name: "zero-shot-image-classification", aliases: [], loaded: "zero-shot-image", input: asLabelledPicture },
];

/**
 * An input of a pipeline as `explain` takes it.
 *
 * @throws {InputError} When it is none, or several.
 */
export async function pipelineInput(
  { name, input }: PipelineTask,
  given: PipelineInput,
  readPicture: PictureReader,
): Promise<object> {
  const fail = (found: string, remedy: string) =>
    new InputError(`Cannot explain the input of a pipeline for ${quote(name)}: found ${found}; ${remedy}`);
  if (Array.isArray(given) && !given.every((one) => typeof one === "object" && one !== null && "role" in one)) {
    throw fail("a list", "inputs are explained one by one: call explain for each of them");
  }
  if (typeof given !== "string" && (typeof given !== "object" || given === null)) {
    throw fail(given === null ? "null" : typeof given, "give what the pipeline takes");
  }
  return input(given, readPicture);
}

/** Whether a model labels what a task wants labelled. @throws {InvalidOptionError} */
export function checkFits({ name, loaded }: PipelineTask, { facts }: Pick<ExplainableModel, "facts">): void {
  if (loaded !== "classification" || facts.task === name) return;
  throw new InvalidOptionError(
    `Cannot use model ${quote(facts.id)} for the task ${quote(name)}: it is one for ${quote(facts.task)}; name that, or give another model`,
    "task",
    name,
    [facts.task],
  );
}

/** @throws {InvalidOptionError} When calig explains no such task. */
export function pipelineTask(name: string): PipelineTask {
  const task = PIPELINE_TASKS.find((known) => known.name === name || known.aliases.includes(name));
  if (task !== undefined) return task;
  const names = PIPELINE_TASKS.map((known) => known.name);
  throw new InvalidOptionError(
    `Cannot explain the task ${quote(name)}: the tasks of transformers.js that are explained are ${wordList(names)}; give one of them`,
    "task",
    name,
    names,
  );
}

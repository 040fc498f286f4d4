/** @file The tasks of transformers.js that calig explains: what a model is loaded for, and what a pipeline's input is to calig. */

import type { ChatMessage, ImageInput, PromptInput, TextInput } from "../attribution/input.ts";
import { InvalidOptionError, quote, wordList } from "../errors.ts";
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
  | ImageInput;

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

const asPrompt = (given: PipelineInput): object =>
  isOwn(given) ? given : Array.isArray(given) ? { chat: given } : { prompt: given };

async function asPicture(given: PipelineInput, readPicture: PictureReader): Promise<object> {
  if (isOwn(given)) return given;
  const isRaw = typeof given === "object" && "channels" in given && "data" in given;
  return { image: isRaw ? fromRaw(given) : await readPicture(given as Parameters<PictureReader>[0]) };
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
  { name: "text-classification", aliases: ["sentiment-analysis"], loaded: "classification", input: asText },
  { name: "token-classification", aliases: ["ner"], loaded: "classification", input: asText },
  { name: "zero-shot-classification", aliases: [], loaded: "zero-shot", input: asText },
  { name: "feature-extraction", aliases: ["embeddings"], loaded: "similarity", input: asText },
  { name: "fill-mask", aliases: [], loaded: "fill-mask", input: asText },
  { name: "question-answering", aliases: [], loaded: "question-answering", input: asText },
  { name: "text-generation", aliases: [], loaded: "text-generation", input: asPrompt },
  { name: "image-classification", aliases: [], loaded: "classification", input: asPicture },
];

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

/** @file A text as the input of a model: token ids, features, and which of them a baseline may replace. */

import type { ExplainableModel, PreparedWhole } from "../../attribution/explainable-model.ts";
import type { Warning } from "../../attribution/explanation.ts";
import { isHeld } from "../../attribution/held-pair.ts";
import type { TextInput } from "../../attribution/input.ts";
import { DEFAULTS, type ExplainOptions, LONG_TEXTS } from "../../attribution/options.ts";
import { onlyPart, type Part, type PreparedInput } from "../../attribution/prepared-input.ts";
import { InputError, InvalidOptionError, keyword } from "../../errors.ts";
import type { TokenFeature } from "../../input/features.ts";
import type { EncodedText, Tokenizer, TokenLayout } from "../../input/text/tokenizer.ts";
import { cutWindows } from "../../input/text/windows.ts";
import type { Feeds } from "../../runtime/runtime.ts";
import { intTensor } from "../../tensor/tensor.ts";
import { askedTokensOf, logitsOf, streamOf } from "../../transformer/anatomy.ts";
import { groupsIn, textFeatures } from "./features.ts";

export interface PreparedText extends PreparedInput {
  readonly encoded: EncodedText;
  readonly features: readonly TokenFeature[];
}

/** A text made ready: whole, and in the parts that the model reads. */
export interface WholeText extends PreparedWhole<PreparedText> {
  readonly whole: EncodedText;
}

/**
 * Tokenizes a text for a model; a text that is longer than the model reads becomes several windows, or is truncated.
 *
 * @throws {InputError} When the model does not read text, or the text has nothing to explain.
 * @throws {InvalidOptionError} For an unknown `longText`.
 */
export async function prepareText(
  model: ExplainableModel,
  input: TextInput,
  options: Pick<ExplainOptions, "longText"> = {},
): Promise<WholeText> {
  const { tokenizer } = model;
  const { text, pair } = input;
  if (tokenizer === undefined) {
    throw new InputError(`Cannot explain a text with model "${model.facts.id}": it has no tokenizer`);
  }
  if (typeof text !== "string") throw new InputError("Cannot explain the input: its text is no string; give a text");
  // The second text of a pair is what the first one is compared with.
  if (logitsOf(model.anatomy).kind === "embedding") return prepareForEmbedding(model, tokenizer, input);
  const longText = keyword("long text", options.longText ?? DEFAULTS.longText, LONG_TEXTS);
  if (input.query !== undefined) return prepareForQuery(model, tokenizer, input.query, input);
  if (pair !== undefined || longText === "truncate") {
    const read = await tokenizer.encode(text, pair);
    const whole = isHeld(input) ? held(read, (start) => start > text.length) : read;
    return oneInput(model, whole, onlyPart(prepared(model, whole)));
  }
  const { whole, windows } = cutWindows(await tokenizer.encodeWhole(text), tokenizer.maxLength);
  const places = placesIn(whole);
  return {
    whole,
    featureCount: whole.features.length,
    parts: windows.map(({ encoded, ...part }) => {
      const input = prepared(model, encoded);
      if (windows.length === 1) return { input, ...part };
      return { input: { ...input, window: places(part.positions) }, ...part };
    }),
    warnings: [
      ...(windows.length === 1 ? [] : [windowsWarning(model, whole, windows.length)]),
      ...readingWarnings(model, whole),
    ],
  };
}

/** A text that is read at once, with what is to be said of how it was read. */
export const oneInput = (model: ExplainableModel, whole: EncodedText, part: Part<PreparedText>): WholeText => ({
  whole,
  featureCount: whole.features.length,
  parts: [part],
  warnings: [...truncationWarnings(whole), ...readingWarnings(model, whole)],
});

/** As sentence-transformers reads it: a prompt before it, which is no part of what is explained, and no more than fits. */
async function prepareForEmbedding(
  model: ExplainableModel,
  tokenizer: Tokenizer,
  { text, textPrompt }: TextInput,
): Promise<WholeText> {
  const prompt = promptOf(model, textPrompt);
  const read = await tokenizer.encode(prompt + text);
  const whole = prompt === "" ? read : held(read, (start) => start < prompt.length);
  return oneInput(model, whole, onlyPart(prepared(model, whole)));
}

function promptOf({ sentences, facts }: ExplainableModel, asked: string | undefined): string {
  const { prompts = {}, defaultPrompt } = sentences ?? {};
  const name = asked ?? defaultPrompt;
  if (name === undefined) return "";
  if (Object.hasOwn(prompts, name)) return prompts[name] as string;
  const known = Object.keys(prompts);
  throw new InvalidOptionError(
    `Cannot use the prompt "${name}" with model "${facts.id}": ${known.length === 0 ? "its folder has no prompts; write it before the text" : `it has ${known.map((own) => `"${own}"`).join(", ")}`}`,
    "textPrompt",
    name,
  );
}

/** As cross-encoders read it: the query, which is no part of what is explained, then the text. */
async function prepareForQuery(
  model: ExplainableModel,
  tokenizer: Tokenizer,
  query: string,
  { text, pair }: TextInput,
): Promise<WholeText> {
  if (pair !== undefined) {
    throw new InputError(
      'Cannot explain the input: it has a "query" and a "pair"; a model reads two texts, give one of them',
    );
  }
  const whole = held(await tokenizer.encode(query, text), (start) => start < query.length);
  return oneInput(model, whole, onlyPart(prepared(model, whole)));
}

/** What stays as it is: its tokens are as special ones, and its words none. */
export function held(encoded: EncodedText, isHeldAt: (start: number) => boolean): EncodedText {
  const numbers = new Map<number, number>();
  encoded.words.forEach(({ start }, word) => {
    if (!isHeldAt(start)) numbers.set(word, numbers.size);
  });
  const features = encoded.features.map((feature) => {
    if (feature.special || feature.word === null) return feature;
    const word = numbers.get(feature.word);
    return word === undefined ? { ...feature, special: true, word: null } : { ...feature, word };
  });
  return { ...encoded, features, words: encoded.words.filter((_, word) => numbers.has(word)) };
}

export function prepared(model: ExplainableModel, encoded: EncodedText): PreparedText {
  return {
    encoded,
    feeds: textFeeds(model, encoded.ids, encoded),
    features: encoded.features,
    replaceable: Float32Array.from(encoded.features, (feature) => (feature.special ? 0 : 1)),
    groups: groupsIn(textFeatures(encoded, "word"), [...encoded.features.keys()]),
    warnings: [],
  };
}

/** Where windows lie on a text, each by its positions. */
function placesIn({ features }: EncodedText): (positions: readonly number[]) => NonNullable<PreparedText["window"]> {
  const own = new Map(
    [...features.keys()].filter((position) => features[position]?.special === false).map((p, i) => [p, i]),
  );
  return (positions) => {
    const first = positions.find((position) => own.has(position));
    return { start: own.get(first as number) ?? -1, total: own.size };
  };
}

function truncationWarnings({ truncated }: EncodedText): readonly Warning[] {
  if (truncated === undefined) return [];
  const { keptTokens, totalTokens, keptCharacters, kept } = truncated;
  const which = kept === "end" ? "last" : "first";
  return [
    {
      code: "truncated",
      message: `The text has ${totalTokens} tokens, the model reads ${keptTokens}: only the ${which} ${keptCharacters} characters were read and explained`,
    },
  ];
}

/** Versions of transformers that read a text otherwise, as far as this model is told of it. */
function readingWarnings(
  { anatomy }: ExplainableModel,
  { otherReading }: Pick<EncodedText, "otherReading">,
): readonly Warning[] {
  if (otherReading === undefined) return [];
  const { difference, read, other } = otherReading;
  if (difference === "types" && streamOf(anatomy).inputs.typeIds === undefined) return [];
  const what =
    difference === "tokens"
      ? "makes other tokens of this text"
      : read === 4
        ? "does not tell this model which text of the pair a token belongs to"
        : "tells this model which text of the pair a token belongs to";
  return [
    {
      code: "tokenizer-version",
      message: `The tokenizer's files mean different things to different versions of transformers: version ${other} ${what}. It is explained as version ${read} reads it, and the prediction is that of version ${read}`,
    },
  ];
}

function windowsWarning(model: ExplainableModel, whole: EncodedText, windows: number): Warning {
  return {
    code: "windows",
    message: `The text has ${whole.ids.length} tokens, the model reads ${model.tokenizer?.maxLength}: it was read in ${windows} overlapping windows; the score is their mean weighted by length, and each word has the evidence of all windows that read it`,
  };
}

/** The parts of a text with other token ids [positions of the whole]. */
export function withIds(
  model: ExplainableModel,
  { parts }: Pick<WholeText, "parts">,
  whole: readonly number[],
): readonly Part<PreparedText>[] {
  return parts.map((part) => {
    const ids = part.positions.map((position) => whole[position] as number);
    const { encoded } = part.input;
    return {
      ...part,
      input: { ...part.input, encoded: { ...encoded, ids }, feeds: textFeeds(model, ids, encoded) },
    };
  });
}

/** Token ids as feeds of the model, one text, nothing masked. */
export const textFeeds = (model: ExplainableModel, ids: readonly number[], reading: TokenReading): Feeds =>
  textBatchFeeds(model, [ids], reading);

/** How the tokens of a text are read, whatever they are. */
export type TokenReading = Pick<EncodedText, "typeIds" | "layout">;

/** One sequence, asked what follows it. */
const plainLayout = (length: number): TokenLayout => ({
  places: Array.from({ length }, (_, t) => t),
  branches: new Array<number>(length).fill(0),
  asked: [length - 1],
});

/** Texts of one length as feeds of the model, one row each, nothing masked; all read alike. */
export function textBatchFeeds(
  model: Pick<ExplainableModel, "anatomy">,
  rows: readonly (readonly number[])[],
  { typeIds, layout = plainLayout(typeIds.length) }: TokenReading,
): Feeds {
  const { inputs, firstPosition = 0 } = streamOf(model.anatomy);
  const positions = askedTokensOf(model.anatomy)?.positions;
  const batch = (row: (index: number) => readonly number[], length = typeIds.length) =>
    intTensor(
      rows.flatMap((_, index) => row(index)),
      [rows.length, length],
    );
  return {
    ...(inputs.ids === undefined ? {} : { [inputs.ids]: batch((index) => rows[index] as readonly number[]) }),
    ...(inputs.typeIds === undefined ? {} : { [inputs.typeIds]: batch(() => typeIds) }),
    ...(inputs.mask === undefined ? {} : { [inputs.mask]: batch(() => typeIds.map(() => 1)) }),
    ...(inputs.positionIds === undefined
      ? {}
      : { [inputs.positionIds]: batch(() => layout.places.map((place) => firstPosition + place)) }),
    ...(inputs.places === undefined ? {} : { [inputs.places]: batch(() => layout.places) }),
    ...(inputs.branches === undefined ? {} : { [inputs.branches]: batch(() => layout.branches) }),
    ...(positions === undefined ? {} : { [positions]: batch(() => layout.asked, layout.asked.length) }),
  };
}

/** @file What is known of a model besides its weights: the `card` of calig.json, and what README.md says in its front matter. */

import type { CalibrationPoint, InLanguages, ModelCard, TypicalFigures } from "../attribution/explanation.ts";
import type { CommonWords } from "../attribution/typical.ts";

/** A card as it is stored: with common words, and the weights that it was measured on. */
export type StoredCard = ModelCard & { readonly sha256?: string; readonly commonWords?: CommonWords };

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);
const isShare = (value: unknown): value is number => isNumber(value) && value >= 0 && value <= 1;
const isText = (value: unknown): value is string => typeof value === "string";
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

const isInLanguages = (value: unknown): value is InLanguages => isRecord(value) && Object.values(value).every(isText);

const isPoint = (value: unknown): value is CalibrationPoint =>
  isRecord(value) && isShare(value.probability) && isShare(value.accuracy) && isCount(value.inputs);

function isTypical(value: unknown): value is TypicalFigures {
  if (!isRecord(value)) return false;
  const { inputs, score, strongest, difference, extraTokens: extra } = value;
  const words = extra === undefined || (isRecord(extra) && isNumber(extra.mean) && isNumber(extra.deviation));
  return isCount(inputs) && isText(score) && isNumber(strongest) && isNumber(difference) && words;
}

const isCommonWords = (value: unknown): value is CommonWords =>
  isRecord(value) && isShare(value.share) && Array.isArray(value.words) && value.words.every(isText);

/** What each field must be. */
const FIELDS: Readonly<Record<keyof StoredCard, readonly [wanted: string, is: (value: unknown) => boolean]>> = {
  trainedOn: ["a record of texts by language", isInLanguages],
  limits: ["a record of texts by language", isInLanguages],
  dataset: ["a text", isText],
  calibration: [
    "a list of { probability, accuracy, inputs } by rising probability",
    (value) =>
      Array.isArray(value) &&
      value.length > 0 &&
      value.every(isPoint) &&
      (value as readonly CalibrationPoint[]).every(
        ({ probability }, i, all) => i === 0 || probability > (all[i - 1]?.probability ?? 1),
      ),
  ],
  typical: ["a record of typical figures", isTypical],
  commonWords: ["a record of words and their share", isCommonWords],
  sha256: ["a text", isText],
};

/** The card in the file, and what is wrong with it. Fields of later versions are left alone. */
export function cardIn(value: unknown): { readonly card?: StoredCard; readonly problems: readonly string[] } {
  if (value === undefined) return { problems: [] };
  if (!isRecord(value)) return { problems: ['"card" is no record'] };
  const entries = Object.entries(FIELDS);
  const problems = entries
    .filter(([name, [, is]]) => value[name] !== undefined && !is(value[name]))
    .map(([name, [wanted]]) => `"card.${name}" is not ${wanted}`);
  if (problems.length > 0) return { problems };
  const known = entries.flatMap(([name]) => (value[name] === undefined ? [] : [[name, value[name]] as const]));
  return { card: Object.fromEntries(known) as StoredCard, problems: [] };
}

/** Names of data sets that a sentence lists. */
const LISTED = 3;

/**
 * What the front matter of a README.md says that the model was trained on, as Hugging Face has it: the names after
 * `datasets:`, as `[a, b]`, as one name, or as items of a list. Undefined where it says nothing.
 */
export function trainedOnIn(readme: string): string | undefined {
  const [, matter] = /^\ufeff?---\r?\n([\s\S]*?)\r?\n---/.exec(readme) ?? [];
  const [, inline = "", items = ""] = /^datasets:[ \t]*(.*)((?:\r?\n[ \t]*- .*)*)/m.exec(matter ?? "") ?? [];
  const names = [...inline.replace(/^\[|\]$/g, "").split(","), ...items.split(/\r?\n[ \t]*- /)]
    .map((name) => name.trim().replace(/^(["'])(.*)\1$/, "$2"))
    .filter((name) => name !== "" && !name.startsWith("#"));
  if (names.length === 0) return undefined;
  const shown = names.slice(0, LISTED).join(", ");
  return names.length > LISTED ? `${shown} and ${names.length - LISTED} more` : shown;
}

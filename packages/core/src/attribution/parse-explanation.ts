/** @file Explanations that come from outside, as files and answers do: checked field by field before anything reads them. */

import { InputError, quote } from "../errors.ts";
import { DEEP_GREYS } from "../input/image/rgb-image.ts";
import { BACKGROUNDS, isBackground } from "../input/image/samples.ts";
import type { Explanation } from "./explanation.ts";
import { currentExplanation, READABLE_VERSIONS } from "./explanation-versions.ts";
import { SCORE_KINDS } from "./option-words.ts";

/** Throws when a value at a path is not what is wanted there. */
type Check = (value: unknown, path: string) => void;

/** Longest excerpt of a value in a message. */
const EXCERPT = 40;

function fail(path: string, value: unknown, wanted: string): never {
  if (value === undefined) throw new InputError(`field "${path}" is missing, wanted ${wanted}`);
  const shown = quote(value);
  throw new InputError(
    `field "${path}" is ${shown.length > EXCERPT ? `${shown.slice(0, EXCERPT)}...` : shown}, wanted ${wanted}`,
  );
}

const holds =
  (wanted: string, test: (value: unknown) => boolean): Check =>
  (value, path) => {
    if (!test(value)) fail(path, value, wanted);
  };

const text = holds("a text", (value) => typeof value === "string");
const flag = holds("true or false", (value) => typeof value === "boolean");
const number = holds("a number", (value) => Number.isFinite(value));
const count = holds("a whole number of at least 0", (value) => Number.isInteger(value) && (value as number) >= 0);
const size = holds("a whole number of at least 1", (value) => Number.isInteger(value) && (value as number) > 0);
const anything = holds("a record", (value) => typeof value === "object" && value !== null && !Array.isArray(value));

const oneOf = (allowed: readonly unknown[]): Check =>
  holds(allowed.map(quote).join(" or "), (value) => allowed.includes(value));

const optional =
  (check: Check): Check =>
  (value, path) => {
    if (value !== undefined) check(value, path);
  };

const nullable =
  (check: Check): Check =>
  (value, path) => {
    if (value !== null) check(value, path);
  };

/** A list; `lengths` are those that it may have, where there is a choice of them. */
const list =
  (check: Check, lengths?: readonly number[]): Check =>
  (value, path) => {
    if (!Array.isArray(value)) return fail(path, value, "a list");
    if (lengths !== undefined && !lengths.includes(value.length)) {
      throw new InputError(`field "${path}" has ${value.length} entries, wanted ${lengths.join(" or ")}`);
    }
    value.forEach((item, i) => {
      check(item, `${path}[${i}]`);
    });
  };

const record =
  (fields: Readonly<Record<string, Check>>): Check =>
  (value, path) => {
    anything(value, path);
    for (const [name, check] of Object.entries(fields)) {
      check((value as Record<string, unknown>)[name], path === "" ? name : `${path}.${name}`);
    }
  };

const COMPLETENESS = { scoreAtInput: number, scoreAtBaseline: number, delta: number, relativeError: number };
const CLASS = { index: count, label: text };
const SPAN = { text, start: count, end: count };
const WARNING = record({ code: text, message: text });

const common = (features: number): Check =>
  record({
    model: record({
      id: text,
      family: text,
      task: text,
      blocks: count,
      heads: count,
      width: count,
      activation: optional(oneOf(["softmax", "sigmoid", "none"])),
      sha256: text,
    }),
    target: record({
      ...CLASS,
      against: optional(record(CLASS)),
      token: optional(record({ index: count, text })),
      score: number,
      kind: oneOf(SCORE_KINDS),
      probability: nullable(number),
    }),
    predictions: list(record({ ...CLASS, logit: number, probability: nullable(number) })),
    attribution: list(number, [features]),
    blocks: list(
      record({
        index: count,
        relevance: list(number, [0, features]),
        attentionEvidence: list(number, [0, features]),
        heads: optional(list(list(number, [features]))),
        fused: list(number, [0, features]),
        weight: number,
        completeness: record({
          ...COMPLETENESS,
          sum: number,
          standardError: optional(number),
          points: count,
          converged: flag,
        }),
      }),
    ),
    method: record({ name: text, signed: optional(oneOf([false])), options: anything }),
    completeness: nullable(record(COMPLETENESS)),
    cost: record({ milliseconds: number, modelEvaluations: number, peakBytes: number }),
    warnings: list(WARNING),
  });

const ofText = (words: number): Check =>
  record({
    input: record({ text }),
    features: list(
      record({
        ...SPAN,
        special: flag,
        word: nullable(
          holds(
            `an index below ${words}`,
            (value) => Number.isInteger(value) && (value as number) >= 0 && (value as number) < words,
          ),
        ),
      }),
    ),
    words: list(record({ ...SPAN, attribution: number })),
    supporting: list(record({ ...SPAN, attribution: number })),
    opposing: list(record({ ...SPAN, attribution: number })),
  });

/** What features with names have besides. */
const NAMED = record({ input: record({ noun: record({ one: text, many: text }) }) });

/** Rows and columns of which each place is a feature: what is drawn of them is as large as what is stored. */
const gridOf =
  (features: number): Check =>
  (value, path) => {
    list(size, [2])(value, path);
    const [rows, columns] = value as [number, number];
    if (rows * columns > features) fail(path, value, `rows and columns of at most ${features} patches`);
  };

/** A place in the grid; special features stand at row and column -1. */
function placeIn([rows, columns]: readonly [rows: number, columns: number], first: number) {
  const below = (limit: number) =>
    holds(`a whole number from ${first} to ${limit - 1}`, (value) => {
      return Number.isInteger(value) && (value as number) >= first && (value as number) < limit;
    });
  return { row: below(rows), column: below(columns) };
}

/** Pixels. Larger numbers are no pictures, and overflow where they are drawn. */
const MOST_PIXELS = 1e9;
const pixels = holds(
  `a number from 1 to ${MOST_PIXELS}`,
  (value) => typeof value === "number" && value >= 1 && value <= MOST_PIXELS,
);
const pixelPlace = holds(
  `a number of at most ${MOST_PIXELS} pixels`,
  (value) => typeof value === "number" && Math.abs(value) <= MOST_PIXELS,
);

const OF_PICTURE = {
  width: pixels,
  height: pixels,
  patch: pixels,
  seen: list(pixelPlace, [4]),
  background: optional(holds(BACKGROUNDS.map(quote).join(" or "), isBackground)),
  deepGrey: optional(oneOf(DEEP_GREYS)),
};

const ofImage: Check = (value, path) => {
  const { features } = value as { readonly features: readonly unknown[] };
  record({ input: record({ ...OF_PICTURE, grid: gridOf(features.length) }) })(value, path);
  const { grid } = (value as { readonly input: { readonly grid: readonly [number, number] } }).input;
  const patches = list(record({ ...placeIn(grid, 0), attribution: number }));
  record({
    features: list(record({ ...placeIn(grid, -1), special: flag })),
    supporting: patches,
    opposing: patches,
  })(value, path);
};

/**
 * The explanation that a value of unknown origin is. Explanations of version 1 become those of today.
 *
 * @throws {InputError} When it is none; the message names the field, and what was found and wanted there.
 */
export function parseExplanation(value: unknown): Explanation {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new InputError(`it is ${Array.isArray(value) ? "a list" : quote(value)}, wanted an explanation`);
  }
  const { version } = value as Readonly<Record<string, unknown>>;
  if (version === undefined) throw new InputError('field "version" is missing: it is no explanation');
  if (!READABLE_VERSIONS.includes(version)) {
    const wanted = READABLE_VERSIONS.join(" or ");
    throw new InputError(`it is of version ${quote(version)}, wanted ${wanted}; use the calig that made it`);
  }
  const explanation = currentExplanation(value);
  const { input, features, words } = explanation as Readonly<Record<string, unknown>>;
  record({ kind: text })(input, "input");
  list(anything)(features, "features");
  const count = (features as readonly unknown[]).length;
  common(count)(explanation, "");
  const { kind } = input as { readonly kind: string };
  if (kind === "image") ofImage(explanation, "");
  else {
    list(anything)(words, "words");
    ofText((words as readonly unknown[]).length)(explanation, "");
    if (kind !== "text") NAMED(explanation, "");
  }
  return explanation as Explanation;
}

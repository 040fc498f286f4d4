/** @file Explanations that come from outside, as files and answers do: checked field by field before anything reads them. */

import * as v from "valibot";
import { InputError, quote } from "../errors.ts";
import type { Explanation, ImageExplanation, Layout, WrittenExplanation } from "./explanation.ts";
import { EXPLANATIONS } from "./explanation-schema.ts";
import { currentExplanation, ofAnotherVersion, READABLE_VERSIONS } from "./explanation-versions.ts";

const LAYOUTS = Object.keys(EXPLANATIONS);

/** Longest excerpt of a value in a message. */
const EXCERPT = 40;

function fail(path: string, value: unknown, wanted: string): never {
  if (value === undefined) throw new InputError(`field "${path}" is missing, wanted ${wanted}`);
  const shown = quote(value);
  throw new InputError(
    `field "${path}" is ${shown.length > EXCERPT ? `${shown.slice(0, EXCERPT)}...` : shown}, wanted ${wanted}`,
  );
}

/** "blocks[1].fused" */
const pathText = (keys: readonly unknown[]): string =>
  keys.reduce<string>((path, key) => (typeof key === "number" ? `${path}[${key}]` : `${path}${path && "."}${key}`), "");

/** A schema as far as a path is followed through it. */
interface Node {
  readonly entries?: Readonly<Record<string, Node>>;
  readonly item?: Node;
  readonly wrapped?: Node;
  readonly pipe?: readonly Node[];
  readonly message?: unknown;
}

/** What is wanted of a field: the message of its schema. */
function wantedAt(schema: Node, keys: readonly unknown[]): string {
  const plain = schema.wrapped ?? schema;
  const [key, ...rest] = keys;
  if (key === undefined) return plain.wrapped === undefined ? String(plain.message) : wantedAt(plain, []);
  const next = typeof key === "number" ? plain.item : plain.entries?.[String(key)];
  return next === undefined ? "another value" : wantedAt(next, rest);
}

/** Throws what the schema says of the first field that does not meet it. */
function check(schema: v.GenericSchema<unknown, unknown>, value: unknown): void {
  const { issues } = v.safeParse(schema, value, { abortEarly: true });
  const [issue] = issues ?? [];
  if (issue === undefined) return;
  const keys = issue.path?.map((item) => item.key) ?? [];
  const path = pathText(keys);
  if (issue.type === "length") {
    throw new InputError(
      `field "${path}" has ${(issue.input as readonly unknown[]).length} entries, wanted ${issue.requirement}`,
    );
  }
  fail(path, issue.input, issue.input === undefined ? wantedAt(schema as Node, keys) : issue.message);
}

function checkLength(path: string, { length }: readonly unknown[], wanted: readonly number[]): void {
  if (wanted.includes(length)) return;
  throw new InputError(`field "${path}" has ${length} entries, wanted ${wanted.join(" or ")}`);
}

/** Blocks of an explanation. No model has a tenth of them, and each becomes a table and a map. */
const MOST_BLOCKS = 1000;

/** Lists with one entry for each feature. */
function checkLengths({ features, attribution, blocks }: Explanation): void {
  if (blocks.length > MOST_BLOCKS) {
    throw new InputError(`field "blocks" has ${blocks.length} entries, wanted at most ${MOST_BLOCKS}`);
  }
  const count = features.length;
  checkLength("attribution", attribution, [count]);
  for (const [i, { relevance, attentionEvidence, heads = [], links = [], fused }] of blocks.entries()) {
    for (const [name, values] of Object.entries({ relevance, attentionEvidence, fused })) {
      checkLength(`blocks[${i}].${name}`, values, [0, count]);
    }
    for (const [h, values] of heads.entries()) checkLength(`blocks[${i}].heads[${h}]`, values, [count]);
    for (const { from, to } of links.flat()) {
      for (const index of [from, to]) {
        if (index >= count) throw new InputError(`field "blocks[${i}].links" names feature ${index} of ${count}`);
      }
    }
  }
}

/** Lists of the tokens of an answer likewise. */
function checkAnswerTokens({ features, blocks, ...explanation }: Explanation): void {
  const { answerTokens = [] } = explanation.layout === "text" ? explanation : {};
  for (const [i, token] of answerTokens.entries()) {
    const at = `answerTokens[${i}]`;
    checkLength(`${at}.attribution`, token.attribution, [features.length]);
    checkLength(`${at}.blocks`, token.blocks ?? [], [0, blocks.length]);
    for (const [b, { relevance, fused }] of (token.blocks ?? []).entries()) {
      checkLength(`${at}.blocks[${b}].relevance`, relevance, [features.length]);
      checkLength(`${at}.blocks[${b}].fused`, fused, [features.length]);
    }
  }
}

/** What counterfactuals remove are features of the explanation. */
function checkRemoved({ features, counterfactuals }: Explanation): void {
  if (counterfactuals === undefined) return;
  const { single, together, smallestFlip, evidenceAlone, parts = [] } = counterfactuals;
  const lists = {
    single,
    together,
    smallestFlip: smallestFlip === null ? [] : [smallestFlip],
    evidenceAlone: [evidenceAlone],
    parts: parts.map((part) => ({ features: [part] })),
  };
  for (const [name, all] of Object.entries(lists)) {
    for (const { features: removed } of all) {
      for (const index of removed.flatMap((one) => one.features)) {
        if (index >= features.length) fail(`counterfactuals.${name}`, index, `an index below ${features.length}`);
      }
    }
  }
}

function checkWords({ features, words }: WrittenExplanation): void {
  for (const [t, { word }] of features.entries()) {
    if (word !== null && word >= words.length) fail(`features[${t}].word`, word, `an index below ${words.length}`);
  }
}

/** Places lie in the grid, of which each is a feature: what is drawn of them is as large as what is stored. */
function checkPlaces({ features, supporting, opposing, input: { grid } }: ImageExplanation): void {
  const [rows, columns] = grid;
  if (rows * columns > features.length) {
    fail("input.grid", grid, `rows and columns of at most ${features.length} patches`);
  }
  // Special features stand at row and column -1.
  const lists = [
    ["features", features, -1],
    ["supporting", supporting, 0],
    ["opposing", opposing, 0],
  ] as const;
  for (const [name, places, first] of lists) {
    for (const [i, place] of places.entries()) {
      for (const [side, limit] of [
        ["row", rows],
        ["column", columns],
      ] as const) {
        const at = place[side];
        if (at >= first && at < limit) continue;
        fail(`${name}[${i}].${side}`, at, `a whole number from ${first} to ${limit - 1}`);
      }
    }
  }
}

/**
 * The explanation that a value of unknown origin is. Explanations of former versions become those of today.
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
    throw new InputError(ofAnotherVersion(quote(version)));
  }
  const current = currentExplanation(value) as { readonly layout?: unknown };
  check(v.object({ layout: v.picklist(LAYOUTS, LAYOUTS.map(quote).join(" or ")) }), current);
  check(EXPLANATIONS[current.layout as Layout] as v.GenericSchema<unknown, unknown>, current);
  const explanation = current as Explanation;
  checkLengths(explanation);
  checkAnswerTokens(explanation);
  checkRemoved(explanation);
  if (explanation.layout === "grid") checkPlaces(explanation);
  else checkWords(explanation);
  return explanation;
}

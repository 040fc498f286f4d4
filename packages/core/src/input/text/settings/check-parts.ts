/** @file Parts of a tokenizer.json that the native library takes as they are, and then ends the process over. */

import { CheckpointError, quote } from "../../../errors.ts";
import { alignedText } from "../portable/aligned-text.ts";
import { parseCharsmap } from "../portable/charsmap.ts";
import { isPart, type JsonPart, partsOf, stringOf, typeOf } from "../portable/json-part.ts";
import { createNormalizer } from "../portable/normalizers.ts";
import { type AddedSpec, listedTokens, type VocabularyIds } from "./add-tokens.ts";
import { mayMatchNothing } from "./matches-nothing.ts";

const FILE = "tokenizer.json";
/** Ids have 32 bits. */
const MOST = 2 ** 32 - 1;

/**
 * @returns One more than the largest id that the tokenizer can give.
 * @throws {CheckpointError} Naming the part that is damaged.
 */
export function checkParts(contents: JsonPart, vocabulary: VocabularyIds): number {
  const model = isPart(contents.model) ? contents.model : {};
  checkVocabulary(model);
  checkMerges(model);
  if (vocabulary.size === 0) throw damaged("its vocabulary is empty");
  const added = listedTokens(contents);
  for (const { id, content } of added) {
    if (!isId(id)) throw damaged(`the added token ${quote(content)} has the id ${id}`);
  }
  checkAdded(added);
  checkNormalizer(contents.normalizer);
  checkNormalized(added, contents.normalizer);
  checkPreTokenizer(contents.pre_tokenizer);
  const set = isPart(contents.post_processor) ? processorIds(contents.post_processor) : [];
  return [...added.map(({ id }) => id), ...set].reduce((most, id) => Math.max(most, id + 1), vocabulary.end);
}

/**
 * The second half of a merge loses as many bytes as the prefix of tokens within words has: they have to be there, and the
 * rest has to be text.
 */
function checkMerges({ merges, continuing_subword_prefix: prefix }: JsonPart): void {
  if (typeof prefix !== "string" || prefix === "" || !Array.isArray(merges)) return;
  const { length } = new TextEncoder().encode(prefix);
  for (const merge of merges as readonly unknown[]) {
    const [, second] = typeof merge === "string" ? merge.split(" ") : Array.isArray(merge) ? (merge as unknown[]) : [];
    if (typeof second !== "string") continue; // which the library refuses
    const bytes = new TextEncoder().encode(second);
    const isCut = bytes.length < length || ((bytes[length] ?? 0) & 0xc0) === 0x80;
    if (isCut) throw damaged(`${quote(second)} of its merges does not begin with its prefix ${quote(prefix)}`);
  }
}

function checkVocabulary({ vocab, unk_id: unknown }: JsonPart): void {
  if (Array.isArray(vocab)) {
    if (unknown != null && !(isId(unknown) && unknown < vocab.length)) {
      throw damaged(`the id of its unknown token is ${quote(unknown)}, and its vocabulary has ${vocab.length} tokens`);
    }
    const strange = vocab.findIndex(
      (entry) => !Array.isArray(entry) || typeof entry[0] !== "string" || typeof entry[1] !== "number",
    );
    if (strange >= 0) throw damaged(`entry ${strange} of its vocabulary is no token with its score`);
    return;
  }
  if (!isPart(vocab) || Object.values(vocab).every(isId)) return;
  const strange = Object.entries(vocab).find(([, id]) => !isId(id));
  if (strange !== undefined) throw damaged(`its vocabulary has the id ${quote(strange[1])} for ${quote(strange[0])}`);
}

function checkNormalizer(part: unknown): void {
  if (!isPart(part)) return;
  for (const each of partsOf(part, "normalizers")) checkNormalizer(each);
  checkInsertions(part);
  // Of what kind a part without a type is, the library tells by its fields: so is it here.
  if (typeOf(part) !== "Precompiled" && (part.precompiled_charsmap ?? null) === null) return;
  if (typeof part.precompiled_charsmap !== "string") throw damaged("its compiled character map is no text");
  parseCharsmap(part.precompiled_charsmap);
}

/** Tokens that the library finds in texts, and then not in its own table, or twice at one place. */
function checkAdded(added: readonly AddedSpec[]): void {
  const byId = new Map<number, string>();
  for (const { id, content } of added) {
    const other = byId.get(id);
    if (other !== undefined && other !== content)
      throw damaged(`the added tokens ${quote(other)} and ${quote(content)} both have the id ${id}`);
    byId.set(id, content);
  }
  const blank = added.find(({ content, lstrip }) => lstrip && /^\s/.test(content));
  const before = added.find(({ rstrip }) => rstrip);
  if (blank !== undefined && before !== undefined) {
    throw damaged(
      `the added token ${quote(blank.content)} is white space and takes what is before it, which ${quote(before.content)} takes too`,
    );
  }
}

/** A token of which the normalizer leaves nothing is found everywhere. */
function checkNormalized(added: readonly AddedSpec[], normalizer: unknown): void {
  const tokens = added.filter(({ normalized }) => normalized);
  if (!isPart(normalizer) || tokens.length === 0) return;
  let normalize: ReturnType<typeof createNormalizer>;
  try {
    normalize = createNormalizer(normalizer);
  } catch (error) {
    if (error instanceof CheckpointError) return; // of a kind that only the native library knows
    throw error;
  }
  const empty = tokens.find(({ content }) => normalize(alignedText(content)).length === 0);
  if (empty !== undefined) throw damaged(`its normalizer leaves nothing of the added token ${quote(empty.content)}`);
}

/** Text that stands for nothing of the original, where it stands for nothing at all: the next step cannot place it. */
function checkInsertions(part: JsonPart): void {
  if (part.prepend === "") throw damaged("its normalizer sets nothing before texts");
  if (part.content === "") return;
  const { String: text, Regex: regex } = isPart(part.pattern) ? part.pattern : {};
  const empty = text === "" || (typeof regex === "string" && mayMatchNothing(regex));
  if (empty) {
    throw damaged(`its normalizer replaces ${quote(text ?? regex)}, which matches where there is nothing to replace`);
  }
}

function checkPreTokenizer(part: unknown): void {
  if (!isPart(part)) return;
  for (const each of partsOf(part, "pretokenizers")) checkPreTokenizer(each);
  const { length } = part;
  if (length !== undefined && !(isId(length) && length > 0)) {
    throw damaged(`it cuts texts into pieces of the length ${quote(length)}`);
  }
}

/** The ids that are set around texts. */
function processorIds(part: JsonPart): readonly number[] {
  if (part.processors !== undefined) return partsOf(part, "processors").flatMap(processorIds);
  if (part.single !== undefined || part.pair !== undefined) return templateIds(part);
  const type = typeOf(part);
  if (part.sep === undefined && part.cls === undefined && !/^(Roberta|Bert)Processing$/.test(type)) return [];
  return ["sep", "cls"].map((role) => {
    const [text, id] = Array.isArray(part[role]) ? (part[role] as unknown[]) : [];
    if (typeof text === "string" && isId(id)) return id;
    throw damaged(`its ${type} has ${quote(part[role])} for "${role}", wanted a token and its id`);
  });
}

function templateIds(part: JsonPart): readonly number[] {
  const tokens = isPart(part.special_tokens) ? part.special_tokens : {};
  const found: number[] = [];
  for (const kind of ["single", "pair"] as const) {
    const sequences = new Set<unknown>();
    const pieces = Array.isArray(part[kind]) ? (part[kind] as unknown[]) : [];
    if (!pieces.every((piece) => isPart(piece) && (isPart(piece.Sequence) || isPart(piece.SpecialToken)))) {
      throw damaged("its template holds something that is neither a text nor a token");
    }
    for (const piece of partsOf(part, kind)) {
      if (isPart(piece.Sequence)) {
        const { id } = piece.Sequence;
        // A thousand places would make a thousand texts of one.
        if (sequences.has(id)) throw damaged(`its template has several places for ${quote(id)}`);
        sequences.add(id);
      }
      if (!isPart(piece.SpecialToken)) continue;
      const id = stringOf(piece.SpecialToken.id);
      const token = Object.hasOwn(tokens, id) ? tokens[id] : undefined;
      const ids = isPart(token) && Array.isArray(token.ids) ? token.ids : [];
      const texts = isPart(token) && Array.isArray(token.tokens) ? token.tokens : [];
      if (ids.length === 0 || ids.length !== texts.length || !ids.every(isId)) {
        throw damaged(`its template sets the token ${quote(id)} around texts and does not say which id that is`);
      }
      for (const each of ids) found.push(each);
    }
    const wanted = kind === "single" ? ["A"] : ["A", "B"];
    const other = [...sequences].find((id) => !wanted.includes(id as string));
    if (other !== undefined) {
      throw damaged(`its template for ${kind === "single" ? "a text" : "pairs"} has a place for ${quote(other)}`);
    }
    const missing = wanted.filter((id) => !sequences.has(id));
    if (missing.length > 0) {
      throw damaged(
        `its template for ${kind === "single" ? "a text" : "pairs"} has no place for ${missing.join(" and ")}`,
      );
    }
  }
  return found;
}

const isId = (value: unknown): value is number =>
  Number.isInteger(value) && Number(value) >= 0 && Number(value) <= MOST;

const damaged = (found: string) =>
  new CheckpointError(`Cannot load a tokenizer: "${FILE}" is damaged: ${found}; download it again`, FILE);

/** @file The vocabulary files of transformers' Python tokenizers as the "model" of a tokenizer.json. */

import { CheckpointError, quote } from "../../../errors.ts";
import { parseJson } from "../../../util/parse-json.ts";
import { isPart, type JsonPart } from "../portable/json-part.ts";
import { modelTypeOf } from "./rebuild.ts";
import type { TokenizerClass, Version } from "./tokenizer-classes.ts";
import type { TokenizerFiles } from "./tokenizer-files.ts";

/** The one command that makes a tokenizer.json of what transformers reads. */
export const MAKE_TOKENIZER_JSON =
  "python -c \"from transformers import AutoTokenizer; AutoTokenizer.from_pretrained('.').save_pretrained('.')\"";

/**
 * `vocab`, and `merges` for BPE.
 *
 * @throws {CheckpointError} When the files are damaged, or the class of the tokenizer does not read them.
 */
export function vocabularyModel(files: TokenizerFiles, { name, kind }: TokenizerClass, version: Version): JsonPart {
  const { vocabulary } = files;
  const wanted = modelTypeOf(kind);
  if (vocabulary?.kind === "lines" && wanted === "WordPiece") return { vocab: linesVocabulary(vocabulary.vocabulary) };
  if (vocabulary?.kind === "merges" && wanted === "BPE" && kind !== "llama") {
    return { vocab: jsonVocabulary(vocabulary.vocabulary), merges: mergesOf(vocabulary.merges, version) };
  }
  const found = vocabulary === undefined ? "" : vocabulary.kind === "lines" ? "vocab.txt" : "vocab.json and merges.txt";
  throw new CheckpointError(
    `Cannot load a tokenizer: there is no "tokenizer.json", and calig does not make a ${name} from ${found || "what is there"}; make one with transformers, in the model's folder: ${MAKE_TOKENIZER_JSON}`,
    "tokenizer.json",
  );
}

/** Of lines that are there twice the last one counts. */
function linesVocabulary(text: string): Readonly<Record<string, number>> {
  const lines = text.split(/\r\n|\r|\n/);
  if (lines.at(-1) === "") lines.pop();
  return Object.fromEntries(lines.map((line, id) => [line.trimEnd(), id]));
}

function jsonVocabulary(text: string): Readonly<Record<string, number>> {
  const fail = (found: string, cause?: unknown) =>
    new CheckpointError(`Cannot load a tokenizer: "vocab.json" ${found}; download it again`, "vocab.json", { cause });
  let vocab: unknown;
  try {
    vocab = parseJson(text);
  } catch (cause) {
    throw fail("is not valid JSON", cause);
  }
  if (!isPart(vocab)) throw fail("is no object of tokens and their ids");
  const strange = Object.entries(vocab).find(([, id]) => !Number.isSafeInteger(id) || (id as number) < 0);
  if (strange !== undefined) throw fail(`has the id ${quote(strange[1])} for ${quote(strange[0])}`);
  return vocab as Readonly<Record<string, number>>;
}

/** Version 4 takes the first line for a heading, whatever it is. */
function mergesOf(text: string, version: Version): readonly (readonly [string, string])[] {
  const lines = text.split(/\r\n|\n/);
  const rows = version === 4 ? lines.slice(1) : lines.filter((line) => !line.startsWith("#version"));
  return rows
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const [first, second, ...more] = line.trim().split(" ");
      if (first !== undefined && second !== undefined && more.length === 0) return [first, second];
      throw new CheckpointError(
        `Cannot load a tokenizer: "merges.txt" has the line ${quote(line)}, wanted two tokens; download it again`,
        "merges.txt",
      );
    });
}

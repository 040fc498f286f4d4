/**
 * @file How texts are split before their bytes are merged: GGUF files name the rule, and this has the rules. Names after
 * llama.cpp (llama-vocab.cpp), expressions as in the tokenizer.json of the models that the names stand for.
 */

/** A rule. */
export interface Splitting {
  /** In a tokenizer.json. */
  readonly splitter: object;
  readonly normalizer?: object;
  /** Words that are tokens are taken whole, whatever the merges. */
  readonly whole?: boolean;
  /** Whether texts begin with the first token where the file does not say it. */
  readonly begins?: boolean;
}

const BYTES = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false };
const WORDS = { ...BYTES, use_regex: true };
const sequence = (...pretokenizers: readonly object[]) => ({ type: "Sequence", pretokenizers });
const byRegex = (Regex: string) =>
  sequence({ type: "Split", pattern: { Regex }, behavior: "Isolated", invert: false }, BYTES);

const CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const AFTER_WORDS = String.raw` ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`;
const BY_CASE_UPPER = String.raw`[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`;
const BY_CASE_LOWER = String.raw`[\p{Ll}\p{Lm}\p{Lo}\p{M}]`;
/** Words begin with capitals and end in small letters. @param ending - What may follow. @param digits - How many are a piece. */
const byCase = (ending: string, digits: string) =>
  String.raw`[^\r\n\p{L}\p{N}]?${BY_CASE_UPPER}*${BY_CASE_LOWER}+${ending}|[^\r\n\p{L}\p{N}]?${BY_CASE_UPPER}+${BY_CASE_LOWER}*${ending}|${digits}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`;
const letters = (digits: string) =>
  byRegex(String.raw`${CONTRACTIONS}|[^\r\n\p{L}\p{N}]?\p{L}+|${digits}|${AFTER_WORDS}`);

const GPT2: Splitting = { splitter: WORDS };
const DIGITS: Splitting = { splitter: sequence({ type: "Digits", individual_digits: true }, WORDS) };
const LLAMA3: Splitting = { splitter: letters(String.raw`\p{N}{1,3}`), whole: true, begins: true };
const QWEN2: Splitting = { splitter: letters(String.raw`\p{N}`), normalizer: { type: "NFC" } };

const RULES: Readonly<Record<string, Splitting>> = {
  "gpt-2": GPT2,
  "phi-2": GPT2,
  mpt: GPT2,
  olmo: GPT2,
  jais: GPT2,
  smollm: DIGITS,
  starcoder: DIGITS,
  refact: DIGITS,
  "command-r": DIGITS,
  codeshell: DIGITS,
  exaone: DIGITS,
  minerva: DIGITS,
  "llama-bpe": LLAMA3,
  llama3: LLAMA3,
  "llama-v3": LLAMA3,
  falcon3: LLAMA3,
  "smaug-bpe": { splitter: LLAMA3.splitter },
  dbrx: { splitter: LLAMA3.splitter },
  qwen2: QWEN2,
  "deepseek-r1-qwen": QWEN2,
  stablelm2: { splitter: QWEN2.splitter },
  tekken: { splitter: byRegex(byCase("", String.raw`\p{N}`)), whole: true, begins: true },
  "gpt-4o": { splitter: byRegex(byCase(`${CONTRACTIONS}?`, String.raw`\p{N}{1,3}`)) },
};

/** Files of old converters name none, or this: then it is that of GPT-2. */
export const UNNAMED = "default";

/** Undefined for rules that are not known. */
export function splittingOf(name: string | undefined): Splitting | undefined {
  if (name === undefined || name === UNNAMED) return GPT2;
  return Object.hasOwn(RULES, name) ? RULES[name] : undefined;
}

export const KNOWN_SPLITTINGS: readonly string[] = Object.keys(RULES);

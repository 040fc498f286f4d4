/**
 * @file Tokenizers: tokenizer.json with parts put together by chance from all that Hugging Face's library knows, vocab.txt,
 * vocab.json and merges.txt. Read by the native library, and by the portable reader that browsers have.
 */

import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createPortableTokenizer } from "@calig/core/internal/input/text/portable-tokenizer";
import type { Tokenizer } from "@calig/core/internal/input/text/tokenizer";
import { readTokenizerFiles } from "@calig/core/internal/loading/preprocessors";
import { diskStore } from "@calig/node/internal/node/disk-store";
import { explain, InputError, loadModel } from "calig/node";
import { type FuzzKind, fileOf } from "../kind.ts";
import { mutateBytes } from "../mutate-bytes.ts";
import { type Dictionary, mutateJson, toNode, write } from "../mutate-json.ts";
import type { Chance } from "../random.ts";
import { json, text, textCheckpoint } from "./models.ts";

interface Settings {
  readonly contents: readonly unknown[];
  readonly cases: Readonly<
    Record<string, { readonly type: string; readonly files: Readonly<Record<string, unknown>> }>
  >;
}

const VOCABULARY = 512;
const TEXTS = [
  "a film",
  "The [MASK] of <s>words</s>, naïve café — 12.5% x\u0301 日本 😀👍🏽 ﬁ \u200d\u00a0end",
  " \t x ",
  "[CLS][SEP]<mask>\u0000\ufffd\u0130\u202e ##ing ▁Ġ",
  "word ".repeat(40),
];

/** Characters and settings that parts have. */
const MARKS = ["▁", "_", " ", "", "##", "</w>", "Ġ", "ab", "😀"];
const PATTERNS = [
  ...[
    "\\s+",
    " ",
    "[^\\w]",
    "\\p{L}+",
    "(a+)+$",
    "(",
    "[",
    "\\",
    "",
    ".",
    "^",
    "$",
    "(?<=a)b",
    "(?i)the",
    "\\d{1,3}(?=(?:\\d{3})*\\b)",
    "a|",
  ],
  ...[
    "(?:(?:(?:a*)*)*)*b",
    "\\u0041",
    "\\x{1F600}",
    "[\\p{L}&&[a-z]]",
    "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+",
    "\\G",
    "(?<n>a)\\k<n>",
    "(?R)",
  ],
];
const TOKENS = [
  "[CLS]",
  "[SEP]",
  "[UNK]",
  "[MASK]",
  "[PAD]",
  "<s>",
  "</s>",
  "<unk>",
  "<mask>",
  "a",
  "the",
  "none",
  "",
  " ",
  "😀",
  "\ud800",
];
const IDS = [0, 1, 2, 3, 4, 5, 100, 511, 512, 1000, 2 ** 31, 2 ** 32 - 1, 2 ** 32, -1, 1.5, "0", null];
const FLAGS = [true, true, false, false, null, 1];
const NUMBERS = [0, 1, 2, 5, 100, 1e9, 2 ** 32, -1, 0.5, null];

type Make = (chance: Chance, depth: number) => unknown;

const pattern = (chance: Chance) =>
  chance.is(0.5) ? { String: chance.pick(PATTERNS) } : { Regex: chance.pick(PATTERNS) };
const BEHAVIOURS = ["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous", "X"];
const SCHEMES = ["always", "never", "first", "x"];

const NORMALIZERS: readonly Make[] = [
  (chance) => ({
    type: "BertNormalizer",
    clean_text: chance.pick(FLAGS),
    handle_chinese_chars: chance.pick(FLAGS),
    strip_accents: chance.pick(FLAGS),
    lowercase: chance.pick(FLAGS),
  }),
  (chance) => ({
    type: chance.pick(["NFC", "NFD", "NFKC", "NFKD", "Nmt", "Lowercase", "StripAccents", "ByteLevel", "X"]),
  }),
  (chance) => ({ type: "Strip", strip_left: chance.pick(FLAGS), strip_right: chance.pick(FLAGS) }),
  (chance) => ({ type: "Prepend", prepend: chance.pick(MARKS) }),
  (chance) => ({ type: "Replace", pattern: pattern(chance), content: chance.pick(MARKS) }),
  (chance) => ({ type: "Precompiled", precompiled_charsmap: charsmap(chance) }),
  (chance, depth) => ({ type: "Sequence", normalizers: several(NORMALIZERS, chance, depth) }),
];

const PRE_TOKENIZERS: readonly Make[] = [
  (chance) => ({ type: chance.pick(["BertPreTokenizer", "Whitespace", "WhitespaceSplit", "UnicodeScripts", "X"]) }),
  (chance) => ({
    type: "ByteLevel",
    add_prefix_space: chance.pick(FLAGS),
    trim_offsets: chance.pick(FLAGS),
    use_regex: chance.pick(FLAGS),
  }),
  (chance) => ({
    type: "Metaspace",
    replacement: chance.pick(MARKS),
    prepend_scheme: chance.pick(SCHEMES),
    add_prefix_space: chance.pick(FLAGS),
    split: chance.pick(FLAGS),
  }),
  (chance) => ({ type: "CharDelimiterSplit", delimiter: chance.pick(MARKS) }),
  (chance) => ({ type: "Punctuation", behavior: chance.pick(BEHAVIOURS) }),
  (chance) => ({ type: "Digits", individual_digits: chance.pick(FLAGS) }),
  (chance) => ({
    type: "Split",
    pattern: pattern(chance),
    behavior: chance.pick(BEHAVIOURS),
    invert: chance.pick(FLAGS),
  }),
  (chance) => ({ type: "FixedLength", length: chance.pick(NUMBERS) }),
  (chance, depth) => ({ type: "Sequence", pretokenizers: several(PRE_TOKENIZERS, chance, depth) }),
];

const PROCESSORS: readonly Make[] = [
  (chance) => ({
    type: "TemplateProcessing",
    single: template(chance, ["A"]),
    pair: template(chance, ["A", "B"]),
    special_tokens: specialTokens(chance),
  }),
  (chance) => ({
    type: "TemplateProcessing",
    single: template(chance, ["A"]),
    pair: template(chance, ["A", "B"]),
    special_tokens: specialTokens(chance),
  }),
  (chance) => ({
    type: chance.pick(["BertProcessing", "RobertaProcessing"]),
    sep: [chance.pick(TOKENS), chance.pick(IDS)],
    cls: [chance.pick(TOKENS), chance.pick(IDS)],
    trim_offsets: chance.pick(FLAGS),
    add_prefix_space: chance.pick(FLAGS),
  }),
  (chance) => ({
    type: "ByteLevel",
    add_prefix_space: chance.pick(FLAGS),
    trim_offsets: chance.pick(FLAGS),
    use_regex: chance.pick(FLAGS),
  }),
  (chance, depth) => ({ type: "Sequence", processors: several(PROCESSORS, chance, depth) }),
];

const DECODERS: readonly Make[] = [
  (chance) => ({
    type: chance.pick(["ByteLevel", "ByteFallback", "Fuse", "X"]),
    add_prefix_space: true,
    trim_offsets: true,
    use_regex: true,
  }),
  (chance) => ({ type: "WordPiece", prefix: chance.pick(MARKS), cleanup: chance.pick(FLAGS) }),
  (chance) => ({
    type: "Metaspace",
    replacement: chance.pick(MARKS),
    prepend_scheme: chance.pick(SCHEMES),
    split: true,
  }),
  (chance) => ({ type: "BPEDecoder", suffix: chance.pick(MARKS) }),
  () => ({ type: "CTC", pad_token: "[PAD]", word_delimiter_token: "|", cleanup: true }),
  (chance) => ({ type: "Replace", pattern: pattern(chance), content: "" }),
  (chance) => ({ type: "Strip", content: chance.pick(MARKS), start: chance.pick(NUMBERS), stop: chance.pick(NUMBERS) }),
  (chance, depth) => ({ type: "Sequence", decoders: several(DECODERS, chance, depth) }),
];

function several(makers: readonly Make[], chance: Chance, depth: number): unknown[] {
  if (depth > 2) return [];
  return Array.from({ length: chance.below(4) }, () => chance.pick(makers)(chance, depth + 1));
}

function template(chance: Chance, sequences: readonly string[]): unknown[] {
  const piece = (id: string) => ({
    Sequence: {
      id: chance.is(0.95) ? id : chance.pick(["A", "B", "C", 0]),
      type_id: chance.pick([0, 0, 1, 2 ** 32, -1]),
    },
  });
  const special = () => ({ SpecialToken: { id: chance.pick(TOKENS), type_id: chance.pick([0, 0, 0, 1, 5]) } });
  const pieces: unknown[] = sequences.flatMap((id) => [
    ...(chance.is(0.6) ? [special()] : []),
    ...(chance.is(0.97) ? [piece(id)] : []),
    ...(chance.is(0.05) ? [piece(id)] : []),
  ]);
  if (chance.is(0.5)) pieces.push(special());
  return chance.is(0.9) ? pieces : pieces.reverse();
}

function specialTokens(chance: Chance): unknown {
  const known = chance.is(0.5) ? TOKENS : TOKENS.slice(0, chance.below(TOKENS.length));
  return Object.fromEntries(
    known.map((id, i) => {
      const ids = chance.is(0.9) ? [i] : [chance.pick(IDS), chance.pick(IDS)].slice(0, chance.below(3));
      return [
        id,
        { id: chance.is(0.95) ? id : chance.pick(TOKENS), ids, tokens: chance.is(0.95) ? ids.map(() => id) : [] },
      ];
    }),
  );
}

function charsmap(chance: Chance): unknown {
  const size = chance.pick([0, 4, 8, 64, 1024]);
  const bytes = Uint8Array.from({ length: 4 + size + chance.below(32) }, () => chance.below(256));
  new DataView(bytes.buffer).setUint32(0, chance.is(0.7) ? size : chance.pick([1, 3, 2 ** 31, 2 ** 32 - 1]), true);
  return chance.is(0.8) ? Buffer.from(bytes).toString("base64") : chance.pick([null, "", "AAA", "!!!", 1]);
}

function addedToken(chance: Chance): unknown {
  return {
    ...{
      id: chance.pick(IDS),
      content: chance.pick(TOKENS),
      single_word: chance.pick(FLAGS),
      lstrip: chance.pick(FLAGS),
    },
    ...{ rstrip: chance.pick(FLAGS), normalized: chance.pick(FLAGS), special: chance.pick(FLAGS) },
  };
}

function model(chance: Chance): unknown {
  const tokens = [
    "[UNK]",
    "<unk>",
    ...TOKENS.slice(0, chance.below(TOKENS.length)),
    ..."abcdefghi",
    "ab",
    "abc",
    "##a",
    "##b",
    "▁",
    "Ġ",
  ];
  const ids = new Map([...new Set(tokens)].map((token, i) => [token, chance.is(0.97) ? i : chance.pick(IDS)]));
  const vocab = Object.fromEntries(ids);
  const unknown = chance.pick(["[UNK]", "<unk>", "none", null, ""]);
  const merges = Array.from({ length: chance.below(6) }, () => {
    const pair = [chance.pick(["a", "b", "ab", "c", "none", "", "😀"]), chance.pick(["b", "c", "d", "none", ""])];
    return chance.is(0.5) ? pair.join(" ") : pair;
  });
  const kind = chance.below(4);
  if (kind === 0)
    return {
      type: "WordPiece",
      unk_token: unknown,
      continuing_subword_prefix: chance.pick(MARKS),
      max_input_chars_per_word: chance.pick([100, ...NUMBERS]),
      vocab,
    };
  if (kind === 1) return { type: "WordLevel", unk_token: unknown, vocab };
  if (kind === 2) {
    const scored = [...ids.keys()].map((token) => [
      token,
      chance.is(0.95) ? -chance.below(10) : chance.pick([1e300, -1e300, 0, "x", null]),
    ]);
    return {
      type: "Unigram",
      unk_id: chance.pick([0, 1, null, ...IDS]),
      vocab: scored,
      byte_fallback: chance.pick(FLAGS),
    };
  }
  return {
    ...{
      type: "BPE",
      dropout: chance.pick([null, null, 0, 0.5, 1, 2, -1]),
      unk_token: unknown,
      continuing_subword_prefix: chance.pick([null, ...MARKS]),
    },
    ...{
      end_of_word_suffix: chance.pick([null, ...MARKS]),
      fuse_unk: chance.pick(FLAGS),
      byte_fallback: chance.pick(FLAGS),
      ignore_merges: chance.pick(FLAGS),
      vocab,
      merges,
    },
  };
}

const PARTS: Readonly<Record<string, Make>> = {
  normalizer: (chance, depth) => chance.pick(NORMALIZERS)(chance, depth),
  pre_tokenizer: (chance, depth) => chance.pick(PRE_TOKENIZERS)(chance, depth),
  post_processor: (chance, depth) => chance.pick(PROCESSORS)(chance, depth),
  decoder: (chance, depth) => chance.pick(DECODERS)(chance, depth),
  model,
  added_tokens: (chance) => Array.from({ length: chance.below(5) }, () => addedToken(chance)),
};

const KNOWN: Dictionary = {
  "model.unk_token": TOKENS,
  "model.unk_id": IDS,
  "model.continuing_subword_prefix": MARKS,
  "model.end_of_word_suffix": MARKS,
  "model.max_input_chars_per_word": NUMBERS,
  "model.byte_fallback": FLAGS,
  "model.fuse_unk": FLAGS,
  "model.ignore_merges": FLAGS,
  "model.dropout": [0, 0.5, 1, 2, -1, null],
  "model.type": ["WordPiece", "BPE", "Unigram", "WordLevel", "X", null],
  truncation: [
    null,
    { max_length: 0, strategy: "LongestFirst", stride: 0, direction: "Right" },
    { max_length: 4, stride: 9 },
    {},
  ],
  padding: [null, { strategy: { Fixed: 1e9 }, pad_id: 0 }, {}],
  version: ["1.0", "2.0", null, 1],
};

/** As JSON, whatever an earlier fault nested. */
const jsonOf = (value: unknown): Uint8Array => text(write(toNode(value)));

/** One fault in tokenizer.json: a part made anew, a token listed or not, or a value changed. */
function mutateTokenizer(bytes: Uint8Array, chance: Chance): Uint8Array {
  let contents: Record<string, unknown>;
  try {
    contents = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return mutateBytes(bytes, chance);
  }
  if (typeof contents !== "object" || contents === null || Array.isArray(contents)) return mutateBytes(bytes, chance);
  switch (chance.below(8)) {
    case 0:
    case 1:
    case 2: {
      const part = chance.pick(Object.keys(PARTS));
      return jsonOf({ ...contents, [part]: (PARTS[part] as Make)(chance, 0) });
    }
    case 3: {
      const listed = Array.isArray(contents.added_tokens) ? contents.added_tokens : [];
      return jsonOf({ ...contents, added_tokens: [...listed, addedToken(chance)] });
    }
    case 4: {
      // Within a part, where most of the keys are those of the vocabulary otherwise.
      const part = chance.pick(
        Object.keys(PARTS).filter((key) => typeof contents[key] === "object" && contents[key] !== null),
      );
      if (part === undefined) return mutateBytes(bytes, chance);
      const node = toNode(contents[part]);
      mutateJson(node, chance);
      const others = Object.entries(contents).filter(([key]) => key !== part);
      return text(
        write({
          kind: "object",
          pairs: [
            ...others.map(([key, value]): [string, ReturnType<typeof toNode>] => [key, toNode(value)]),
            [part, node],
          ],
        }),
      );
    }
    case 5:
      return mutateBytes(bytes, chance);
    default: {
      const root = toNode(contents);
      mutateJson(root, chance, KNOWN);
      return text(write(root));
    }
  }
}

/** One fault in a file of lines. */
function mutateLines(bytes: Uint8Array, chance: Chance): Uint8Array {
  const lines = new TextDecoder().decode(bytes).split("\n");
  const at = chance.below(lines.length);
  switch (chance.below(8)) {
    case 0:
      lines.splice(at, 1 + chance.below(5));
      break;
    case 1:
      lines.splice(at, 0, lines[chance.below(lines.length)] ?? "");
      break;
    case 2:
      lines.splice(at, 0, chance.pick([...TOKENS, ...MARKS, "a b c", "x y", "#version: 9", "a  b", "\t", "none none"]));
      break;
    case 3:
      lines[at] = (lines[at] ?? "") + chance.pick([" ", "\r", "\u0000", " b", "\u2028", "\ufeff"]);
      break;
    case 4:
      return text(lines.join(chance.pick(["\r\n", "\r", "\n\n", " "])));
    case 5:
      return text(lines.slice(0, at).join("\n"));
    case 6:
      lines.push(...Array.from({ length: chance.pick([10, 1000, 50_000]) }, (_, i) => `x${i}`));
      break;
    default:
      return bytes.length === 0 ? text("\n") : mutateBytes(bytes, chance);
  }
  return text(lines.join("\n"));
}

const MUTATE: Readonly<Record<string, (bytes: Uint8Array, chance: Chance) => Uint8Array>> = {
  "tokenizer.json": mutateTokenizer,
  "vocab.txt": mutateLines,
  "merges.txt": mutateLines,
  "vocab.json": (bytes, chance) => mutateTokenizer(bytes, chance),
};

export function tokenizers(): FuzzKind {
  const golden = readFileSync(new URL("../../../test/golden/tokenizer-settings.json", import.meta.url), "utf8");
  const { contents, cases } = JSON.parse(golden) as Settings;
  const bases = new Map(
    Object.entries(cases).map(([name, { type, files }]) => {
      const own = Object.entries(files).filter(([file]) => file !== "config");
      const stored = own.map(([file, value]): [string, Uint8Array] => {
        const content = typeof value === "number" ? contents[value] : value;
        return [file, typeof content === "string" ? text(content) : json(content)];
      });
      return [name, new Map([...textCheckpoint(type, VOCABULARY), ...stored])];
    }),
  );
  const names = [...bases.keys()];
  return {
    name: "tokenizers",
    bases,
    make(chance, faults) {
      const base = chance.pick(names);
      const files = bases.get(base) ?? new Map<string, Uint8Array>();
      const candidates = Object.keys(MUTATE).filter((name) => files.has(name));
      const changed = new Map<string, Uint8Array>();
      for (const fault of faults) {
        const file = fault.pick(candidates);
        changed.set(file, (MUTATE[file] as (typeof MUTATE)[string])(changed.get(file) ?? fileOf(files, file), fault));
      }
      return { base, files: changed, how: chance.pick(["native", "native", "native and explained", "portable"]) };
    },
    async use(folder, { how }) {
      if (how === "portable") return encodeAll(await portable(folder));
      await using model = await loadModel(folder, { threads: 1 });
      const { tokenizer } = model;
      if (tokenizer === undefined) throw new Error("a text model without a tokenizer");
      const encoded = await encodeAll(tokenizer);
      if (how === "native") return encoded;
      return [
        encoded,
        await explain(model, { text: TEXTS[0] as string, pair: TEXTS[3] as string }, { method: "raw-attention" }),
      ];
    },
  };
}

/** As a browser makes it. */
async function portable(folder: string): Promise<Tokenizer> {
  const files = await readTokenizerFiles(diskStore(folder));
  const { model_type: type } = JSON.parse(await readFile(join(folder, "config.json"), "utf8")) as {
    model_type: string;
  };
  return createPortableTokenizer({ ...files, modelMaxLength: 64, embeddingRows: VOCABULARY, model: { type } });
}

/** Ids below the size of the vocabulary, and offsets within the text. A text that cannot be read may be refused. */
async function encodeAll(tokenizer: Tokenizer): Promise<unknown> {
  const found: unknown[] = [tokenizer.maxLength === Number.POSITIVE_INFINITY ? 0 : tokenizer.maxLength];
  for (const content of TEXTS) {
    try {
      const encoded = await tokenizer.encode(content);
      if (encoded.ids.some((id) => !Number.isInteger(Number(id)) || id < 0 || id >= VOCABULARY)) found.push(Number.NaN);
      found.push(encoded);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
    }
  }
  found.push(
    await tokenizer.encode(TEXTS[0] as string, TEXTS[1]).catch((error: unknown) => {
      if (!(error instanceof InputError)) throw error;
    }),
  );
  return found;
}

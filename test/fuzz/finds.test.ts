/** @file What the fuzzer found, made as small as it gets: each file is refused by the error that says what is wrong with it. */

import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { withFolders } from "../../bench/fuzz/folders.ts";
import type { FuzzCase } from "../../bench/fuzz/kind.ts";
import { KINDS } from "../../bench/fuzz/kinds.ts";

/** Changes the contents of a file that holds JSON, or writes another text. */
// biome-ignore lint/suspicious/noExplicitAny: whatever the file holds
type Change = (contents: Record<string, any>) => unknown;

/** Bytes behind those of the file. */
type Append = readonly number[];

interface Find {
  readonly name: string;
  readonly kind: keyof typeof KINDS;
  readonly base: string;
  readonly file: string;
  readonly change: Change | Append;
  readonly how?: string;
  /** Class and words of the error; undefined where the file is read. */
  readonly error?: readonly [name: string, words: string];
}

const nested = (depth: number, inside = "1"): string => `${"[".repeat(depth)}${inside}${"]".repeat(depth)}`;
const base64 = (...bytes: readonly number[]): string => Buffer.from(bytes).toString("base64");
const tokenizer = (name: string, change: Change, words: string, how = "native", base = "plain"): Find => {
  return { name, kind: "tokenizers", base, file: "tokenizer.json", change, how, error: ["CheckpointError", words] };
};
const normalizer = (map: string) => (contents: object) => ({
  ...contents,
  normalizer: { type: "Precompiled", precompiled_charsmap: map },
});

const BLOCK = {
  ...{ index: 0, relevance: [], attentionEvidence: [], fused: [], weight: 0 },
  completeness: {
    ...{ scoreAtInput: 0, scoreAtBaseline: 0, delta: 0, relativeError: 0, sum: 0, points: 1, converged: true },
  },
};

const FINDS: readonly Find[] = [
  // The native library ended the process over these.
  tokenizer("a character map whose texts are not UTF-8", normalizer(base64(4, 0, 0, 0, 0, 0, 0, 0, 0xff)), "not UTF-8"),
  tokenizer(
    "a character map whose index leads out of itself",
    normalizer(base64(4, 0, 0, 0, 0, 0, 0, 0, 0x61)),
    "index has 1 places",
  ),
  tokenizer(
    "pieces of the length 0",
    (contents) => ({
      ...contents,
      pre_tokenizer: { type: "Sequence", pretokenizers: [{ type: "FixedLength", length: 0 }] },
    }),
    "pieces of the length 0",
  ),
  tokenizer(
    "merges that are shorter than their prefix",
    ({ model, ...contents }) => ({ ...contents, model: { ...model, continuing_subword_prefix: "####" } }),
    'does not begin with its prefix "####"',
    "native",
    "bytes, plain",
  ),
  tokenizer(
    "a normalizer that prepends nothing, before another step",
    (contents) => ({ ...contents, normalizer: { type: "Prepend", prepend: "" }, pre_tokenizer: { type: "ByteLevel" } }),
    "sets nothing before texts",
  ),
  tokenizer(
    "a normalizer that replaces nothing by something, before another step",
    (contents) => ({
      ...contents,
      normalizer: {
        type: "Sequence",
        normalizers: [{ type: "Replace", pattern: { Regex: "\\G" }, content: "x" }, { type: "NFC" }],
      },
    }),
    "matches where there is nothing to replace",
  ),
  tokenizer(
    "a template that takes a text a thousand times",
    ({ post_processor: { single, ...post_processor }, ...contents }) => ({
      ...contents,
      post_processor: { ...post_processor, single: Array(1000).fill(single).flat() },
    }),
    'several places for "A"',
  ),
  tokenizer(
    "two added tokens of one id",
    ({ added_tokens, ...contents }) => ({
      ...contents,
      added_tokens: [...added_tokens, { ...added_tokens[0], id: 3, content: " ", special: false }],
    }),
    "both have the id 3",
    "native",
    "DeBERTa-v3",
  ),
  tokenizer(
    "white space that two added tokens take",
    ({ added_tokens, ...contents }) => ({
      ...contents,
      added_tokens: [
        ...added_tokens.map((token: object) => ({ ...token, rstrip: true })),
        { ...added_tokens[0], id: 200, content: " ", lstrip: true },
      ],
    }),
    "is white space and takes what is before it",
    "native",
    "no tokenizer_config, cased file",
  ),
  tokenizer(
    "an added token of which the normalizer leaves nothing",
    ({ added_tokens, ...contents }) => ({
      ...contents,
      normalizer: { type: "Strip", strip_left: true, strip_right: false },
      added_tokens: [...added_tokens, { ...added_tokens[0], id: 200, content: " ", normalized: true, special: false }],
    }),
    'leaves nothing of the added token " "',
    "native",
    "no tokenizer_config, cased file",
  ),
  // The portable reader.
  tokenizer(
    "a template for a text that has a place for a second one",
    (contents) => ({
      ...contents,
      post_processor: {
        type: "TemplateProcessing",
        single: ["B", "A"].map((id) => ({ Sequence: { id, type_id: 0 } })),
        pair: ["A", "B"].map((id) => ({ Sequence: { id, type_id: 0 } })),
        special_tokens: {},
      },
    }),
    'for a text has a place for "B"',
    "portable",
  ),
  tokenizer(
    "a part with the name of what every object has",
    (contents) => ({ ...contents, pre_tokenizer: { type: "constructor" } }),
    'pre_tokenizer is "constructor"',
    "portable",
  ),
  tokenizer(
    "merges that are no texts",
    ({ model, ...contents }) => ({ ...contents, model: { ...model, merges: [3] } }),
    "does not read its",
    "portable",
    "bytes, plain",
  ),
  {
    name: "settings that lie deep in each other",
    kind: "configs",
    base: "adapter/plain",
    file: "config.json",
    change: () => `{"model_type":"bert","x":${nested(5000)}}`,
    error: ["CheckpointError", "not valid JSON"],
  },
  {
    name: "pictures of a billion rows, for which a graph would be built",
    kind: "configs",
    base: "family/dinov2, swiglu, smaller picture",
    file: "preprocessor_config.json",
    change: (contents) => ({ ...contents, size: { height: 1e9, width: 24 } }),
    error: ["CheckpointError", "pictures of 24 x 1000000000 pixels"],
  },
  {
    name: "pictures whose shorter side has a million pixels",
    kind: "configs",
    base: "family/vit",
    file: "preprocessor_config.json",
    change: (contents) => ({ ...contents, size: { shortest_edge: 1e6 } }),
    error: ["InputError", "the model's preprocessor makes it 1000000 x 1000000"],
  },
  {
    name: "an explanation in which numbers lie deep in each other",
    kind: "explanations",
    base: "text",
    file: "one.json",
    change: (contents) => JSON.stringify({ ...contents, attribution: "here" }).replace('"here"', nested(5000)),
    error: ["InputError", "200 deep"],
  },
  {
    name: "an explanation whose picture has half a row",
    kind: "explanations",
    base: "image",
    file: "one.json",
    change: ({ input, ...contents }) => ({ ...contents, input: { ...input, grid: [0.5, 2] } }),
    error: ["InputError", "wanted a whole number of at least 1"],
  },
  {
    name: "an explanation of a billion patches of which it holds a few",
    kind: "explanations",
    base: "image",
    file: "one.json",
    change: ({ input, ...contents }) => ({ ...contents, input: { ...input, grid: [1e5, 1e4] } }),
    error: ["InputError", "rows and columns of at most"],
  },
  {
    name: "an explanation with a patch far outside of its picture",
    kind: "explanations",
    base: "image",
    file: "one.json",
    change: ({ supporting, ...contents }) => ({
      ...contents,
      supporting: [...supporting, { row: 1e308, column: 0, attribution: 1 }],
    }),
    error: ["InputError", "wanted a whole number from 0 to"],
  },
  {
    name: "an explanation of a picture with a field of words",
    kind: "explanations",
    base: "image",
    file: "one.json",
    change: (contents) => ({ ...contents, words: "none" }),
  },
  {
    name: "an explanation of a text too long for a PNG",
    kind: "explanations",
    base: "text",
    file: "one.json",
    change: (contents) => ({ ...contents, input: { kind: "text", text: "a film\nno, the".repeat(5000) } }),
    how: "with a PNG",
    error: ["InputError", "wanted at most 32767 on a side"],
  },
  {
    name: "an explanation of thirty thousand blocks, each of which became a table",
    kind: "explanations",
    base: "grad-cam",
    file: "one.json",
    change: (contents) => ({ ...contents, blocks: Array(30_000).fill(BLOCK) }),
    error: ["InputError", "has 30000 entries, wanted at most 1000"],
  },
  {
    name: "an explanation of a long text with line breaks, which took the square of its length",
    kind: "explanations",
    base: "text",
    file: "one.json",
    change: (contents) => ({ ...contents, input: { kind: "text", text: "a film\nno, the".repeat(5000) } }),
  },
  {
    name: "an explanation of twenty thousand classes, each of which was compared with all",
    kind: "explanations",
    base: "grad-cam",
    file: "one.json",
    change: ({ model: { activation: _, ...model }, ...contents }) => ({
      ...contents,
      model,
      predictions: Array.from({ length: 20_000 }, (_, index) => ({
        index,
        label: `${index}`,
        logit: 1,
        probability: 0,
      })),
    }),
  },
  {
    name: "an ONNX file of a version that no number holds",
    kind: "onnx",
    base: "bert-fused.onnx",
    file: "model.onnx",
    // opset_import { domain: "c.e" version: 2^63 - 1 }
    change: [0x42, 15, 0x0a, 3, 0x63, 0x2e, 0x65, 0x10, ...Array<number>(8).fill(0xff), 0x7f],
    error: ["OnnxParseError", "is 9223372036854775807, wanted a number below 2^53"],
  },
];

/** Where nothing else is said: models are asked for the cheapest method. */
const HOW: Readonly<Record<string, string>> = {
  onnx: "raw-attention",
  safetensors: "raw-attention",
  configs: "raw-attention",
};

function damage(original: Uint8Array, change: Change | Append): Uint8Array {
  if (typeof change !== "function") return Uint8Array.from([...original, ...change]);
  const changed = change(JSON.parse(Buffer.from(original).toString("utf8")) as Record<string, unknown>);
  return new Uint8Array(Buffer.from(typeof changed === "string" ? changed : JSON.stringify(changed)));
}

describe("files that the fuzzer found", () => {
  it.each(FINDS)("$name", async ({ kind: name, base, file, change, how, error }) => {
    const kind = await (KINDS[name] as (typeof KINDS)[string])();
    const whole = kind.bases.get(base) as ReadonlyMap<string, Uint8Array>;
    const damaged = new Map([[file, damage(whole.get(file) as Uint8Array, change)]]);
    const found: FuzzCase = { base, files: damaged, how: how ?? HOW[name] ?? "" };
    const used = withFolders(new Map([[base, new Map([...whole, ...damaged])]]), (root) => {
      return kind.use(join(root, base), found);
    });
    if (error === undefined) await expect(used).resolves.toBeDefined();
    else await expect(used).rejects.toMatchObject({ name: error[0], message: expect.stringContaining(error[1]) });
  });
});

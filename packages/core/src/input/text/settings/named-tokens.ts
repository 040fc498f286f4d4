/** @file The tokens that a folder names: their roles, and how they are found in a text. */

import { isPart, type JsonPart, textOf } from "../portable/json-part.ts";
import type { ClassKind, Version } from "./tokenizer-classes.ts";
import type { TokenizerFiles } from "./tokenizer-files.ts";

/** A token that is found in a text before anything else is, as tokenizer.json writes it. */
export interface TokenSpec {
  readonly content: string;
  readonly single_word: boolean;
  readonly lstrip: boolean;
  readonly rstrip: boolean;
  readonly normalized: boolean;
  readonly special: boolean;
}

/** In the order in which transformers adds them. */
const ROLES = ["bos", "eos", "unk", "sep", "pad", "cls", "mask"] as const;
export type Role = (typeof ROLES)[number];

export interface NamedTokens {
  /** By role; only tokens that a file names, or that the class has by default. */
  readonly byRole: Readonly<Partial<Record<Role, TokenSpec>>>;
  /** Those that a file names, in the order in which they are added to a vocabulary that lacks them. */
  readonly named: readonly TokenSpec[];
  /** Tokens with the flags that the folder states for them: added_tokens_decoder, or added_tokens.json. */
  readonly stated: readonly TokenSpec[];
  /** Whether the folder states them in tokenizer_config.json: nothing else then counts. */
  readonly decoder: boolean;
}

const BRACKETS = { unk: "[UNK]", sep: "[SEP]", pad: "[PAD]", cls: "[CLS]", mask: "[MASK]" };
const ANGLES = { bos: "<s>", eos: "</s>", sep: "</s>", cls: "<s>", unk: "<unk>", pad: "<pad>", mask: "<mask>" };
const END = "<|endoftext|>";
const DEFAULTS: Readonly<Record<ClassKind, Readonly<Partial<Record<Role, string>>>>> = {
  bert: BRACKETS,
  mpnet: { ...ANGLES, unk: "[UNK]" },
  roberta: ANGLES,
  "xlm-roberta": ANGLES,
  camembert: ANGLES,
  gpt2: { unk: END, bos: END, eos: END },
  qwen2: { unk: END, eos: END, pad: END },
  llama: { unk: "<unk>", bos: "<s>", eos: "</s>" },
  albert: { ...BRACKETS, bos: "[CLS]", eos: "[SEP]", unk: "<unk>", pad: "<pad>" },
  "deberta-v2": { ...BRACKETS, bos: "[CLS]", eos: "[SEP]" },
  clip: { unk: END, bos: "<|startoftext|>", eos: END, pad: END },
  plain: {},
};
/** Classes whose mask takes the space before it, where it is named by its text alone. */
const WIDE_MASK: Readonly<Record<Version, readonly ClassKind[]>> = {
  4: ["mpnet", "roberta", "xlm-roberta", "camembert", "albert"],
  5: ["mpnet", "camembert"],
};

export function namedTokens(files: TokenizerFiles, kind: ClassKind, version: Version): NamedTokens {
  const config = partOf(files.tokenizerConfig);
  const decoder = isPart(config.added_tokens_decoder) ? config.added_tokens_decoder : undefined;
  const map = decoder === undefined ? partOf(files.specialTokensMap) : {};
  const value = (key: string): unknown => (Object.hasOwn(map, key) ? map[key] : config[key]);

  const byRole: Partial<Record<Role, TokenSpec>> = {};
  const named: TokenSpec[] = [];
  for (const role of ROLES) {
    const key = `${role}_token`;
    const found = value(key);
    const text = textOf(found);
    if (text === undefined) {
      const usual = found === null ? undefined : DEFAULTS[kind][role];
      if (usual !== undefined) byRole[role] = specOf(usual, true);
      continue;
    }
    const wide = role === "mask" && typeof found === "string" && WIDE_MASK[version].includes(kind);
    const spec = { ...specOf(found, true), ...(wide ? { lstrip: true } : {}) };
    byRole[role] = spec;
    named.push(spec);
  }
  for (const key of ["additional_special_tokens", "extra_special_tokens"]) {
    for (const source of [config[key], map[key]]) {
      const tokens = Array.isArray(source) ? source : isPart(source) ? Object.values(source) : [];
      for (const token of tokens) if (textOf(token) !== undefined) named.push(specOf(token, true));
    }
  }
  const isNamed = (text: string) => named.some(({ content }) => content === text);
  const stated =
    decoder === undefined
      ? Object.entries(partOf(files.addedTokens))
          .sort(([, a], [, b]) => Number(a) - Number(b))
          .map(([text]) => specOf(text, isNamed(text)))
      : Object.entries(decoder)
          .sort(([a], [b]) => Number(a) - Number(b))
          .filter(([, token]) => textOf(token) !== undefined)
          .map(([, token]) => specOf(token, false))
          .map((spec) => (isNamed(spec.content) ? { ...spec, special: true } : spec));
  return { byRole, named, stated, decoder: decoder !== undefined };
}

/** A token as text, or as an object with flags, of which those left out have the defaults of the library. */
export function specOf(value: unknown, special: boolean): TokenSpec {
  const flags = isPart(value) ? value : {};
  const isSpecial = special || flags.special === true;
  return {
    content: textOf(value) ?? "",
    single_word: flags.single_word === true,
    lstrip: flags.lstrip === true,
    rstrip: flags.rstrip === true,
    normalized: typeof flags.normalized === "boolean" ? flags.normalized : !isSpecial,
    special: isSpecial,
  };
}

export const partOf = (value: unknown): JsonPart => (isPart(value) ? value : {});

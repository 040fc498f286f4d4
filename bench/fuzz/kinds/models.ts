/** @file The models that the fuzzer damages: two blocks of width 16 to 32, random weights, a few tens of kilobytes. */

import { readFileSync } from "node:fs";
import { encodeSafetensors } from "@calig/core/internal/checkpoint/safetensors";
import { hashedParameter } from "../../../test/support/hashed-weights.ts";
import { readParityFile } from "../../../test/support/parity.ts";
import { tinyTokenizer } from "../../../test/support/tiny-tokenizer.ts";

const FIXTURES = new URL("../../../test/fixtures/", import.meta.url);

type Files = ReadonlyMap<string, Uint8Array>;

/** A fixture by its path. */
export const fixture = (path: string): Uint8Array => new Uint8Array(readFileSync(new URL(path, FIXTURES)));

const encoder = new TextEncoder();
export const text = (content: string): Uint8Array => encoder.encode(content);
export const json = (value: unknown): Uint8Array => text(JSON.stringify(value));

/** Fixtures of a folder under their names. */
export const fixtures = (folder: string, names: readonly string[]): [string, Uint8Array][] =>
  names.map((name) => [name, fixture(`${folder}/${name}`)]);

export const TEXT_FILES: readonly [string, Uint8Array][] = [["tokenizer.json", text(tinyTokenizer())]];

/** Pictures of 16 x 16 pixels, bytes to -1..1. */
export const pictureFiles = (size: unknown): readonly [string, Uint8Array][] => [
  [
    "preprocessor_config.json",
    json({
      ...{ do_normalize: true, do_rescale: true, do_resize: true, rescale_factor: 1 / 255, resample: 2, size },
      ...{ image_mean: [0.5, 0.5, 0.5], image_std: [0.5, 0.5, 0.5], image_processor_type: "ViTImageProcessor" },
    }),
  ],
];

/** A checkpoint of every family that calig builds, and of some of their variants. */
export function familyCheckpoints(): Map<string, Files> {
  const cases = [...readParityFile("text").cases, ...readParityFile("vision").cases];
  return new Map(
    cases.map(({ name, config, tensors, gain, inputs }) => {
      const stored = tensors.map(([tensor, shape]) => {
        return { name: tensor, dtype: "float32" as const, shape, data: hashedParameter(tensor, shape, gain) };
      });
      const [, , height = 0, width = 0] = inputs.pixels ?? [];
      const files: (readonly [string, Uint8Array])[] = [
        ["config.json", json(config)],
        ["model.safetensors", encodeSafetensors(stored, { format: "pt" })],
        ...(inputs.pixels === undefined ? TEXT_FILES : pictureFiles({ height, width })),
      ];
      return [`family/${name}`, new Map(files)];
    }),
  );
}

/** Weights and config.json of a family with vectors for `vocabulary` tokens. Families that are not built: BERT's. */
export function textCheckpoint(family: string, vocabulary: number): [string, Uint8Array][] {
  const { cases } = readParityFile("text");
  const { config, tensors, gain } = cases.find(({ name }) => name === family) ?? (cases[0] as (typeof cases)[number]);
  const size = (config as { readonly vocab_size?: number }).vocab_size;
  const stored = tensors.map(([name, [first, ...rest]]) => {
    const shape = [first === size ? vocabulary : (first as number), ...rest];
    return { name, dtype: "float32" as const, shape, data: hashedParameter(name, shape, gain) };
  });
  return [
    ["config.json", json({ ...config, vocab_size: vocabulary })],
    ["model.safetensors", encodeSafetensors(stored, { format: "pt" })],
  ];
}

const TOKENIZER = ["tokenizer.json", "tokenizer_config.json"];

/** Two blocks and 269 tokens, stored as the weights of adapters' bases are. */
export const plainCheckpoint = (): Files =>
  new Map(fixtures("adapters/bases/bert", ["config.json", "model.safetensors", ...TOKENIZER]));

/** Adapters with their bases beside them. */
export function adapterCheckpoints(): Map<string, Files> {
  const bases: Readonly<Record<string, string>> = {
    ...{ plain: "bert", dora: "bert", "all-linear": "bert", patterns: "bert", "modules-to-save": "bert" },
    ...{ "bare-base-three-classes": "bert-bare", distilbert: "distilbert", "fan-in-fan-out": "bert" },
  };
  return new Map(
    Object.entries(bases).map(([name, base]) => [
      `adapter/${name}`,
      new Map([
        ...fixtures(`adapters/bases/${base}`, ["config.json", "model.safetensors", ...TOKENIZER]),
        ...fixtures(`adapters/${name}`, ["adapter_config.json", "adapter_model.safetensors"]),
      ]),
    ]),
  );
}

/** Weights of few bits, as the libraries that make them store them. */
export function quantisedCheckpoints(): Map<string, Files> {
  const names = [
    "awq",
    "bitsandbytes-int8",
    "bitsandbytes-nf4-nested",
    "compressed-fp8",
    "compressed-int8-asymmetric",
    "compressed-packed",
    "fp8-blocks",
    "gptq-3",
    "gptq-4-order",
    "quanto-int8",
  ];
  return new Map(
    names.map((name) => [
      `quantised/${name}`,
      new Map([
        ...fixtures(`quantised/${name}`, ["config.json", "model.safetensors"]),
        ...fixtures("quantised", TOKENIZER),
      ]),
    ]),
  );
}

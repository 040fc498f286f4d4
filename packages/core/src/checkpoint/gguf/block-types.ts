/**
 * @file The element types of GGUF: how many numbers lie in how many bytes, and what the numbers are.
 *
 * Formulas as in ggml's `dequantize_row_*` (ggml-quants.c): products and sums are rounded to float32 one by one, so that the
 * numbers are those of llama.cpp to the last bit.
 */

import { bfloat16ToFloat, halfToFloat } from "../../tensor/half.ts";

/** A type. Numbers lie in blocks, one after the other; a block is computed alone. */
export interface BlockType {
  /** "Q4_K" */
  readonly name: string;
  /** Numbers of a block. */
  readonly elements: number;
  /** Bytes of a block. */
  readonly bytes: number;
  /** What a number is, for readers; undefined where it is stored as it is. */
  readonly formula?: string;
  /**
   * Computes whole blocks.
   *
   * @param source - Their bytes.
   * @param target - Room for their numbers.
   */
  decode(source: Uint8Array, target: Float32Array): void;
}

const f = Math.fround;

/** A number of half precision among bytes. Blocks have one or two: a table of all 65,536 is faster than to compute them. */
function halfAt(source: Uint8Array, at: number): number {
  table ??= halfToFloat(Uint16Array.from({ length: 2 ** 16 }, (_, bits) => bits));
  return table[(source[at] as number) | ((source[at + 1] as number) << 8)] as number;
}
let table: Float32Array | undefined;

const signed = (byte: number): number => (byte << 24) >> 24;

/** Decodes block by block. */
const each =
  (
    elements: number,
    bytes: number,
    block: (source: Uint8Array, at: number, target: Float32Array, to: number) => void,
  ) =>
  (source: Uint8Array, target: Float32Array): void => {
    for (let at = 0, to = 0; to < target.length; at += bytes, to += elements) block(source, at, target, to);
  };

/** Codes of 4 bits, the lower halves of all bytes first; with a fifth bit of each in 4 bytes before them. */
function smallCodes(source: Uint8Array, at: number, high: boolean, write: (index: number, code: number) => void): void {
  const codes = high ? at + 4 : at;
  for (let j = 0; j < 16; j++) {
    const byte = source[codes + j] as number;
    const low = high ? (((source[at + (j >> 3)] as number) >> (j & 7)) & 1) << 4 : 0;
    const up = high ? (((source[at + 2 + (j >> 3)] as number) >> (j & 7)) & 1) << 4 : 0;
    write(j, (byte & 0xf) | low);
    write(j + 16, (byte >> 4) | up);
  }
}

/** A scale, perhaps a minimum, and 32 codes of 4 or 5 bits. */
function small(name: string, { high, minimum }: { readonly high: boolean; readonly minimum: boolean }): BlockType {
  const before = minimum ? 4 : 2;
  const bytes = before + (high ? 4 : 0) + 16;
  const middle = minimum ? 0 : high ? 16 : 8;
  return {
    name,
    elements: 32,
    bytes,
    formula: minimum ? "code x scale + minimum of 32" : `(code - ${middle}) x scale of 32`,
    decode: each(32, bytes, (source, at, target, to) => {
      const scale = halfAt(source, at);
      const least = minimum ? halfAt(source, at + 2) : 0;
      smallCodes(source, at + before, high, (index, code) => {
        target[to + index] = f((code - middle) * scale) + least;
      });
    }),
  };
}

/** Scale and minimum of group `j` of 8, 6 bits each in 12 bytes. */
function groupScales(source: Uint8Array, at: number, j: number): readonly [scale: number, minimum: number] {
  const byte = (i: number) => source[at + i] as number;
  return j < 4
    ? [byte(j) & 63, byte(j + 4) & 63]
    : [(byte(j + 4) & 0xf) | ((byte(j - 4) >> 6) << 4), (byte(j + 4) >> 4) | ((byte(j) >> 6) << 4)];
}

/** 256 codes of 4 or 5 bits in groups of 32, whose scales and minima are codes of 6 bits. */
function grouped(name: string, high: boolean): BlockType {
  const bytes = 16 + (high ? 32 : 0) + 128;
  return {
    name,
    elements: 256,
    bytes,
    formula: "code x scale - minimum of 32, both codes of 6 bits",
    decode: each(256, bytes, (source, at, target, to) => {
      const [d, least] = [halfAt(source, at), halfAt(source, at + 2)];
      const codes = at + 16 + (high ? 32 : 0);
      for (let group = 0; group < 8; group++) {
        const [scale, minimum] = groupScales(source, at + 4, group);
        const [factor, shift] = [f(d * scale), f(least * minimum)];
        for (let l = 0; l < 32; l++) {
          const byte = source[codes + (group >> 1) * 32 + l] as number;
          const fifth = high ? (((source[at + 16 + l] as number) >> group) & 1) << 4 : 0;
          const code = (group % 2 === 0 ? byte & 0xf : byte >> 4) | fifth;
          target[to + group * 32 + l] = f(factor * code) - shift;
        }
      }
    }),
  };
}

const Q8_0: BlockType = {
  name: "Q8_0",
  elements: 32,
  bytes: 34,
  formula: "int8 x scale of 32",
  decode: each(32, 34, (source, at, target, to) => {
    const scale = halfAt(source, at);
    for (let i = 0; i < 32; i++) target[to + i] = signed(source[at + 2 + i] as number) * scale;
  }),
};

const Q6_K: BlockType = {
  name: "Q6_K",
  elements: 256,
  bytes: 210,
  formula: "(code - 32) x scale of 16, a code of 8 bits",
  decode: each(256, 210, (source, at, target, to) => {
    const d = halfAt(source, at + 208);
    for (let i = 0; i < 256; i++) {
      // Two halves of 128, each of four quarters: their lower 4 bits share 64 bytes, their upper 2 bits 32.
      const [half, quarter, l] = [i >> 7, (i >> 5) & 3, i & 31];
      const byte = source[at + half * 64 + (quarter & 1) * 32 + l] as number;
      const low = quarter < 2 ? byte & 0xf : byte >> 4;
      const high = ((source[at + 128 + half * 32 + l] as number) >> (quarter * 2)) & 3;
      const scale = signed(source[at + 192 + (i >> 4)] as number);
      target[to + i] = f(d * scale) * ((low | (high << 4)) - 32);
    }
  }),
};

const Q2_K: BlockType = {
  name: "Q2_K",
  elements: 256,
  bytes: 84,
  formula: "code x scale - minimum of 16, both codes of 4 bits",
  decode: each(256, 84, (source, at, target, to) => {
    const [d, least] = [halfAt(source, at + 80), halfAt(source, at + 82)];
    for (let i = 0; i < 256; i++) {
      const scales = source[at + (i >> 4)] as number;
      const code = ((source[at + 16 + (i >> 7) * 32 + (i & 31)] as number) >> (((i >> 5) & 3) * 2)) & 3;
      target[to + i] = f(f(d * (scales & 0xf)) * code) - f(least * (scales >> 4));
    }
  }),
};

const Q3_K: BlockType = {
  name: "Q3_K",
  elements: 256,
  bytes: 110,
  formula: "(code - 4) x scale of 16, a code of 6 bits",
  decode: each(256, 110, (source, at, target, to) => {
    const d = halfAt(source, at + 108);
    for (let i = 0; i < 256; i++) {
      const j = i >> 4;
      const byte = source[at + 96 + (j & 7)] as number;
      const upper = ((source[at + 104 + (j & 3)] as number) >> ((j >> 2) * 2)) & 3;
      const scale = ((j < 8 ? byte & 0xf : byte >> 4) | (upper << 4)) - 32;
      const low = ((source[at + 32 + (i >> 7) * 32 + (i & 31)] as number) >> (((i >> 5) & 3) * 2)) & 3;
      const high = ((source[at + (i & 31)] as number) >> (i >> 5)) & 1;
      target[to + i] = f(d * scale) * (low + high * 4 - 4);
    }
  }),
};

/** The 16 values that codes of IQ4_NL and IQ4_XS stand for. */
const UNEVEN = [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113];

const IQ4_NL: BlockType = {
  name: "IQ4_NL",
  elements: 32,
  bytes: 18,
  formula: "table[code] x scale of 32",
  decode: each(32, 18, (source, at, target, to) => {
    const scale = halfAt(source, at);
    smallCodes(source, at + 2, false, (index, code) => {
      target[to + index] = (UNEVEN[code] as number) * scale;
    });
  }),
};

const IQ4_XS: BlockType = {
  name: "IQ4_XS",
  elements: 256,
  bytes: 136,
  formula: "table[code] x scale of 32, a code of 6 bits",
  decode: each(256, 136, (source, at, target, to) => {
    const d = halfAt(source, at);
    const upper = (source[at + 2] as number) | ((source[at + 3] as number) << 8);
    for (let group = 0; group < 8; group++) {
      const low = ((source[at + 4 + (group >> 1)] as number) >> ((group & 1) * 4)) & 0xf;
      const scale = f(d * ((low | (((upper >> (group * 2)) & 3) << 4)) - 32));
      smallCodes(source, at + 8 + group * 16, false, (index, code) => {
        target[to + group * 32 + index] = (UNEVEN[code] as number) * scale;
      });
    }
  }),
};

/** Numbers that are stored as they are. Their bytes may lie at any address. */
const words = (source: Uint8Array): Uint16Array => new Uint16Array(source.slice().buffer);
const F32: BlockType = {
  name: "F32",
  elements: 1,
  bytes: 4,
  decode: (source, target) => target.set(new Float32Array(source.slice().buffer)),
};
const F16: BlockType = {
  name: "F16",
  elements: 1,
  bytes: 2,
  decode: (source, target) => target.set(halfToFloat(words(source))),
};
const BF16: BlockType = {
  name: "BF16",
  elements: 1,
  bytes: 2,
  decode: (source, target) => target.set(bfloat16ToFloat(words(source))),
};

/** By ggml's numbers. */
const TYPES: ReadonlyMap<number, BlockType> = new Map([
  [0, F32],
  [1, F16],
  [30, BF16],
  [2, small("Q4_0", { high: false, minimum: false })],
  [3, small("Q4_1", { high: false, minimum: true })],
  [6, small("Q5_0", { high: true, minimum: false })],
  [7, small("Q5_1", { high: true, minimum: true })],
  [8, Q8_0],
  [10, Q2_K],
  [11, Q3_K],
  [12, grouped("Q4_K", false)],
  [13, grouped("Q5_K", true)],
  [14, Q6_K],
  [20, IQ4_NL],
  [23, IQ4_XS],
]);

/** Names of the types that are not read, for errors. */
const OTHERS: Readonly<Record<number, string>> = {
  4: "Q4_2",
  5: "Q4_3",
  9: "Q8_1",
  15: "Q8_K",
  16: "IQ2_XXS",
  17: "IQ2_XS",
  18: "IQ3_XXS",
  19: "IQ1_S",
  21: "IQ3_S",
  22: "IQ2_S",
  24: "I8",
  25: "I16",
  26: "I32",
  27: "I64",
  28: "F64",
  29: "IQ1_M",
  31: "Q4_0_4_4",
  32: "Q4_0_4_8",
  33: "Q4_0_8_8",
  34: "TQ1_0",
  35: "TQ2_0",
  39: "MXFP4",
};

export const KNOWN_TYPES: readonly string[] = [...TYPES.values()].map(({ name }) => name);

/** Undefined for types that are not read. */
export const blockTypeOf = (number: number): BlockType | undefined => TYPES.get(number);

/** What a type is called: "Q8_0", or its number where it has no name here. */
export const typeName = (number: number): string => TYPES.get(number)?.name ?? OTHERS[number] ?? `number ${number}`;

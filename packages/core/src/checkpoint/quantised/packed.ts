/**
 * @file Weights of a few bits packed into 32-bit words: compressed-tensors (pack-quantized), GPTQ (Frantar et al. 2022) and
 * AWQ (Lin et al. 2023).
 *
 * W = (code - zero point) x scale of the group. compressed-tensors packs along the inputs of a weight [out, in]; GPTQ along
 * the inputs of one stored [in, out], its zero points one too low in its first format; AWQ along the outputs, in an order of
 * its own.
 */

import type { StoredTensor } from "../../onnx/model.ts";
import { roundedTo } from "../../tensor/half.ts";
import { elementCount, type Tensor } from "../../tensor/tensor.ts";
import {
  floatsOf,
  isShape,
  partOf,
  type QuantisedLayer,
  refuseLayer,
  type Scheme,
  unpack,
  valuesOf,
} from "./scheme.ts";

const WORD = 32;

const COMPRESSED = "compressed-tensors, packed";

export const compressedPacked: Scheme = {
  name: COMPRESSED,
  formula: "(weight_packed - zero point) x weight_scale of the group",
  methods: ["compressed-tensors"],
  tells: true,
  needs: ["weight_packed", "weight_scale", "weight_shape"],
  async weight(layer, { read }) {
    const packed = partOf(layer, COMPRESSED, "weight_packed", 2);
    const scale = partOf(layer, COMPRESSED, "weight_scale", 2);
    const [rows = 0, columns = 0, ...more] = Array.from(
      valuesOf(await read(layer.parts.get("weight_shape") as StoredTensor)),
    );
    const words = packed.shape[1] as number;
    const fitting = [2, 4, 8].filter((bits) => Math.ceil((columns * bits) / WORD) === words);
    const [bits] = fitting;
    if (more.length > 0 || packed.shape[0] !== rows || bits === undefined || fitting.length > 1) {
      return refuseLayer(layer, COMPRESSED, `${words} words for ${columns} weights are not 2, 4 or 8 bits for each`);
    }
    const [scaleRows, groups = 1] = scale.shape;
    if (scaleRows !== rows || columns % groups !== 0) {
      refuseLayer(layer, COMPRESSED, `scales of shape [${scale.shape.join(", ")}] do not divide [${rows}, ${columns}]`);
    }
    const zero = layer.parts.get("weight_zero_point");
    const zeroWords = Math.ceil((rows * bits) / WORD);
    if (zero !== undefined && (zero.dtype !== "int32" || !isShape(zero, zeroWords, groups))) {
      refuseLayer(layer, COMPRESSED, `zero points are ${zero.dtype} of shape [${zero.shape.join(", ")}]`);
    }
    const order = layer.parts.get("weight_g_idx");
    const parts: StoredTensor[] = [packed, scale];
    if (zero !== undefined) parts.push(zero);
    if (order !== undefined) parts.push(order);
    const half = 2 ** (bits - 1);
    const size = columns / groups;
    return {
      shape: [rows, columns],
      parts,
      settled: ["weight_shape"],
      compute(tensors) {
        const codes = wordsOf(tensors[0] as Tensor);
        const scales = floatsOf(tensors[1] as Tensor);
        const zeros = zero === undefined ? undefined : wordsOf(tensors[2] as Tensor);
        const groupOf = order === undefined ? undefined : valuesOf(tensors.at(-1) as Tensor);
        const result = new Float32Array(rows * columns);
        for (let r = 0; r < rows; r++) {
          const row = (word: number) => codes[r * words + word] as number;
          for (let c = 0; c < columns; c++) {
            const group = groupOf === undefined || (groupOf[c] as number) < 0 ? Math.floor(c / size) : groupOf[c];
            const column = (word: number) => zeros?.[word * groups + (group as number)] as number;
            const offset = zeros === undefined ? half : unpack(column, bits, r);
            result[r * columns + c] =
              (unpack(row, bits, c) - offset) * (scales[r * groups + (group as number)] as number);
          }
        }
        return roundedTo(scale.dtype, result);
      },
    };
  },
};

const GPTQ = "GPTQ";

export const gptq: Scheme = {
  name: GPTQ,
  formula: "(qweight - qzeros) x scales of the group",
  methods: ["gptq"],
  tells: false,
  needs: ["qweight", "qzeros", "scales"],
  async weight(layer, { settings }) {
    const bits = settings?.integer("bits") ?? 0;
    if (![2, 3, 4, 8].includes(bits)) refuseLayer(layer, GPTQ, `${bits} bits; calig reads 2, 3, 4 and 8`);
    const format = settings?.string("checkpoint_format", "gptq") ?? "gptq";
    if (format !== "gptq" && format !== "gptq_v2") refuseLayer(layer, GPTQ, `"checkpoint_format" is "${format}"`);
    const { codes, zeros, scales, inputs, outputs, groups } = groupedParts(layer, GPTQ, (shape) => [
      ((shape[0] as number) * WORD) / bits,
      shape[1] as number,
    ]);
    const zeroWords = Math.ceil((outputs * bits) / WORD);
    if (!isShape(zeros, groups, zeroWords)) {
      refuseLayer(layer, GPTQ, `"qzeros" has shape [${zeros.shape.join(", ")}], wanted [${groups}, ${zeroWords}]`);
    }
    const order = layer.parts.get("g_idx");
    if (order !== undefined && !isShape(order, inputs)) refuseLayer(layer, GPTQ, `"g_idx" is not of ${inputs} inputs`);
    // The first format stores zero points less one, modulo the range.
    const raise = format === "gptq" ? 1 : 0;
    const size = inputs / groups;
    return {
      shape: [outputs, inputs],
      parts: [codes, zeros, scales, ...(order === undefined ? [] : [order])],
      compute([packed, packedZeros, factors, groupOf]) {
        const words = wordsOf(packed as Tensor);
        const zeroWord = wordsOf(packedZeros as Tensor);
        const scale = floatsOf(factors as Tensor);
        const own = groupOf === undefined ? undefined : valuesOf(groupOf);
        const result = new Float32Array(outputs * inputs);
        for (let o = 0; o < outputs; o++) {
          const column = (word: number) => words[word * outputs + o] as number;
          for (let i = 0; i < inputs; i++) {
            const group = own === undefined ? Math.floor(i / size) : (own[i] as number);
            const row = (word: number) => zeroWord[group * zeroWords + word] as number;
            const zero = (unpack(row, bits, o) + raise) & (2 ** bits - 1);
            result[o * inputs + i] = (unpack(column, bits, i) - zero) * (scale[group * outputs + o] as number);
          }
        }
        return roundedTo(scales.dtype, result);
      },
    };
  },
};

const AWQ = "AWQ";
/** Place in a word of each of eight columns. */
const AWQ_ORDER = [0, 4, 1, 5, 2, 6, 3, 7] as const;

export const awq: Scheme = {
  name: AWQ,
  formula: "(qweight - qzeros) x scales of the group",
  methods: ["awq"],
  tells: false,
  needs: ["qweight", "qzeros", "scales"],
  async weight(layer, { settings }) {
    const bits = settings?.integer("bits", 4) ?? 4;
    if (bits !== 4) refuseLayer(layer, AWQ, `${bits} bits; calig reads 4`);
    const version = (settings?.string("version", "gemm") ?? "gemm").toLowerCase();
    if (version !== "gemm") refuseLayer(layer, AWQ, `"version" is "${version}"; calig reads "gemm"`);
    const { codes, zeros, scales, inputs, outputs, groups } = groupedParts(layer, AWQ, (shape) => [
      shape[0] as number,
      (shape[1] as number) * AWQ_ORDER.length,
    ]);
    if (!isShape(zeros, groups, outputs / AWQ_ORDER.length)) {
      refuseLayer(layer, AWQ, `"qzeros" has shape [${zeros.shape.join(", ")}]`);
    }
    const size = inputs / groups;
    return {
      shape: [outputs, inputs],
      parts: [codes, zeros, scales],
      compute([packed, packedZeros, factors]) {
        const words = wordsOf(packed as Tensor);
        const zeroWords = wordsOf(packedZeros as Tensor);
        const scale = floatsOf(factors as Tensor);
        const code = (all: Uint32Array, row: number, column: number) => {
          const word = all[(row * outputs + column) >> 3] as number;
          return (word >>> (4 * (AWQ_ORDER[column % 8] as number))) & 0xf;
        };
        const result = new Float32Array(outputs * inputs);
        for (let i = 0; i < inputs; i++) {
          const group = Math.floor(i / size);
          for (let o = 0; o < outputs; o++) {
            const value = code(words, i, o) - code(zeroWords, group, o);
            result[o * inputs + i] = value * (scale[group * outputs + o] as number);
          }
        }
        return roundedTo(scales.dtype, result);
      },
    };
  },
};

/** What GPTQ and AWQ have in common. @param sizes - Inputs and outputs by the shape of the packed weights. */
function groupedParts(
  layer: QuantisedLayer,
  scheme: string,
  sizes: (shape: readonly number[]) => readonly [inputs: number, outputs: number],
) {
  const codes = partOf(layer, scheme, "qweight", 2);
  const zeros = partOf(layer, scheme, "qzeros", 2);
  const scales = partOf(layer, scheme, "scales", 2);
  const [inputs, outputs] = sizes(codes.shape);
  const groups = scales.shape[0] as number;
  const whole = Number.isInteger(inputs) && inputs % groups === 0;
  if (!whole || scales.shape[1] !== outputs || elementCount(codes.shape) === 0) {
    refuseLayer(
      layer,
      scheme,
      `"qweight" of shape [${codes.shape.join(", ")}] and "scales" of shape [${scales.shape.join(", ")}] do not fit`,
    );
  }
  if (codes.dtype !== "int32" || zeros.dtype !== "int32") {
    refuseLayer(layer, scheme, `codes are ${codes.dtype} and ${zeros.dtype}, wanted int32`);
  }
  return { codes, zeros, scales, inputs, outputs, groups };
}

/** 32-bit words without a sign. */
const wordsOf = ({ data }: Tensor): Uint32Array => new Uint32Array(data.buffer, data.byteOffset, data.length);

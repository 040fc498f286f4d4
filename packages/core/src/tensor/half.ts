/** @file Floating-point numbers of 16 and 8 bits (IEEE binary16, bfloat16, E4M3, E5M2), kept as bit patterns, to and from float32. */

import { ShapeError } from "../errors.ts";
import type { DType } from "./dtype.ts";
import { type FloatTensor, floatTensor, type Tensor } from "./tensor.ts";

/**
 * A tensor of floating-point numbers of any width in float32; the same tensor where it has that type already.
 *
 * @throws {ShapeError} For other element types: whole numbers need a scale to become floating-point ones.
 */
export function toFloatTensor(tensor: Tensor): FloatTensor {
  const { dtype, shape, data } = tensor;
  switch (dtype) {
    case "float32":
      return tensor as FloatTensor;
    case "float64":
      return floatTensor(Float32Array.from(data as Float64Array), shape);
    case "float16":
      return floatTensor(halfToFloat(data as Uint16Array), shape);
    case "bfloat16":
      return floatTensor(bfloat16ToFloat(data as Uint16Array), shape);
    case "float8e4m3fn":
    case "float8e5m2":
      return floatTensor(float8ToFloat(data as Uint8Array, dtype), shape);
    default:
      throw new ShapeError(
        `Cannot widen a tensor of type ${dtype} to float32: wanted float64, float16 or bfloat16; apply its scale first`,
      );
  }
}

/** float32 values of bfloat16 bit patterns: the upper halves of float32 patterns. Exact. */
export function bfloat16ToFloat(bits: Uint16Array): Float32Array {
  const patterns = new Uint32Array(bits.length);
  for (let i = 0; i < bits.length; i++) patterns[i] = (bits[i] as number) << 16;
  return new Float32Array(patterns.buffer);
}

/** float32 values of binary16 bit patterns. Exact; the payload of NaN is not kept. */
export function halfToFloat(bits: Uint16Array): Float32Array {
  const table = exponentScales();
  const values = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i++) {
    const pattern = bits[i] as number;
    const exponent = (pattern >>> 10) & 0x1f;
    const fraction = pattern & 0x3ff;
    const magnitude =
      exponent === 0x1f
        ? fraction === 0
          ? Number.POSITIVE_INFINITY
          : Number.NaN
        : (exponent === 0 ? fraction : fraction + 0x400) * (table[exponent] as number);
    values[i] = pattern & 0x8000 ? -magnitude : magnitude;
  }
  return values;
}

/**
 * float32 values of 8-bit patterns. E4M3 ("fn") has no infinities: only S.1111.111 is NaN; E5M2 is the upper half of
 * binary16. Exact. Formats: Micikevicius et al. 2022, "FP8 formats for deep learning", table 1.
 */
function float8ToFloat(bits: Uint8Array, dtype: "float8e4m3fn" | "float8e5m2"): Float32Array {
  const patterns = Uint8Array.from({ length: 0x100 }, (_, pattern) => pattern);
  const table =
    dtype === "float8e5m2" ? halfToFloat(Uint16Array.from(patterns, (pattern) => pattern << 8)) : e4m3(patterns);
  return Float32Array.from(bits, (pattern) => table[pattern] as number);
}

function e4m3(patterns: Uint8Array): Float32Array {
  return Float32Array.from(patterns, (pattern) => {
    const exponent = (pattern >>> 3) & 0xf;
    const fraction = pattern & 0x7;
    const units = exponent === 0 ? fraction : fraction + 8;
    const magnitude = (pattern & 0x7f) === 0x7f ? Number.NaN : units * 2 ** (Math.max(exponent, 1) - 10);
    return pattern & 0x80 ? -magnitude : magnitude;
  });
}

/** The values of float32 that are left when they are stored in a type of 16 bits and read again; others as they are. */
export function roundedTo(dtype: DType, values: Float32Array): Float32Array {
  if (dtype === "float16") return halfToFloat(floatToHalf(values));
  return dtype === "bfloat16" ? bfloat16ToFloat(floatToBfloat16(values)) : values;
}

/** bfloat16 bit patterns of float32 values, rounded to nearest, ties to even. */
function floatToBfloat16(values: Float32Array): Uint16Array {
  const patterns = new Uint32Array(Float32Array.from(values).buffer);
  return Uint16Array.from(patterns, (pattern, i) => {
    if (Number.isNaN(values[i])) return 0x7fc0;
    return (pattern + 0x7fff + ((pattern >>> 16) & 1)) >>> 16;
  });
}

/** What one unit of the fraction is worth, by exponent: 2^(exponent - 25), and 2^-24 for denormal numbers. */
const exponentScales = (): Float64Array => Float64Array.from({ length: 0x1f }, (_, e) => 2 ** (Math.max(e, 1) - 25));

/** binary16 bit patterns of float32 values, rounded to nearest, ties to even; too large ones become infinite. */
export function floatToHalf(values: Float32Array): Uint16Array {
  const bits = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    bits[i] = (value < 0 || Object.is(value, -0) ? 0x8000 : 0) | magnitudeBits(Math.abs(value));
  }
  return bits;
}

function magnitudeBits(magnitude: number): number {
  if (Number.isNaN(magnitude)) return 0x7e00;
  if (magnitude >= 65520) return 0x7c00; // halfway between the largest finite number and the next
  const exponent = Math.max(Math.floor(Math.log2(magnitude)), -14);
  const units = roundHalfEven(magnitude / 2 ** (exponent - 10)); // 1024..2048 where normal, below where denormal
  // The leading bit of a normal fraction, and one that rounds up to 2048, carry into the exponent by themselves.
  return ((exponent + 14) << 10) + units;
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}

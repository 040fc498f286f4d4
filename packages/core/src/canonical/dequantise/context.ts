/** @file What the replacement of a quantised operator sees of its node, and how stored whole numbers become weights. */

import type { GraphBuilder } from "../../graph/builder.ts";
import type { ShapeTable } from "../../graph/infer-shapes.ts";
import { int, type Node } from "../../onnx/model.ts";
import { dtypeCode } from "../../tensor/dtype.ts";
import { elementCount, floatTensor } from "../../tensor/tensor.ts";
import type { ConstantTable } from "../constants.ts";

export interface QuantContext {
  readonly node: Node;
  readonly builder: GraphBuilder;
  readonly shapes: ShapeTable;
  readonly constants: ConstantTable;
  /** Whether a value that was quantised is computed in float32 by now. */
  isReal(value: string): boolean;
  /** Name of input i; "" where it is omitted. */
  input(i: number): string;
  int(name: string, fallback: number): number;
  /** The model is refused with this reason. */
  refuse(reason: string): never;
}

/** Emits the float32 counterpart of a node and returns its outputs. */
export type QuantRule = (context: QuantContext) => readonly string[];

/** Where the numbers of a tensor have scales of their own. */
interface Axis {
  /** Axis along which a list of scales runs. Default 1, as in DequantizeLinear-13. */
  readonly axis?: number;
}

const toFloat = (b: GraphBuilder, value: string): string =>
  b.emit("Cast", [value], { attributes: { to: int(dtypeCode("float32")) } });

/** (q - zero point) scale as Cast, Sub and Mul, which the engine folds where q is constant (it does not fold DequantizeLinear). */
export function dequantised(
  context: QuantContext,
  q: string,
  scale: string,
  zeroPoint: string,
  { axis = 1 }: Axis = {},
): string {
  const centred = withoutZeroPoint(context, q, zeroPoint, { axis });
  return context.builder.mul(centred, alongAxis(context, scale, q, axis));
}

/** q - zero point in float32. */
export function withoutZeroPoint(context: QuantContext, q: string, zeroPoint: string, { axis = 1 }: Axis = {}): string {
  const { builder: b, constants } = context;
  const real = toFloat(b, q);
  if (zeroPoint === "" || constants.numbers(zeroPoint)?.every((value) => value === 0)) return real;
  return b.sub(real, toFloat(b, alongAxis(context, zeroPoint, q, axis)));
}

/** A list of numbers along one axis of q, in a shape that broadcasts to q; scalars and whole tensors as they are. */
function alongAxis({ builder: b, shapes, refuse }: QuantContext, value: string, q: string, axis: number): string {
  const shape = shapes.get(value)?.shape;
  if (shape === undefined) return refuse(`the shape of its parameter "${value}" is not known`);
  if (shape.length !== 1 || shape[0] === 1) return value;
  const rank = shapes.get(q)?.shape?.length;
  if (rank === undefined) return refuse(`the rank of "${q}" is not known`);
  const behind = rank - 1 - (axis < 0 ? axis + rank : axis);
  return behind === 0 ? value : b.reshape(value, [-1, ...new Array<number>(behind).fill(1)]);
}

/** The operand in float32: as it is where it is that by now, dequantised where it is stored or computed as whole numbers. */
export const operand = (context: QuantContext, q: string, scale: string, zeroPoint: string, at: Axis = {}): string =>
  context.isReal(q) ? q : dequantised(context, q, scale, zeroPoint, at);

/**
 * Weights of MatMulNBits [N, K] from bytes [N, blocks, bytes per block]: `bits` bits each, lowest first, with a scale and
 * a zero point per block (the middle of the range unless given).
 *
 * @param groups - Which block's scale and zero point each column has, int32 [K], where they are not in order.
 */
export function unpackBlocks(
  context: QuantContext,
  { bytes, scales, zeroPoints, groups = "" }: PackedBlocks,
  { rows, columns, block, bits }: { rows: number; columns: number; block: number; bits: number },
): string {
  const { builder: b, shapes } = context;
  const blocks = Math.ceil(columns / block);
  const packed = unpack(b, b.reshape(bytes, [rows, blocks, -1]), bits);
  const centre = () => {
    if (zeroPoints === "") return b.scalar(2 ** (bits - 1));
    if (shapes.get(zeroPoints)?.dtype !== "uint8") return b.reshape(zeroPoints, [rows, blocks, 1]);
    const unpacked = unpack(b, b.reshape(zeroPoints, [rows, -1]), bits);
    return b.reshape(b.slice(b.reshape(unpacked, [rows, -1]), 1, 0, blocks), [rows, blocks, 1]);
  };
  const scale = b.reshape(scales, [rows, blocks, 1]);
  if (groups !== "") {
    const own = b.slice(groups, 0, 0, columns);
    // [rows, blocks, 1] -> [rows, columns]
    const ofColumns = (value: string) =>
      b.squeeze(b.emit("Gather", [value, own], { attributes: { axis: int(1) } }), [2]);
    const flat = b.slice(b.reshape(packed, [rows, blocks * block]), 1, 0, columns);
    const middle = centre();
    return b.mul(b.sub(flat, zeroPoints === "" ? middle : ofColumns(middle)), ofColumns(scale));
  }
  const weights = b.mul(b.sub(b.reshape(packed, [rows, blocks, block]), centre()), scale);
  const flat = b.reshape(weights, [rows, blocks * block]);
  return blocks * block === columns ? flat : b.slice(flat, 1, 0, columns);
}

interface PackedBlocks {
  readonly bytes: string;
  readonly scales: string;
  readonly zeroPoints: string;
  readonly groups?: string;
}

/**
 * A stored tensor of 4-bit numbers as float32, whatever its shape: two in every byte, the lower half first. Undefined where
 * it is not stored.
 */
export function storedNibbles({ builder: b, constants, shapes }: QuantContext, value: string): string | undefined {
  const tensor = constants.stored.get(value);
  const shape = shapes.get(value)?.shape;
  if (tensor === undefined || shape === undefined || !shape.every((size) => typeof size === "number")) return undefined;
  const count = elementCount(shape);
  const own = `${value}.bytes`;
  const halves = [Math.ceil(count / 2)];
  const bytes = b.has(own) ? own : b.initializer({ ...tensor, name: own, dtype: "uint8", shape: halves });
  const flat = b.reshape(unpack(b, bytes, 4), [-1]);
  const whole = b.reshape(count % 2 === 0 ? flat : b.slice(flat, 0, 0, count), shape);
  if (tensor.dtype === "uint4") return whole;
  // 8 to 15 are -8 to -1.
  return b.sub(whole, b.mul(b.emit("Floor", [b.mul(whole, b.scalar(1 / 8))]), b.scalar(16)));
}

/** Bytes [count] as the numbers of a table of 16 that their halves stand for, the upper half first: [count, 2]. */
export function lookUpNibbles(b: GraphBuilder, bytes: string, table: readonly number[]): string {
  const toInteger = (value: string) => b.emit("Cast", [value], { attributes: { to: int(dtypeCode("int64")) } });
  const parts = unpack(b, bytes, 4); // [count, 2], the lower half first
  const [low, high] = [0, 1].map((at) => b.slice(parts, 1, at, at + 1)) as [string, string];
  return b.emit("Gather", [b.constant(floatTensor(table, [table.length])), toInteger(b.concat([high, low], 1))]);
}

/** The parts of `bits` bits of every byte, lowest first, on a new last axis; float32. */
function unpack(b: GraphBuilder, bytes: string, bits: number): string {
  let rest = toFloat(b, bytes);
  if (bits === 8) return b.unsqueeze(rest, [-1]);
  const parts: string[] = [];
  for (let at = 0; at < 8; at += bits) {
    const higher = b.emit("Floor", [b.mul(rest, b.scalar(2 ** -bits))]);
    parts.push(b.sub(rest, b.mul(higher, b.scalar(2 ** bits))));
    rest = higher;
  }
  return b.concat(
    parts.map((part) => b.unsqueeze(part, [-1])),
    -1,
  );
}

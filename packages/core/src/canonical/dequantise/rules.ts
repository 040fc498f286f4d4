/** @file The float32 counterparts of quantised operators: one entry an operator. */

import { type Attributes, int } from "../../onnx/model.ts";
import { dequantised, operand, type QuantContext, type QuantRule, unpackBlocks, withoutZeroPoint } from "./context.ts";

const MICROSOFT = "com.microsoft";

/** The value itself: what rounding to whole numbers was meant to represent. */
const quantizeLinear: QuantRule = (c) => [c.input(0)];

/** x = 1 (x - 0): the triple that DynamicQuantizeLinear-11 gives, with nothing rounded. Whatever uses it multiplies by the scale again. */
const dynamicQuantizeLinear: QuantRule = ({ builder: b, ...c }) => [
  c.input(0),
  b.scalar(1),
  b.constant({ dtype: "uint8", shape: [], data: Uint8Array.of(0) }, "zero_point"),
];

const dequantizeLinear: QuantRule = (c) => [operand(c, c.input(0), c.input(1), c.input(2), { axis: c.int("axis", 1) })];

/** An operand of MatMulInteger-10 or ConvInteger-10: its scale is applied behind the product. */
const unscaled = (c: QuantContext, q: string, zeroPoint: string, axis: number): string =>
  c.isReal(q) ? q : withoutZeroPoint(c, q, zeroPoint, { axis });

const matMulInteger: QuantRule = (c) => [
  c.builder.matmul(unscaled(c, c.input(0), c.input(2), -2), unscaled(c, c.input(1), c.input(3), -1)),
];

const convInteger: QuantRule = (c) => {
  const operands = [unscaled(c, c.input(0), c.input(2), 1), unscaled(c, c.input(1), c.input(3), 0)];
  return [c.builder.emit("Conv", operands, { attributes: c.node.attributes })];
};

/** y = A B with A dynamically quantised; a bias is the last input. */
const dynamicQuantizeMatMul: QuantRule = (c) => {
  const product = c.builder.matmul(c.input(0), dequantised(c, c.input(1), c.input(2), c.input(3), { axis: -1 }));
  return [c.input(4) === "" ? product : c.builder.add(product, c.input(4))];
};

const matMulIntegerToFloat: QuantRule = (c) => {
  const a = operand(c, c.input(0), c.input(2), c.input(4), { axis: -2 });
  const product = c.builder.matmul(a, operand(c, c.input(1), c.input(3), c.input(5), { axis: -1 }));
  return [c.input(6) === "" ? product : c.builder.add(product, c.input(6))];
};

const qLinearMatMul: QuantRule = (c) => [
  c.builder.matmul(
    operand(c, c.input(0), c.input(1), c.input(2), { axis: -2 }),
    operand(c, c.input(3), c.input(4), c.input(5), { axis: -1 }),
  ),
];

/** A whole-number bias has the product of the scales of data and weights as its scale. */
const biasOf = (c: QuantContext, bias: string, scaleA: string, scaleB: string): readonly string[] =>
  bias === "" ? [] : [c.builder.mul(dequantised(c, bias, scaleA, "", { axis: 0 }), scaleB)];

const qLinearConv: QuantRule = (c) => {
  const x = operand(c, c.input(0), c.input(1), c.input(2));
  const w = operand(c, c.input(3), c.input(4), c.input(5), { axis: 0 });
  const bias = biasOf(c, c.input(8), c.input(1), c.input(4));
  return [c.builder.emit("Conv", [x, w, ...bias], { attributes: c.node.attributes })];
};

const qGemm: QuantRule = (c) => {
  const isTransposed = c.int("transB", 0) === 1;
  const a = operand(c, c.input(0), c.input(1), c.input(2));
  const b = operand(c, c.input(3), c.input(4), c.input(5), { axis: isTransposed ? 0 : 1 });
  const bias = biasOf(c, c.input(6), c.input(1), c.input(4));
  return [c.builder.emit("Gemm", [a, b, ...bias], { attributes: c.node.attributes })];
};

/** QLinearAdd-1 and QLinearMul-1 of com.microsoft. */
const binary =
  (opType: string): QuantRule =>
  (c) => [
    c.builder.emit(opType, [
      operand(c, c.input(0), c.input(1), c.input(2)),
      operand(c, c.input(3), c.input(4), c.input(5)),
    ]),
  ];

/** Operators of com.microsoft on one quantised value whose attributes are those of `opType`. */
const unary =
  (opType: string): QuantRule =>
  (c) => {
    const attributes: Attributes = Object.fromEntries(
      Object.entries(c.node.attributes).filter(([name]) => name !== "opset"),
    );
    return [c.builder.emit(opType, [operand(c, c.input(0), c.input(1), c.input(2))], { attributes })];
  };

const qLinearConcat: QuantRule = (c) => {
  const parts = Array.from({ length: (c.node.inputs.length - 2) / 3 }, (_, i) =>
    operand(c, c.input(2 + 3 * i), c.input(3 + 3 * i), c.input(4 + 3 * i)),
  );
  return [c.builder.concat(parts, c.int("axis", 0))];
};

/** Attention-1 on what the quantised one would have read; a pass behind this one writes it out. */
const qAttention: QuantRule = (c) => {
  const x = operand(c, c.input(0), c.input(3), c.input(6));
  const w = dequantised(c, c.input(1), c.input(4), c.input(7), { axis: -1 });
  return [
    c.builder.emit("Attention", [x, w, c.input(2), c.input(5), c.input(8)], {
      domain: MICROSOFT,
      attributes: c.node.attributes,
    }),
  ];
};

/** EmbedLayerNormalization-1 with its tables dequantised: inputs 2 to 6, scales from 8 and zero points from 13 on. */
const qEmbedLayerNormalization: QuantRule = (c) => {
  const tables = [2, 3, 4, 5, 6].map((i, k) =>
    c.input(i) === "" ? "" : dequantised(c, c.input(i), c.input(8 + k), c.input(13 + k)),
  );
  const inputs = [c.input(0), c.input(1), ...tables, c.input(7)];
  return c.builder.emitMany("EmbedLayerNormalization", inputs, c.node.outputs.length, {
    domain: MICROSOFT,
    attributes: c.node.attributes,
  });
};

/** y = A W^T (+ bias) with W [N, K] in blocks of few bits. */
const matMulNBits: QuantRule = (c) => {
  const [rows, columns, block, bits] = [c.int("N", 0), c.int("K", 0), c.int("block_size", 0), c.int("bits", 4)];
  if (c.input(4) !== "") return c.refuse("it permutes its columns (g_idx)");
  if (![2, 4, 8].includes(bits)) return c.refuse(`its weights have ${bits} bits, calig reads 2, 4 and 8`);
  const parts = { bytes: c.input(1), scales: c.input(2), zeroPoints: c.input(3) };
  const weights = unpackBlocks(c, parts, { rows, columns, block, bits });
  const product = c.builder.matmul(c.input(0), weights, { transB: true });
  return [c.input(5) === "" ? product : c.builder.add(product, c.input(5))];
};

/** Rows of a table [rows, width] in blocks of few bits along its last axis, kept as bytes. */
const gatherBlockQuantized: QuantRule = (c) => {
  const shape = c.shapes.get(c.input(0))?.shape;
  const [rows, bytes] = shape ?? [];
  const [bits, block] = [c.int("bits", 4), c.int("block_size", 128)];
  const isSimple = c.int("gather_axis", 0) === 0 && [1, -1].includes(c.int("quantize_axis", 1));
  if (c.shapes.get(c.input(0))?.dtype !== "uint8" || shape?.length !== 2 || !isSimple) {
    return c.refuse("its table is not a matrix of bytes quantised along its rows");
  }
  if (typeof rows !== "number" || typeof bytes !== "number") return c.refuse("the size of its table is not known");
  const parts = { bytes: c.input(0), scales: c.input(2), zeroPoints: c.input(3) };
  const table = unpackBlocks(c, parts, { rows, columns: (bytes * 8) / bits, block, bits });
  return [c.builder.emit("Gather", [table, c.input(1)], { attributes: { axis: int(0) } })];
};

/** By domain and operator. */
export const QUANT_RULES: Readonly<Record<string, QuantRule>> = {
  ":QuantizeLinear": quantizeLinear,
  ":DynamicQuantizeLinear": dynamicQuantizeLinear,
  ":DequantizeLinear": dequantizeLinear,
  ":MatMulInteger": matMulInteger,
  ":ConvInteger": convInteger,
  ":QLinearMatMul": qLinearMatMul,
  ":QLinearConv": qLinearConv,
  "com.microsoft:QuantizeLinear": quantizeLinear,
  "com.microsoft:DequantizeLinear": dequantizeLinear,
  "com.microsoft:DynamicQuantizeMatMul": dynamicQuantizeMatMul,
  "com.microsoft:MatMulIntegerToFloat": matMulIntegerToFloat,
  "com.microsoft:MatMulNBits": matMulNBits,
  "com.microsoft:GatherBlockQuantized": gatherBlockQuantized,
  "com.microsoft:QGemm": qGemm,
  "com.microsoft:QAttention": qAttention,
  "com.microsoft:QEmbedLayerNormalization": qEmbedLayerNormalization,
  "com.microsoft:QLinearAdd": binary("Add"),
  "com.microsoft:QLinearMul": binary("Mul"),
  "com.microsoft:QLinearSigmoid": unary("Sigmoid"),
  "com.microsoft:QLinearLeakyRelu": unary("LeakyRelu"),
  "com.microsoft:QLinearSoftmax": unary("Softmax"),
  "com.microsoft:QLinearConcat": qLinearConcat,
};

/** @file The float32 counterparts of quantised operators: one entry an operator. */

import { type Attributes, int } from "../../onnx/model.ts";
import {
  dequantised,
  lookUpNibbles,
  operand,
  type QuantContext,
  type QuantRule,
  storedNibbles,
  unpackBlocks,
  withoutZeroPoint,
} from "./context.ts";

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
  if (c.int("weight_prepacked", 0) !== 0) return c.refuse("its weights are laid out for one device (weight_prepacked)");
  if (![2, 4, 8].includes(bits)) return c.refuse(`its weights have ${bits} bits, calig reads 2, 4 and 8`);
  const parts = { bytes: c.input(1), scales: c.input(2), zeroPoints: c.input(3), groups: c.input(4) };
  const weights = unpackBlocks(c, parts, { rows, columns, block, bits });
  const product = c.builder.matmul(c.input(0), weights, { transB: true });
  return [c.input(5) === "" ? product : c.builder.add(product, c.input(5))];
};

/** The 16 numbers of quant_type 0 (FP4) and 1 (NF4) of bitsandbytes. */
const BNB4: readonly (readonly number[])[] = [
  [
    0, 5.208333333e-3, 0.66666667, 1, 0.33333333, 0.5, 0.16666667, 0.25,
    -0, -5.208333333e-3, -0.66666667, -1, -0.33333333, -0.5, -0.16666667, -0.25,
  ],
  [
    -1, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635, -0.18477343022823334,
    -0.09105003625154495, 0, 0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224,
    0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1,
  ],
]; // biome-ignore format: two tables

/** y = A W^T with W [N, K] flattened into blocks of 4 bits, the upper half of a byte first, each with its largest number. */
const matMulBnb4: QuantRule = (c) => {
  const { builder: b } = c;
  const [rows, columns, block] = [c.int("N", 0), c.int("K", 0), c.int("block_size", 0)];
  const table = BNB4[c.int("quant_type", 1)];
  if (table === undefined) return c.refuse(`its numbers are of the unknown kind ${c.int("quant_type", 1)}`);
  if (c.int("transB", 1) !== 1) return c.refuse("its weights are not transposed");
  if ((rows * columns) % block !== 0)
    return c.refuse(`its ${rows} x ${columns} weights are no whole blocks of ${block}`);
  const values = b.reshape(lookUpNibbles(b, b.reshape(c.input(1), [-1]), table), [-1, block]);
  const weights = b.reshape(b.mul(values, b.reshape(c.input(2), [-1, 1])), [rows, columns]);
  return [b.matmul(c.input(0), weights, { transB: true })];
};

/** Rows of a table [rows, width] in blocks of few bits along its last axis. */
const gatherBlockQuantized: QuantRule = (c) => {
  const { dtype, shape } = c.shapes.get(c.input(0)) ?? {};
  const [rows, stored] = shape ?? [];
  const [bits, block] = [c.int("bits", 4), c.int("block_size", 128)];
  const isSimple = shape?.length === 2 && c.int("gather_axis", 0) === 0 && [1, -1].includes(c.int("quantize_axis", 1));
  if (!isSimple) return c.refuse("its table is not a matrix quantised along its rows");
  if (typeof rows !== "number" || typeof stored !== "number") return c.refuse("the size of its table is not known");
  const isNibbles = dtype === "int4" || dtype === "uint4";
  if (dtype !== "uint8" && !isNibbles) return c.refuse(`its table is of ${dtype ?? "an unknown type"}`);
  const table = isNibbles
    ? nibbleTable(c, { rows, columns: stored, block })
    : unpackBlocks(
        c,
        { bytes: c.input(0), scales: c.input(2), zeroPoints: c.input(3) },
        { rows, columns: (stored * 8) / bits, block, bits },
      );
  return [c.builder.emit("Gather", [table, c.input(1)], { attributes: { axis: int(0) } })];
};

/** A table of int4 or uint4 [rows, columns]; its zero points are 0 unless given. */
function nibbleTable(
  c: QuantContext,
  { rows, columns, block }: { rows: number; columns: number; block: number },
): string {
  const { builder: b } = c;
  const blocks = Math.ceil(columns / block);
  if (blocks * block !== columns) return c.refuse(`its ${columns} columns are no whole blocks of ${block}`);
  const values = storedNibbles(c, c.input(0));
  const zeroPoints = c.input(3) === "" ? undefined : storedNibbles(c, c.input(3));
  if (values === undefined || (c.input(3) !== "" && zeroPoints === undefined)) return c.refuse("its table is computed");
  const inBlocks = b.reshape(values, [rows, blocks, block]);
  const centred = zeroPoints === undefined ? inBlocks : b.sub(inBlocks, b.reshape(zeroPoints, [rows, blocks, 1]));
  return b.reshape(b.mul(centred, b.reshape(c.input(2), [rows, blocks, 1])), [rows, columns]);
}

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
  "com.microsoft:MatMulBnb4": matMulBnb4,
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

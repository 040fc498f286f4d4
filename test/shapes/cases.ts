/** @file The table of shape cases: one node each. */

import { type Attributes, float, int, ints, type StoredTensor, string } from "@calig/core/internal/onnx/model";
import { boolTensor, floatTensor, intTensor, type Tensor } from "@calig/core/internal/tensor/tensor";

/** A float input of that shape, a list of int64 constants, an omitted input, or a tensor given to a graph input. */
export type Operand = { readonly x: readonly number[] } | { readonly k: readonly number[] } | Tensor | undefined;
const x = (...shape: number[]): Operand => ({ x: shape });
const k = (...values: number[]): Operand => ({ k: values });

export interface ShapeCase {
  readonly op: string;
  readonly inputs: readonly Operand[];
  readonly attributes?: Attributes;
  readonly outputs?: number;
  readonly opset?: number;
  readonly domain?: string;
  /** Sizes of the result depend on the elements: they stay open. */
  readonly sizesOpen?: true;
  /** The rank of the result depends on sizes: without them it stays open. */
  readonly rankNeedsSizes?: true;
}

export const MS = "com.microsoft";
const c = (
  op: string,
  inputs: readonly Operand[],
  attributes: Attributes = {},
  rest: Partial<ShapeCase> = {},
): ShapeCase => ({
  op,
  inputs,
  attributes,
  ...rest,
});
const axis = (value: number): Attributes => ({ axis: int(value) });
const axes = (...values: number[]): Attributes => ({ axes: ints(values) });
const intMatrix = intTensor([0, 1, 1, 0], [2, 2]);
const storedInt = (values: readonly number[]): StoredTensor => ({
  name: "",
  dtype: "int64",
  shape: [values.length],
  storage: { kind: "bytes", bytes: new Uint8Array(BigInt64Array.from(values, BigInt).buffer) },
});

const UNARY = "Abs Ceil Cos Elu Erf Exp Floor HardSigmoid Identity LeakyRelu LogSoftmax Neg Reciprocal Relu Round";
const UNARY_2 = "Sigmoid Sign Sin Softmax Softplus Sqrt Tanh Trilu Clip Selu Softsign HardSwish";
const REDUCTIONS = "ReduceMean ReduceMax ReduceMin ReduceProd ReduceL1 ReduceL2 ReduceSumSquare ReduceLogSumExp";

/** Operators over shapes; every size that can be inferred is. */
export const SHAPE_CASES: readonly ShapeCase[] = [
  ...`${UNARY} ${UNARY_2}`.split(" ").map((op) => c(op, [x(2, 3)])),
  ...["IsNaN", "IsInf"].map((op) => c(op, [x(2, 3)])),
  ...["Add", "Sub", "Mul", "Div", "Pow"].map((op) => c(op, [x(2, 1, 3), x(4, 1)])),
  ...["Equal", "Less", "Greater", "LessOrEqual", "GreaterOrEqual"].map((op) => c(op, [x(2, 1), x(3)])),
  ...["And", "Or", "Xor"].map((op) => c(op, [boolTensor([1, 0], [2, 1]), boolTensor([1, 0, 1], [3])])),
  ...["Min", "Max", "Sum", "Mean"].map((op) => c(op, [x(2, 1), x(3), x(1, 1, 1)])),
  c("Not", [boolTensor([1, 0], [2])]),
  c("Where", [boolTensor([1, 0], [2, 1]), x(3), x(4, 1, 1)]),
  c("Cast", [x(2, 3)], { to: int(7) }),
  c("Cast", [x(2, 3)], { to: int(9) }),
  c("CastLike", [x(2, 3), intMatrix]),
  c("Dropout", [x(2, 3)], {}, { outputs: 2 }),
  c("CumSum", [x(2, 3), k(1)]),
  c("QuantizeLinear", [x(2, 3), x()]),
  c("BiasGelu", [x(2, 3), x(3)], {}, { domain: MS }),
  ...["Gelu", "FastGelu", "QuickGelu"].map((op) => c(op, [x(2, 3)], {}, { domain: MS })),
  c("Gelu", [x(2, 3)], {}, { opset: 20 }),

  c("MatMul", [x(2, 3), x(3, 4)]),
  c("MatMul", [x(5, 1, 2, 3), x(6, 3, 4)]),
  c("MatMul", [x(3), x(3, 4)]),
  c("MatMul", [x(2, 3), x(3)]),
  c("MatMul", [x(3), x(3)]),
  c("MatMul", [x(3), x(5, 3, 4)]),
  c("FusedMatMul", [x(2, 3, 4), x(2, 3, 5)], { transA: int(1), alpha: float(0.5) }, { domain: MS }),
  c("FusedMatMul", [x(2, 3, 4), x(5, 4)], { transB: int(1) }, { domain: MS }),
  c("FusedMatMul", [x(3, 2, 4), x(2, 4, 5)], { transBatchA: int(1) }, { domain: MS }),
  c("TransposeMatMul", [x(2, 4), x(5, 4)], { transB: int(1) }, { domain: MS }),
  c("Gemm", [x(3, 2), x(4, 3), x(4)], { transA: int(1), transB: int(1) }),
  c("Einsum", [x(2, 3, 4), x(2, 5, 4)], { equation: string("bij, bkj -> bik") }),
  c("Einsum", [x(2, 3), x(4, 2)], { equation: string("ba,cb") }),
  c("Einsum", [x(5, 1, 2, 3), x(1, 6, 3, 4)], { equation: string("...ij,...jk->...ik") }),
  c("Einsum", [x(5, 2, 3), x(3, 4)], { equation: string("i...j, jk -> k...i") }),
  c("Einsum", [x(5, 2, 3), x(3, 4)], { equation: string("...ij,jk") }),
  c("Einsum", [x(3, 3)], { equation: string("ii->i") }),

  c("LayerNormalization", [x(2, 3, 4), x(4), x(4)], axis(-1), { outputs: 3 }),
  c("LayerNormalization", [x(2, 3, 4), x(3, 4)], axis(1), { outputs: 3 }),
  c("SimplifiedLayerNormalization", [x(2, 3, 4), x(4)], axis(-1), { outputs: 2 }),
  c("RMSNormalization", [x(2, 3, 4), x(4)], axis(-1), { opset: 23 }),
  c("SkipLayerNormalization", [x(2, 3, 4), x(2, 3, 4), x(4), x(4)], {}, { domain: MS }),
  c("BatchNormalization", [x(2, 3, 4, 4), x(3), x(3), x(3), x(3)]),
  c("InstanceNormalization", [x(2, 3, 4), x(3), x(3)]),

  c("ReduceSum", [x(2, 3, 4), k(1, -1)]),
  c("ReduceSum", [x(2, 3, 4), k(0)], { keepdims: int(0) }),
  c("ReduceSum", [x(2, 3, 4)]),
  c("ReduceSum", [x(2, 3, 4)], { noop_with_empty_axes: int(1) }),
  c("ReduceSum", [x(2, 3, 4)], { axes: ints([1]), keepdims: int(0) }, { opset: 11 }),
  ...REDUCTIONS.split(" ").flatMap((op) => [
    c(op, [x(2, 3, 4)], { ...axes(-2), keepdims: int(0) }),
    c(op, [x(2, 3, 4), k(0, 2)], {}, { opset: 18 }),
  ]),
  c("ReduceMax", [x(2, 3)], { keepdims: int(0) }),
  c("ArgMax", [x(2, 3, 4)], axis(-1)),
  c("ArgMin", [x(2, 3, 4)], { ...axis(1), keepdims: int(0) }),

  c("Reshape", [x(2, 3, 4), k(0, -1)]),
  c("Reshape", [x(2, 3, 4), k(0, 0, 2, -1)]),
  c("Reshape", [x(2, 3, 4), k(-1, 2)]),
  c("Reshape", [x(2, 3, 4), k(6, 4)]),
  c("Reshape", [x(0, 3), k(0, 5)], { allowzero: int(1) }),
  c("Transpose", [x(2, 3, 4)]),
  c("Transpose", [x(2, 3, 4)], { perm: ints([1, 0, 2]) }),
  c("Squeeze", [x(1, 2, 1), k(0)]),
  c("Squeeze", [x(1, 2, 1)], {}, { rankNeedsSizes: true }),
  c("Squeeze", [x(1, 2, 1)], axes(-1), { opset: 11 }),
  c("Unsqueeze", [x(2, 3), k(0, -1)]),
  c("Unsqueeze", [x(2, 3)], axes(1, 3), { opset: 11 }),
  c("Flatten", [x(2, 3, 4)], axis(2)),
  c("Flatten", [x(2, 3, 4)], axis(0)),
  c("Expand", [x(2, 1), k(3, 1, 4)]),
  c("Expand", [x(3, 1), k(4)]),

  c("Slice", [x(5, 7), k(1, -4), k(4, 2 ** 40), k(0, 1), k(2, 1)]),
  c("Slice", [x(5, 7), k(-1), k(-(2 ** 40)), k(1), k(-2)]),
  c("Slice", [x(5, 7), k(1, 2), k(3, 3)]),
  c("Slice", [x(5, 7), k(4), k(2), k(0)]),
  c("Slice", [x(5, 7), k(0), k(1), k(1)]),
  c("Slice", [x(5, 7), k(-1), k(2 ** 40), k(1)]),
  c("Slice", [x(5, 7), k(0), k(2 ** 40), k(1)]),
  c("Slice", [x(5, 7)], { starts: ints([1]), ends: ints([-1]), axes: ints([1]) }, { opset: 9 }),
  c("Split", [x(6, 2), k(1, 5)], {}, { outputs: 2 }),
  c("Split", [x(2, 6)], axis(1), { outputs: 3 }),
  c("Split", [x(2, 6)], { ...axis(-1), split: ints([2, 4]) }, { outputs: 2, opset: 11 }),
  c("Split", [x(7, 2)], { num_outputs: int(3) }, { outputs: 3, opset: 18 }),
  c("Concat", [x(2, 3), x(2, 1)], axis(-1)),
  c("Concat", [x(2, 3), x(0, 3)], axis(0)),
  c("Pad", [x(2, 3), k(0, 1, 0, 2)]),
  c("Pad", [x(2, 3), k(0, -1, 1, 0)]),
  c("Pad", [x(2, 3), k(1, 2), undefined, k(-1)], {}, { opset: 18 }),
  c("Pad", [x(2, 3)], { pads: ints([1, 0, 0, 0]) }, { opset: 10 }),
  c("Tile", [x(2, 3), k(1, 2)]),

  c("Gather", [x(4, 3), intMatrix]),
  c("Gather", [x(4, 3), k(1)], axis(-1)),
  c("Gather", [x(4, 3), intTensor([1], [])], axis(1)),
  c("GatherElements", [x(2, 3), intMatrix], axis(1)),
  c("GatherND", [x(2, 3, 4), intMatrix], {}, { rankNeedsSizes: true }),
  c("GatherND", [x(2, 3, 4), intTensor([0, 1], [2, 1])], { batch_dims: int(1) }),
  c("ScatterElements", [x(2, 3), intMatrix, x(2, 2)], axis(1)),
  c("ScatterND", [x(2, 3), intMatrix, x(2)]),
  c("TopK", [x(2, 5), k(3)], axis(-1), { outputs: 2 }),
  c("TopK", [x(5, 2)], { ...axis(0), k: int(2) }, { outputs: 2, opset: 9 }),
  c("OneHot", [intMatrix, k(5), floatTensor([0, 1], [2])]),
  c("OneHot", [intMatrix, k(5), floatTensor([0, 1], [2])], axis(0)),
  c("NonZero", [x(2, 3)], {}, { sizesOpen: true }),

  c("Conv", [x(1, 2, 9, 8), x(3, 2, 3, 2)], {
    strides: ints([2, 1]),
    pads: ints([1, 0, 0, 2]),
    dilations: ints([2, 1]),
  }),
  c("Conv", [x(1, 2, 9), x(3, 2, 4)], { auto_pad: string("SAME_UPPER"), strides: ints([2]) }),
  c("Conv", [x(1, 2, 9), x(3, 2, 4)], { auto_pad: string("VALID"), strides: ints([2]) }),
  c("Conv", [x(1, 2, 9), x(3, 2, 3)], { pads: ints([1, 1]) }),
  c("Conv", [x(1, 4, 9), x(6, 2, 3)], { group: int(2) }),
  c("ConvTranspose", [x(1, 4, 5, 4), x(4, 3, 3, 2)], {
    group: int(2),
    strides: ints([2, 3]),
    pads: ints([1, 0, 0, 1]),
    output_padding: ints([1, 0]),
    dilations: ints([2, 1]),
  }),
  c("ConvTranspose", [x(1, 2, 5), x(2, 3, 3)], { output_shape: ints([11]), strides: ints([2]) }),
  c("ConvTranspose", [x(1, 2, 5), x(2, 3, 3)], { auto_pad: string("SAME_LOWER"), strides: ints([2]) }),
  c("AveragePool", [x(1, 2, 9, 8)], { kernel_shape: ints([3, 2]), strides: ints([2, 2]) }),
  c("MaxPool", [x(1, 2, 9)], { kernel_shape: ints([3]), pads: ints([1, 1]) }, { outputs: 2 }),
  ...[5, 6, 7, 8].map((size) =>
    c("MaxPool", [x(1, 1, size)], {
      kernel_shape: ints([2]),
      strides: ints([3]),
      pads: ints([1, 1]),
      ceil_mode: int(1),
    }),
  ),
  c("GlobalAveragePool", [x(1, 2, 3, 4)]),
  c("GlobalMaxPool", [x(1, 2, 3)]),

  c("Constant", [], { value: { kind: "tensor", value: storedInt([3, 4]) } }),
  c("Constant", [], { value_ints: ints([1, 2, 3]) }),
  c("Constant", [], { value_float: float(1) }),
  c("ConstantOfShape", [k(2, 3)]),
  c("ConstantOfShape", [k(2)], { value: { kind: "tensor", value: storedInt([7]) } }),
  c("Shape", [x(2, 3, 4)]),
  c("Shape", [x(2, 3, 4)], { start: int(-2), end: int(-1) }),
  c("Size", [x(2, 3, 4)]),
];

export const isTensor = (operand: Operand): operand is Tensor => operand !== undefined && "data" in operand;

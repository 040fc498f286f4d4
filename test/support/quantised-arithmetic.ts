/**
 * @file What a quantised graph is defined to give: the operators of ONNX and of com.microsoft that compute with 8-bit
 * numbers, written out as their definitions have them, in whole numbers that do not overflow. All other nodes are run one
 * by one by the engine.
 *
 * The engine itself is no authority here: on processors with AVX2 but without VNNI its products of unsigned and signed
 * bytes saturate at 16 bits, so that the same file gives other numbers there.
 */

import type { Graph, Node, StoredTensor } from "@calig/core/internal/onnx/model";
import type { Feeds } from "@calig/core/internal/runtime/runtime";
import { viewBytes } from "@calig/core/internal/tensor/dtype";
import { elementCount, floatTensor, type Tensor } from "@calig/core/internal/tensor/tensor";
import { runGraph } from "./run-graph.ts";

type Opsets = Readonly<Record<string, number>>;
type Definition = (node: Node, inputs: readonly (Tensor | undefined)[]) => readonly Tensor[];

/** Values of a graph for these feeds, every quantised operator by its definition. */
export async function definedValues(
  graph: Graph,
  opsets: Opsets,
  names: readonly string[],
  feeds: Feeds,
): Promise<readonly Tensor[]> {
  const values = new Map<string, Tensor>(Object.entries(feeds));
  for (const tensor of graph.initializers) values.set(tensor.name, stored(tensor));
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((name) => (name === "" ? undefined : (values.get(name) as Tensor)));
    const definition = DEFINITIONS[node.opType];
    const outputs = definition === undefined ? await byEngine(node, inputs, opsets) : definition(node, inputs);
    for (const [i, name] of node.outputs.entries()) values.set(name, outputs[i] as Tensor);
  }
  return names.map((name) => values.get(name) as Tensor);
}

function stored({ dtype, shape, storage }: StoredTensor): Tensor {
  if (storage.kind !== "bytes") throw new Error("only tensors in memory are read");
  return { dtype, shape, data: viewBytes(dtype, storage.bytes) };
}

async function byEngine(
  node: Node,
  inputs: readonly (Tensor | undefined)[],
  opsets: Opsets,
): Promise<readonly Tensor[]> {
  const own = node.inputs.map((name, i) => (name === "" ? "" : `input_${i}`));
  const present = own.flatMap((name, i) => (name === "" ? [] : [[name, inputs[i] as Tensor] as const]));
  const outputs = node.outputs.map((name) => ({ name, dtype: undefined, shape: undefined }));
  const graph: Graph = {
    name: "one-node",
    inputs: present.map(([name, { dtype, shape }]) => ({ name, dtype, shape })),
    outputs: outputs.map((output) => ({
      ...output,
      dtype: node.opType === "Cast" ? ("float32" as const) : typeOf(inputs),
    })),
    values: [],
    initializers: [],
    nodes: [{ ...node, inputs: own }],
  };
  return runGraph(graph, opsets, node.outputs, Object.fromEntries(present));
}

/** The element type of what moves or adds its inputs. */
const typeOf = ([first]: readonly (Tensor | undefined)[]): Tensor["dtype"] => (first as Tensor).dtype;

const RANGES: Partial<Record<Tensor["dtype"], readonly [number, number]>> = { uint8: [0, 255], int8: [-128, 127] };

/** Rounds to nearest, ties to even, as the definitions ask. */
function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 !== 0) ? below + 1 : below;
}

const numbers = (tensor: Tensor | undefined): number[] => Array.from((tensor?.data as ArrayLike<number>) ?? [], Number);
const scalar = (tensor: Tensor | undefined, fallback = 0): number => numbers(tensor)[0] ?? fallback;
/** The only parameter, or that of one column or channel. */
const at = (list: readonly number[], index: number, fallback = 0): number =>
  (list.length > 1 ? list[index] : list[0]) ?? fallback;
const real = (values: readonly number[], shape: readonly number[]): Tensor => floatTensor(values, shape);

function quantised(
  values: readonly number[],
  shape: readonly number[],
  scale: number,
  zero: Tensor | undefined,
): Tensor {
  const dtype = zero?.dtype ?? "uint8";
  const [least, most] = RANGES[dtype] as readonly [number, number];
  const whole = values.map((value) => {
    const q = roundHalfEven(Math.fround(Math.fround(value) / scale)) + scalar(zero);
    return Math.min(most, Math.max(least, q));
  });
  return { dtype, shape, data: dtype === "int8" ? Int8Array.from(whole) : Uint8Array.from(whole) };
}

/** (q - zero point) scale, parameters along `axis` where there are several. */
function dequantised(q: Tensor, scales: Tensor | undefined, zeros: Tensor | undefined, axis = 1): number[] {
  const own = axis < 0 ? axis + q.shape.length : axis;
  const behind = elementCount(q.shape.slice(own + 1));
  const [scale, zero] = [numbers(scales), numbers(zeros)];
  return numbers(q).map((value, i) => {
    const place = Math.floor(i / behind) % (q.shape[own] ?? 1);
    return (value - at(zero, place)) * at(scale, place, 1);
  });
}

const shiftedBy = (q: Tensor, zeros: Tensor | undefined, axis: number): number[] =>
  dequantised(q, undefined, zeros, axis);

/** Product over the last two axes; the second operand has as many matrices as the first, or one. */
function product(a: readonly number[], aShape: readonly number[], b: readonly number[], bShape: readonly number[]) {
  const [rows = 1, inner = 1] = aShape.slice(-2);
  const columns = bShape.at(-1) ?? 1;
  const batch = elementCount(aShape.slice(0, -2));
  const step = elementCount(bShape.slice(0, -2)) === 1 ? 0 : inner * columns;
  const values: number[] = [];
  for (let m = 0; m < batch; m++)
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++) {
        let sum = 0;
        for (let k = 0; k < inner; k++)
          sum += (a[(m * rows + i) * inner + k] as number) * (b[m * step + k * columns + j] as number);
        values.push(sum);
      }
  return { values, shape: [...aShape.slice(0, -1), columns], columns };
}

/** Convolution of [batch, 1, height, width] with [filters, 1, h, w], without padding. */
function convolution(
  x: readonly number[],
  [batch = 1, , height = 1, width = 1]: readonly number[],
  w: readonly number[],
  [filters = 1, , h = 1, v = 1]: readonly number[],
) {
  const values: number[] = [];
  for (let m = 0; m < batch; m++)
    for (let f = 0; f < filters; f++)
      for (let i = 0; i + h <= height; i++)
        for (let j = 0; j + v <= width; j++) {
          let sum = 0;
          for (let p = 0; p < h; p++)
            for (let q = 0; q < v; q++)
              sum += (x[(m * height + i + p) * width + j + q] as number) * (w[(f * h + p) * v + q] as number);
          values.push(sum);
        }
  const shape = [batch, filters, height - h + 1, width - v + 1];
  return { values, shape, filterOf: (i: number) => Math.floor(i / elementCount(shape.slice(2))) % filters };
}

const int32 = (values: readonly number[], shape: readonly number[]): Tensor => ({
  dtype: "int32",
  shape,
  data: Int32Array.from(values),
});

const intOf = ({ attributes }: Node, name: string, fallback: number): number => {
  const found = attributes[name];
  return found?.kind === "int" ? found.value : fallback;
};

/** The triple of DynamicQuantizeLinear-11: the range is made to hold 0. */
function dynamically(x: Tensor): readonly [Tensor, Tensor, Tensor] {
  const values = numbers(x);
  const [least, most] = [Math.min(0, ...values), Math.max(0, ...values)];
  const scale = Math.fround((most - least) / 255);
  const zero: Tensor = {
    dtype: "uint8",
    shape: [],
    data: Uint8Array.of(Math.min(255, Math.max(0, roundHalfEven(-least / scale)))),
  };
  return [quantised(values, x.shape, scale, zero), real([scale], []), zero];
}

/** A B with one scale of A and scales of B by column, and a bias. */
function scaledProduct(
  [a, aScale, aZero]: readonly (Tensor | undefined)[],
  [b, bScale, bZero]: readonly (Tensor | undefined)[],
  bias: Tensor | undefined,
): { readonly values: number[]; readonly shape: readonly number[] } {
  const [left, right] = [a as Tensor, b as Tensor];
  const { values, shape, columns } = product(
    shiftedBy(left, aZero, -2),
    left.shape,
    shiftedBy(right, bZero, -1),
    right.shape,
  );
  const [scales, offsets] = [numbers(bScale), numbers(bias)];
  return {
    values: values.map((sum, i) => sum * scalar(aScale) * at(scales, i % columns) + (offsets[i % columns] ?? 0)),
    shape,
  };
}

/** Attention-1 of com.microsoft without a mask: a projection to queries, keys and values, softmax over keys, heads joined. */
function attention(
  projected: readonly number[],
  [batch = 1, tokens = 1, all = 3]: readonly number[],
  heads: number,
): Tensor {
  const width = all / 3;
  const size = width / heads;
  const values = new Float32Array(batch * tokens * width);
  const read = (m: number, token: number, part: number, head: number, d: number) =>
    projected[(m * tokens + token) * all + part * width + head * size + d] as number;
  for (let m = 0; m < batch; m++)
    for (let head = 0; head < heads; head++)
      for (let query = 0; query < tokens; query++) {
        const scores = Array.from({ length: tokens }, (_, key) => {
          let dot = 0;
          for (let d = 0; d < size; d++) dot += read(m, query, 0, head, d) * read(m, key, 1, head, d);
          return Math.exp(dot / Math.sqrt(size));
        });
        const total = scores.reduce((sum, value) => sum + value);
        for (let d = 0; d < size; d++)
          values[(m * tokens + query) * width + head * size + d] = scores.reduce(
            (sum, score, key) => sum + (score / total) * read(m, key, 2, head, d),
            0,
          );
      }
  return floatTensor(values, [batch, tokens, width]);
}

const DEFINITIONS: Readonly<Record<string, Definition>> = {
  QuantizeLinear: (_, [x, scale, zero]) => [quantised(numbers(x), (x as Tensor).shape, scalar(scale), zero)],
  DequantizeLinear: (node, [q, scale, zero]) => [
    real(dequantised(q as Tensor, scale, zero, intOf(node, "axis", 1)), (q as Tensor).shape),
  ],
  DynamicQuantizeLinear: (_, [x]) => dynamically(x as Tensor),
  MatMulInteger: (_, [a, b, aZero, bZero]) => {
    const [left, right] = [a as Tensor, b as Tensor];
    const { values, shape } = product(shiftedBy(left, aZero, -2), left.shape, shiftedBy(right, bZero, -1), right.shape);
    return [int32(values, shape)];
  },
  DynamicQuantizeMatMul: (_, [x, b, bScale, bZero, bias]) => {
    const { values, shape } = scaledProduct(dynamically(x as Tensor), [b, bScale, bZero], bias);
    return [real(values, shape)];
  },
  MatMulIntegerToFloat: (_, [a, b, aScale, bScale, aZero, bZero, bias]) => {
    const { values, shape } = scaledProduct([a, aScale, aZero], [b, bScale, bZero], bias);
    return [real(values, shape)];
  },
  QLinearMatMul: (_, [a, aScale, aZero, b, bScale, bZero, yScale, yZero]) => {
    const { values, shape } = scaledProduct([a, aScale, aZero], [b, bScale, bZero], undefined);
    return [quantised(values, shape, scalar(yScale), yZero)];
  },
  // B [columns, rows]: the only form that is tried. The bias counts steps of both scales.
  QGemm: (_, [a, aScale, aZero, b, bScale, bZero, bias, yScale, yZero]) => {
    const [columns = 1, inner = 1] = (b as Tensor).shape;
    const turned = Array.from(
      { length: inner * columns },
      (_, i) => numbers(b)[(i % columns) * inner + Math.floor(i / columns)] as number,
    );
    const right = { dtype: "int8" as const, shape: [inner, columns], data: Int8Array.from(turned) };
    const steps = scalar(aScale) * scalar(bScale);
    const added = real(
      numbers(bias).map((value) => value * steps),
      [columns],
    );
    const { values, shape } = scaledProduct([a, aScale, aZero], [right, bScale, bZero], added);
    return [quantised(values, shape, scalar(yScale), yZero)];
  },
  ConvInteger: (_, [x, w, xZero, wZero]) => {
    const { values, shape } = convolution(
      shiftedBy(x as Tensor, xZero, 1),
      (x as Tensor).shape,
      shiftedBy(w as Tensor, wZero, 0),
      (w as Tensor).shape,
    );
    return [int32(values, shape)];
  },
  QLinearConv: (_, [x, xScale, xZero, w, wScale, wZero, yScale, yZero, bias]) => {
    const { values, shape, filterOf } = convolution(
      shiftedBy(x as Tensor, xZero, 1),
      (x as Tensor).shape,
      shiftedBy(w as Tensor, wZero, 0),
      (w as Tensor).shape,
    );
    const [scales, offsets] = [numbers(wScale), numbers(bias)];
    const sums = values.map((sum, i) => {
      const filter = filterOf(i);
      return (sum + (offsets[filter] ?? 0)) * scalar(xScale) * at(scales, filter);
    });
    return [quantised(sums, shape, scalar(yScale), yZero)];
  },
  QLinearAdd: (_, [a, aScale, aZero, b, bScale, bZero, yScale, yZero]) => {
    const [left, right] = [dequantised(a as Tensor, aScale, aZero), dequantised(b as Tensor, bScale, bZero)];
    return [
      quantised(
        left.map((value, i) => value + (right[i] as number)),
        (a as Tensor).shape,
        scalar(yScale),
        yZero,
      ),
    ];
  },
  QLinearSigmoid: (_, [x, xScale, xZero, yScale, yZero]) => {
    const values = dequantised(x as Tensor, xScale, xZero).map((value) => 1 / (1 + Math.exp(-value)));
    return [quantised(values, (x as Tensor).shape, scalar(yScale), yZero)];
  },
  // Of two values, along axis 1 of [batch, rows, columns].
  QLinearConcat: (_, [yScale, yZero, a, aScale, aZero, b, bScale, bZero]) => {
    const [left, right] = [dequantised(a as Tensor, aScale, aZero), dequantised(b as Tensor, bScale, bZero)];
    const [batch = 1, rows = 1, columns = 1] = (a as Tensor).shape;
    const size = rows * columns;
    const joined = Array.from({ length: batch }, (_, m) => [
      ...left.slice(m * size, (m + 1) * size),
      ...right.slice(m * size, (m + 1) * size),
    ]).flat();
    return [quantised(joined, [batch, 2 * rows, columns], scalar(yScale), yZero)];
  },
  QAttention: (node, [x, w, bias, xScale, wScale, , xZero, wZero]) => {
    const { values, shape } = scaledProduct([x, xScale, xZero], [w, wScale, wZero], bias);
    return [attention(values, shape, intOf(node, "num_heads", 1))];
  },
};

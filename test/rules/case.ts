/** @file What a test case of a gradient rule is, and the words the tables of cases are written in. */

import { type Attributes, int, ints } from "@calig/core/internal/onnx/model";
import { boolTensor, elementCount, floatTensor, intTensor, type Tensor } from "@calig/core/internal/tensor/tensor";
import { uniform } from "../support/hashed-weights.ts";

/** Values of one input. Random numbers are hashes of the names of case and input: the same ones everywhere. */
export type InputSpec =
  | {
      /** Uniform between two limits. */
      readonly kind: "uniform";
      readonly shape: readonly number[];
      readonly low: number;
      readonly high: number;
      readonly constant: boolean;
    }
  /** Uniform, of either sign, with an absolute value between two limits: keeps clear of a kink at 0. */
  | { readonly kind: "away"; readonly shape: readonly number[]; readonly low: number; readonly high: number }
  /** Multiples of 1/4 in a random order: no two of a case are closer, whichever input they are in. */
  | { readonly kind: "distinct"; readonly shape: readonly number[]; readonly offset: number; readonly stride: number }
  /** Given numbers. */
  | {
      readonly kind: "given";
      readonly dtype: "float32" | "int64" | "bool";
      readonly shape: readonly number[];
      readonly values: readonly number[];
      readonly constant: boolean;
    }
  | { readonly kind: "omitted" };

/** One operator with inputs and attributes; its gradient is checked with respect to every float input that is not constant. */
export interface RuleCase {
  /** Unique; starts with the operator. */
  readonly name: string;
  readonly opType: string;
  readonly domain: string;
  /** Version of the operator set of `domain`. */
  readonly opset: number;
  readonly inputs: readonly InputSpec[];
  readonly attributes: Attributes;
  /** Outputs that the node has; gradients flow back from all floating ones that are listed in `from`. */
  readonly outputs: number;
  readonly from: readonly number[];
  /** Whether the function is smooth at the inputs; finite differences are taken only where it is. */
  readonly smooth: boolean;
}

/** What a row of a table may leave out. */
interface CaseOptions {
  readonly domain?: string;
  readonly opset?: number;
  readonly attributes?: Attributes;
  readonly outputs?: number;
  readonly from?: readonly number[];
  readonly smooth?: boolean;
}

/** A row: what is special about it, the inputs, and the rest where it differs from the usual. */
export type CaseRow = readonly [note: string, inputs: readonly InputSpec[], options?: CaseOptions];

const MICROSOFT = "com.microsoft";

/** Cases of one operator. "com.microsoft.Gelu" names one of another domain. */
export function casesOf(operator: string, ...rows: readonly CaseRow[]): readonly RuleCase[] {
  const contrib = operator.startsWith(`${MICROSOFT}.`);
  const opType = contrib ? operator.slice(MICROSOFT.length + 1) : operator;
  return rows.map(([note, inputs, options = {}]) => ({
    name: `${operator}: ${note}`,
    opType,
    domain: contrib ? MICROSOFT : "",
    opset: contrib ? 1 : 17,
    inputs,
    attributes: {},
    outputs: 1,
    from: [0],
    smooth: true,
    ...options,
  }));
}

/** Uniform in [low, high). */
export const x = (shape: readonly number[], low = -1, high = 1): InputSpec => ({
  kind: "uniform",
  shape,
  low,
  high,
  constant: false,
});

/** Uniform in [0.5, 2): for roots, logarithms and denominators. */
export const positive = (shape: readonly number[]): InputSpec => x(shape, 0.5, 2);

/** A constant of the model: uniform in [low, high). */
export const weight = (shape: readonly number[], low = -1, high = 1): InputSpec => ({
  kind: "uniform",
  shape,
  low,
  high,
  constant: true,
});

export const away = (shape: readonly number[], low = 0.25, high = 1): InputSpec => ({ kind: "away", shape, low, high });

/** Distinct numbers; input `i` of `n` such inputs gets every n-th. */
export const distinct = (shape: readonly number[], i = 0, n = 1): InputSpec => ({
  kind: "distinct",
  shape,
  offset: i,
  stride: n,
});

const given =
  (dtype: "float32" | "int64" | "bool", constant: boolean) =>
  (values: readonly number[], shape: readonly number[] = [values.length]): InputSpec => ({
    kind: "given",
    dtype,
    shape,
    values,
    constant,
  });

/** Constant int64. */
export const integers = given("int64", true);
/** int64 that is fed at run time. */
export const fedIntegers = given("int64", false);
/** bool that is fed at run time. */
export const booleans = given("bool", false);
/** Constant float32. */
export const floats = given("float32", true);
/** float32 that is fed at run time and differentiated. */
export const numbers = given("float32", false);
export const omitted: InputSpec = { kind: "omitted" };

/** Attributes from plain numbers (int) and lists (ints). */
export const attributes = (values: Readonly<Record<string, number | readonly number[]>>): Attributes =>
  Object.fromEntries(Object.entries(values).map(([key, v]) => [key, typeof v === "number" ? int(v) : ints(v)]));

/** Whether gradients with respect to an input are checked. */
export const isDifferentiated = (input: InputSpec): boolean =>
  input.kind === "uniform"
    ? !input.constant
    : input.kind === "given"
      ? !input.constant && input.dtype === "float32"
      : input.kind !== "omitted";

/** Whether an input is an initializer of the model. */
export const isConstant = (input: InputSpec): boolean =>
  (input.kind === "uniform" || input.kind === "given") && input.constant;

/** Shape of input `i` of a case; empty where it is omitted. */
export function shapeOf({ inputs }: RuleCase, i: number): readonly number[] {
  const input = inputs[i] as InputSpec;
  return input.kind === "omitted" ? [] : input.shape;
}

/** The values of input `i` of a case; undefined where it is omitted. */
export function valuesOf({ name, inputs }: RuleCase, i: number): Tensor | undefined {
  const input = inputs[i] as InputSpec;
  if (input.kind === "omitted") return undefined;
  const { shape } = input;
  const hashed = (what: string) => uniform(`${name}/${what}/${i}`, elementCount(shape));
  switch (input.kind) {
    case "uniform":
      return floatTensor(
        hashed("input").map((v) => input.low + ((v + 1) / 2) * (input.high - input.low)),
        shape,
      );
    case "away":
      return floatTensor(
        hashed("input").map((v) => Math.sign(v) * (input.low + Math.abs(v) * (input.high - input.low))),
        shape,
      );
    case "distinct": {
      const order = Array.from(hashed("order"), (key, place) => ({ key, place })).sort((a, b) => a.key - b.key);
      const values = new Float32Array(order.length);
      order.forEach(({ place }, rank) => {
        values[place] = (rank * input.stride + input.offset - (order.length * input.stride) / 2) / 4;
      });
      return floatTensor(values, shape);
    }
    case "given":
      if (input.dtype === "int64") return intTensor(input.values, shape);
      return input.dtype === "bool" ? boolTensor(input.values, shape) : floatTensor(input.values, shape);
  }
}

/** What the outputs are multiplied by before they are summed to one number: every element counts differently. */
export const projection = ({ name }: Pick<RuleCase, "name">, output: number, count: number): Float32Array =>
  uniform(`${name}/projection/${output}`, count);

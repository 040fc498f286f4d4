/**
 * @file The ONNX model in memory: plain data, one type per message of onnx.proto that calig uses.
 *
 * Knows no mathematics. Names follow STYLE: an edge is a value, a vertex is a node.
 */

import type { DType } from "../tensor/dtype.ts";

/** One dimension: a size, the name of a symbol ("batch"), or undefined where nothing is known. */
export type Dimension = number | string | undefined;

/** Type of a value. `shape` is undefined where even the rank is unknown. */
export interface ValueInfo {
  readonly name: string;
  readonly dtype: DType | undefined;
  readonly shape: readonly Dimension[] | undefined;
}

/** Where the bytes of a stored tensor are: in memory (little-endian, never copied on decode), or in a side file. */
export type TensorStorage =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "strings"; readonly strings: readonly Uint8Array[] }
  | {
      readonly kind: "external";
      readonly location: string;
      readonly offset: number;
      readonly length: number | undefined;
    };

/** A constant tensor of a model (initializer or attribute). */
export interface StoredTensor {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly storage: TensorStorage;
}

/**
 * Attribute of a node.
 *
 * Integers are JavaScript numbers: those beyond 2^53 (only the "to the end" markers of Slice-1 in practice) lose
 * their last bits on decode and are clamped to the int64 range on encode.
 */
export type Attribute =
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "int"; readonly value: number }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "tensor"; readonly value: StoredTensor }
  | { readonly kind: "graph"; readonly value: Graph }
  | { readonly kind: "floats"; readonly value: readonly number[] }
  | { readonly kind: "ints"; readonly value: readonly number[] }
  | { readonly kind: "strings"; readonly value: readonly string[] };

export type Attributes = Readonly<Record<string, Attribute>>;

/** One operation. An empty string among `inputs` or `outputs` is an omitted optional one. */
export interface Node {
  readonly name: string;
  readonly opType: string;
  /** "" is the standard domain (ai.onnx). */
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** A graph: nodes in topological order, constants, inputs and outputs. */
export interface Graph {
  readonly name: string;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  /** Types of inner values where the file states them (value_info). */
  readonly values: readonly ValueInfo[];
  readonly initializers: readonly StoredTensor[];
  readonly nodes: readonly Node[];
}

/** A model file. */
export interface OnnxModel {
  readonly irVersion: number;
  readonly producerName: string;
  readonly producerVersion: string;
  /** Version of each operator set; the standard one has the key "". */
  readonly opsets: Readonly<Record<string, number>>;
  readonly graph: Graph;
  readonly metadata: Readonly<Record<string, string>>;
}

export const float = (value: number): Attribute => ({ kind: "float", value });
export const int = (value: number): Attribute => ({ kind: "int", value });
export const string = (value: string): Attribute => ({ kind: "string", value });
export const ints = (value: readonly number[]): Attribute => ({ kind: "ints", value });

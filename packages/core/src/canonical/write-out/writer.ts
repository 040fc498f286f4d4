/** @file What writes a fused operator out sees of its node, and the words that writers share. */

import type { GraphBuilder } from "../../graph/builder.ts";
import type { ShapeTable } from "../../graph/infer-shapes.ts";
import { int, ints, type Node } from "../../onnx/model.ts";
import type { ConstantTable } from "../constants.ts";

export interface WriteContext {
  readonly node: Node;
  readonly builder: GraphBuilder;
  readonly shapes: ShapeTable;
  readonly constants: ConstantTable;
  /** Name of input i, undefined where it is omitted. */
  optional(i: number): string | undefined;
  /** Name of input i. */
  input(i: number): string;
  /** Whether something reads output i. */
  wants(i: number): boolean;
  int(name: string, fallback: number): number;
  float(name: string, fallback: number): number;
  /** Ends the writing: the node stays as it is, and a note says why. */
  refuse(reason: string): never;
}

/** Emits primitives and returns the value for each output, in order; undefined for outputs that nothing reads. */
export type Writer = (context: WriteContext) => readonly (string | undefined)[];

/** Why a node stays as it is. Thrown by `refuse` and caught by the pass alone. */
export class Refusal extends Error {}

export function createWriteContext(
  node: Node,
  builder: GraphBuilder,
  { shapes, constants, used }: Pick<WriteContext, "shapes" | "constants"> & { readonly used: ReadonlySet<string> },
): WriteContext {
  const optional = (i: number) => node.inputs[i] || undefined;
  const refuse = (reason: string): never => {
    throw new Refusal(reason);
  };
  return {
    node,
    builder,
    shapes,
    constants,
    optional,
    input: (i) => optional(i) ?? refuse(`input ${i} is missing`),
    wants: (i) => (node.outputs[i] ?? "") !== "" && used.has(node.outputs[i] as string),
    int: (name, fallback) => {
      const found = node.attributes[name];
      return found?.kind === "int" ? found.value : fallback;
    },
    float: (name, fallback) => {
      const found = node.attributes[name];
      return found?.kind === "float" ? found.value : fallback;
    },
    refuse,
  };
}

/** x + bias where there is one. */
export const withBias = (b: GraphBuilder, x: string, bias: string | undefined): string =>
  bias === undefined ? x : b.add(x, bias);

/** Cuts a value along an axis into parts of these sizes (Split: sizes are an attribute before opset 13, an input from there). */
export function split(b: GraphBuilder, x: string, axis: number, sizes: readonly number[]): readonly string[] {
  return (b.opsets[""] ?? 0) >= 13
    ? b.emitMany("Split", [x, b.integers(sizes)], sizes.length, { attributes: { axis: int(axis) } })
    : b.emitMany("Split", [x], sizes.length, { attributes: { axis: int(axis), split: ints(sizes) } });
}

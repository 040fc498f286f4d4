/** @file Writes com.microsoft FusedMatMul as Transpose, MatMul and Mul, for engines that have no kernel for it (WebGPU). */

import { type ModelIssue, UnsupportedModelError } from "../errors.ts";
import { type Attribute, type Graph, ints, type Node } from "../onnx/model.ts";
import type { DType } from "../tensor/dtype.ts";
import { floatToHalf } from "../tensor/half.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { GraphBuilder } from "./builder.ts";
import { inferShapes } from "./infer-shapes.ts";

/**
 * The graph with every FusedMatMul replaced by operators of ai.onnx; names of its values and outputs stay. Operands
 * that several products transpose alike are transposed once. Bodies of control flow are left as they are.
 *
 * Cost: one more pass over the memory of every transposed operand at run time, and of every product with an alpha.
 *
 * @throws {UnsupportedModelError} When the rank of a transposed operand is unknown; lists all such nodes.
 */
export function lowerFusedMatMul(graph: Graph, opsets: Readonly<Record<string, number>>): Graph {
  const fused = new Set(graph.nodes.filter(isFusedMatMul));
  if (fused.size === 0) return graph;
  const shapes = inferShapes(graph, opsets);
  const builder = new GraphBuilder({ from: graph, opsets });
  const transposed = new Map<string, string>();
  const issues: ModelIssue[] = [];
  const nodes: Node[] = [];

  const operand = (node: Node, side: Side): string => {
    const value = node.inputs[side === "A" ? 0 : 1] as string;
    const flags = { last: isSet(node, `trans${side}`), batch: isSet(node, `transBatch${side}`) };
    if (!flags.last && !flags.batch) return value;
    const rank = shapes.get(value)?.shape?.length;
    if (rank === undefined) {
      const { name, opType, domain } = node;
      issues.push({ node: name, opType, domain, reason: `the rank of its operand "${value}" is not known` });
      return value;
    }
    const perm = permutation(rank, flags);
    if (perm.every((axis, i) => axis === i)) return value;
    const key = `${perm}:${value}`;
    const existing = transposed.get(key);
    if (existing !== undefined) return existing;
    const output = builder.unique(`${value}__transposed`);
    nodes.push(plainNode("Transpose", [value], output, output, { perm: ints(perm) }));
    transposed.set(key, output);
    return output;
  };

  for (const node of graph.nodes) {
    if (!fused.has(node)) {
      nodes.push(node);
      continue;
    }
    const operands = [operand(node, "A"), operand(node, "B")];
    const [output] = node.outputs as [string];
    const alpha = node.attributes.alpha?.kind === "float" ? node.attributes.alpha.value : 1;
    if (alpha === 1) {
      nodes.push(plainNode("MatMul", operands, output, node.name));
      continue;
    }
    const product = builder.unique(`${output}__product`);
    const factor = builder.constant(scalar(alpha, shapes.get(node.inputs[0] as string)?.dtype), "alpha");
    nodes.push(plainNode("MatMul", operands, product, node.name));
    nodes.push(plainNode("Mul", [product, factor], output, builder.unique(`${node.name}__scaled`)));
  }
  if (issues.length > 0) {
    throw new UnsupportedModelError(
      `Cannot write FusedMatMul as MatMul in graph "${graph.name}": ${issues.map(({ node, reason }) => `node "${node}": ${reason}`).join("; ")}; state the shape of these values in the graph`,
      issues,
    );
  }
  return { ...builder.build(), nodes };
}

type Side = "A" | "B";

const isFusedMatMul = ({ domain, opType }: Node): boolean => domain === "com.microsoft" && opType === "FusedMatMul";

function isSet(node: Node, attribute: string): boolean {
  const found = node.attributes[attribute];
  return found?.kind === "int" && found.value !== 0;
}

/** `batch` moves the first axis behind the batch axes, then `last` swaps the last two. Vectors are never transposed. */
function permutation(rank: number, { last, batch }: { readonly last: boolean; readonly batch: boolean }): number[] {
  const axes = Array.from({ length: rank }, (_, i) => i);
  if (rank < 2) return axes;
  const inner = axes.slice(0, -1);
  const rows = batch ? [...inner.slice(1), 0] : inner;
  const columns = rank - 1;
  return last ? [...rows.slice(0, -1), columns, rows.at(-1) as number] : [...rows, columns];
}

/** The factor in the element type of the product. */
function scalar(value: number, dtype: DType | undefined): Tensor {
  if (dtype === "float64") return { dtype, shape: [], data: Float64Array.of(Math.fround(value)) };
  if (dtype === "float16") return { dtype, shape: [], data: floatToHalf(Float32Array.of(value)) };
  return { dtype: "float32", shape: [], data: Float32Array.of(value) };
}

const plainNode = (
  opType: string,
  inputs: readonly string[],
  output: string,
  name: string,
  attributes: Readonly<Record<string, Attribute>> = {},
): Node => ({ name, opType, domain: "", inputs, outputs: [output], attributes });

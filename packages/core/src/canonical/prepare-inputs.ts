/** @file What calig feeds a model: whole numbers as int64, pictures as float32 of one size. */

import { rewireInputs } from "../graph/rewire.ts";
import { type Graph, int, type Node, type ValueInfo } from "../onnx/model.ts";
import { dtypeCode, isFloating } from "../tensor/dtype.ts";
import { BATCH, TOKENS } from "./name-axes.ts";

/** Sizes that a graph leaves open and its files state. */
export interface InputSizes {
  /** Of pictures, in pixels. */
  readonly pixels?: { readonly width: number; readonly height: number };
}

const CHANNELS = 3;

/**
 * The graph with inputs as calig feeds them: ids, types, masks and positions are int64 [batch, tokens], whatever type
 * they have in the file, and pixels float32 (Casts lead back to the file's types); open sizes of pictures are filled in.
 */
export function prepareInputs(graph: Graph, { pixels }: InputSizes = {}): Graph {
  const stored = new Set(graph.initializers.map(({ name }) => name));
  const inputs = graph.inputs.map((input) => (stored.has(input.name) ? input : prepared(input, pixels)));
  const taken = new Set(graph.nodes.flatMap(({ outputs }) => outputs));
  const redirect = new Map<string, string>();
  const casts: Node[] = [];
  for (const [i, { name, dtype }] of graph.inputs.entries()) {
    if (dtype === undefined || inputs[i]?.dtype === dtype) continue;
    let output = `${name}.cast`;
    while (taken.has(output)) output += "_";
    redirect.set(name, output);
    const attributes = { to: int(dtypeCode(dtype)) };
    casts.push({ name: output, opType: "Cast", domain: "", inputs: [name], outputs: [output], attributes });
  }
  return { ...graph, inputs, nodes: [...casts, ...graph.nodes.map((node) => rewireInputs(node, redirect))] };
}

function prepared(input: ValueInfo, pixels: InputSizes["pixels"]): ValueInfo {
  const { dtype, shape } = input;
  if (dtype === undefined || dtype === "string") return input;
  if (shape?.length === 2) {
    const [batch, tokens] = shape;
    return { ...input, dtype: "int64", shape: [fixed(batch) ?? BATCH, fixed(tokens) ?? TOKENS] };
  }
  if (shape?.length !== 4) return input;
  const [batch, channels, height, width] = shape;
  const sizes = [
    fixed(channels) ?? CHANNELS,
    fixed(height) ?? pixels?.height ?? height,
    fixed(width) ?? pixels?.width ?? width,
  ];
  return { ...input, dtype: isFloating(dtype) ? "float32" : dtype, shape: [batch, ...sizes] };
}

const fixed = (size: number | string | undefined): number | undefined =>
  typeof size === "number" && size > 0 ? size : undefined;

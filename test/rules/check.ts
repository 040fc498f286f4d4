/** @file Runs one case: outputs, gradients and finite differences by onnxruntime. */

import { buildGradientGraph } from "@calig/core/internal/autodiff/backward";
import { createRegistry, type RuleRegistry } from "@calig/core/internal/autodiff/registry";
import { GraphBuilder } from "@calig/core/internal/graph/builder";
import { type Graph, int } from "@calig/core/internal/onnx/model";
import { floatTensor, type Tensor } from "@calig/core/internal/tensor/tensor";
import { uniform } from "../support/hashed-weights.ts";
import { openGraph, runGraph } from "../support/run-graph.ts";
import { type InputSpec, isConstant, isDifferentiated, projection, type RuleCase, valuesOf } from "./case.ts";

/** What is known of the sizes of the inputs when the gradient is built. */
export type Knowledge = "sizes" | "ranks";

export interface ReferenceOutput {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** Reference numbers of one case, by output and by input. */
export interface Reference {
  readonly outputs: Readonly<Record<string, ReferenceOutput>>;
  readonly gradients: Readonly<Record<string, readonly number[]>>;
}

/** Name of the node that a case is about, among those of the projection. */
export const NODE_UNDER_TEST = "node";

const inputName = (i: number) => `input_${i}`;

/** The model of a case: one node, its outputs `output_k`. */
function forwardGraph(ruleCase: RuleCase, knowledge: Knowledge): { graph: Graph; opsets: Record<string, number> } {
  const { domain, opset, opType, attributes } = ruleCase;
  const opsets = domain === "" ? { "": opset, "com.microsoft": 1 } : { "": 17, [domain]: opset };
  const builder = new GraphBuilder({ name: ruleCase.name, opsets });
  const inputs = ruleCase.inputs.map((input: InputSpec, i) => {
    const tensor = valuesOf(ruleCase, i);
    if (tensor === undefined) return "";
    const name = inputName(i);
    if (isConstant(input)) {
      const { buffer, byteOffset, byteLength } = tensor.data;
      const bytes = new Uint8Array(buffer, byteOffset, byteLength);
      return builder.initializer({ name, dtype: tensor.dtype, shape: tensor.shape, storage: { kind: "bytes", bytes } });
    }
    const shape = knowledge === "sizes" ? tensor.shape : tensor.shape.map((_, axis) => `size_${i}_${axis}`);
    return builder.input(name, tensor.dtype, shape);
  });
  const outputs = Array.from({ length: ruleCase.outputs }, (_, k) =>
    ruleCase.outputs === 4 && !ruleCase.from.includes(k) ? "" : `output_${k}`,
  );
  builder.node({ name: NODE_UNDER_TEST, opType, domain, inputs, outputs, attributes });
  return { graph: builder.build(), opsets };
}

const feedsOf = (ruleCase: RuleCase): Record<string, Tensor> =>
  Object.fromEntries(
    ruleCase.inputs.flatMap((input, i) => {
      const tensor = valuesOf(ruleCase, i);
      return tensor === undefined || isConstant(input) ? [] : [[inputName(i), tensor]];
    }),
  );

/** Outputs of a case (those in `from`) and the gradients of their projection, by input. */
export async function differentiate(
  ruleCase: RuleCase,
  reference: Reference,
  knowledge: Knowledge,
  registry: RuleRegistry = createRegistry(),
) {
  const { graph, opsets } = forwardGraph(ruleCase, knowledge);
  const builder = new GraphBuilder({ from: graph, opsets, prefix: "loss/" });
  // Outputs of other floating types are compared as float32.
  const outputs = ruleCase.from.map((k) => builder.emit("Cast", [`output_${k}`], { attributes: { to: int(1) } }));
  const parts = ruleCase.from.map((k, n) => {
    const { shape, data } = reference.outputs[k] as ReferenceOutput;
    const weights = builder.constant(floatTensor(projection(ruleCase, k, data.length), shape));
    return builder.reshape(builder.mul(outputs[n] as string, weights), [-1]);
  });
  const of = parts.length === 1 ? (parts[0] as string) : builder.concat(parts, 0);
  const wanted = ruleCase.inputs.flatMap((input, i) => (isDifferentiated(input) ? [i] : []));
  const made = buildGradientGraph(builder.build(), { of, withRespectTo: wanted.map(inputName), opsets, registry });
  const gradients = wanted.map((i) => {
    const gradient = made.gradients.get(inputName(i));
    if (gradient === undefined) throw new Error(`no gradient for input ${i}`);
    return gradient;
  });
  const results = await runGraph(made.graph, opsets, [...outputs, ...gradients], feedsOf(ruleCase));
  return {
    outputs: results.slice(0, outputs.length),
    gradients: new Map(wanted.map((i, n) => [i, results[outputs.length + n] as Tensor])),
  };
}

/** How fast the projected outputs change along a direction in the space of one input. */
export interface Slope {
  readonly direction: Float32Array;
  readonly slope: number;
}

/**
 * Slopes of the projected outputs along random corners of a cube around input `i`.
 *
 * Five-point central differences with step h: the error of the formula is h^4 f'''''/30, that of rounding about
 * 1e-7 / h. h = 2^-5 balances them near 1e-6 for functions of order 1.
 */
export async function finiteDifferences(ruleCase: RuleCase, i: number, directions = 2): Promise<readonly Slope[]> {
  const h = 2 ** -5;
  const { graph, opsets } = forwardGraph(ruleCase, "sizes");
  const builder = new GraphBuilder({ from: graph, opsets, prefix: "outputs/" });
  const outputs = ruleCase.from.map((k) => builder.emit("Cast", [`output_${k}`], { attributes: { to: int(1) } }));
  const session = await openGraph(builder.build(), opsets, outputs);
  const feeds = feedsOf(ruleCase);
  const own = feeds[inputName(i)] as Tensor;
  const score = async (direction: Float32Array, step: number) => {
    const moved = floatTensor(
      direction.map((v, n) => (own.data[n] as number) + step * v),
      own.shape,
    );
    const results = await session.run({ ...feeds, [inputName(i)]: moved });
    return results.reduce((sum, { data }, n) => {
      const weights = projection(ruleCase, ruleCase.from[n] as number, data.length);
      return weights.reduce((part, weight, e) => part + weight * Number(data[e]), sum);
    }, 0);
  };
  const slopes: Slope[] = [];
  for (let d = 0; d < directions; d++) {
    const direction = uniform(`${ruleCase.name}/direction/${i}/${d}`, own.data.length).map((v) => (v < 0 ? -1 : 1));
    const at = (step: number) => score(direction, step);
    const near = (await at(h)) - (await at(-h));
    const far = (await at(2 * h)) - (await at(-2 * h));
    slopes.push({ direction, slope: (8 * near - far) / (12 * h) });
  }
  await session.dispose();
  return slopes;
}

/** @file The table of rule cases (cases.json, read by Python too), each as a graph with inputs. */

import { readFileSync } from "node:fs";
import { GraphBuilder } from "../../src/graph/builder.ts";
import type { Attributes, Graph } from "../../src/onnx/model.ts";
import { boolTensor, elementCount, floatTensor, intTensor, type Tensor } from "../../src/tensor/tensor.ts";
import { uniform } from "../support/hashed-weights.ts";

interface InputSpec {
  readonly shape: readonly number[];
  readonly low?: number;
  readonly high?: number;
  /** Moved away from 0 by this much: keeps clear of kinks. */
  readonly away?: number;
  readonly ints?: readonly number[];
  readonly bools?: readonly number[];
}

/** One operator with attributes and inputs. `wrt`: inputs whose gradients are checked. */
export interface RuleCase {
  readonly name: string;
  readonly opType: string;
  readonly domain: string;
  readonly opset: number;
  readonly attributes: Attributes;
  readonly inputs: readonly InputSpec[];
  readonly wrt: readonly number[];
  readonly outputs: number;
}

export const RULE_CASES = JSON.parse(
  readFileSync(new URL("cases.json", import.meta.url), "utf8"),
) as readonly RuleCase[];

function makeInput({ name }: RuleCase, spec: InputSpec, i: number): Tensor {
  const { shape, low = 0, high = 0, away = 0 } = spec;
  if (spec.ints !== undefined) return intTensor(spec.ints, shape);
  if (spec.bools !== undefined) return boolTensor(spec.bools, shape);
  const values = uniform(`${name}/${i}`, elementCount(shape), (high - low) / 2, (low + high) / 2);
  return floatTensor(
    values.map((value) => value + Math.sign(value) * away),
    shape,
  );
}

/** Weights of the outputs in the loss, so that every output element has its own part. */
export const lossWeights = ({ name }: RuleCase, output: number, count: number): Float32Array =>
  uniform(`${name}/out${output}`, count);

/** The values that a case works on, and its inputs as tensors. */
export function caseInputs(ruleCase: RuleCase): Tensor[] {
  return ruleCase.inputs.map((spec, i) => makeInput(ruleCase, spec, i));
}

/**
 * The case as a graph: floating-point inputs are graph inputs x0, x1, ...; whole numbers are constants, as in models.
 * Outputs y0, y1, ...; `loss` is their weighted sum, of which the gradient is taken.
 *
 * @param known - Whether the shapes of the inputs are stated.
 */
export function caseGraph(ruleCase: RuleCase, known = true) {
  const opsets = { "": ruleCase.opset, "com.microsoft": 1 };
  const builder = new GraphBuilder({ name: "case", opsets });
  const inputs = caseInputs(ruleCase).map((tensor, i) => {
    if (tensor.dtype === "int64") return builder.constant(tensor);
    const shape = tensor.shape.map((size, axis) => (known ? size : `x${i}.${axis}`));
    return builder.input(`x${i}`, tensor.dtype, shape);
  });
  const { opType, domain, attributes, outputs } = ruleCase;
  const values = builder.emitMany(opType, inputs, outputs, { domain, attributes, output: "y", name: opType });
  return { graph: builder.build() as Graph, values, inputs, opsets };
}

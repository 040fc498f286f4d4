/**
 * @file Every gradient rule against central differences and against PyTorch.
 *
 * PyTorch's numbers are test/golden/rules.json, made by tools/make_rule_reference.py from the same table of cases.
 */

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { buildGradientGraph } from "../../src/autodiff/backward.ts";
import { RULES } from "../../src/autodiff/registry.ts";
import { GraphBuilder } from "../../src/graph/builder.ts";
import { extractGraph } from "../../src/graph/extract.ts";
import { createModel } from "../../src/onnx/create-model.ts";
import { encodeModel } from "../../src/onnx/encode.ts";
import type { Graph } from "../../src/onnx/model.ts";
import { createNodeRuntime } from "../../src/runtime/onnxruntime-node.ts";
import type { Feeds, Session } from "../../src/runtime/runtime.ts";
import { floatTensor, type Tensor } from "../../src/tensor/tensor.ts";
import { caseGraph, caseInputs, lossWeights, RULE_CASES, type RuleCase } from "./cases.ts";

const golden = JSON.parse(readFileSync(new URL("../golden/rules.json", import.meta.url), "utf8")) as {
  readonly cases: Readonly<
    Record<string, { readonly loss: number; readonly gradients: readonly (readonly number[])[] }>
  >;
};

/** Float32 against float64 through one operator. */
const TORCH = { rtol: 2e-4, atol: 2e-5 };
/**
 * Step of the differences. Outputs are of order 1 with a rounding of 1e-7, so the quotient is good to about 1e-5; the
 * four-point formula leaves an error of h^4 f'''''/30, below that for the functions here.
 */
const STEP = 0.02;
const DIFFERENCES = { rtol: 2e-3, atol: 5e-4 };

const compile = (graph: Graph, opsets: Readonly<Record<string, number>>): Promise<Session> =>
  createNodeRuntime().compile(encodeModel(createModel(graph, opsets)), { name: "case" });

const feedsOf = (inputs: readonly Tensor[]): Feeds =>
  Object.fromEntries(inputs.flatMap((tensor, i) => (tensor.dtype === "int64" ? [] : [[`x${i}`, tensor]])));

/** Outputs of the operator, and the gradients of their weighted sum. */
async function differentiate(ruleCase: RuleCase, known: boolean) {
  const { graph, values, inputs, opsets } = caseGraph(ruleCase, known);
  const builder = new GraphBuilder({ from: graph, opsets, prefix: "loss/" });
  const outputs = await evaluate(ruleCase);
  const weighted = values.map((value, o) => {
    const shape = outputs[o]?.shape ?? [];
    const weights = floatTensor(lossWeights(ruleCase, o, outputs[o]?.data.length ?? 0), shape);
    return builder.reshape(builder.mul(value, builder.constant(weights)), [-1]);
  });
  const loss = weighted.length === 1 ? (weighted[0] as string) : builder.concat(weighted, 0);
  const wanted = ruleCase.wrt.map((i) => inputs[i] as string);
  const { graph: differentiated, gradients } = buildGradientGraph(builder.build(), {
    of: loss,
    withRespectTo: wanted,
    opsets,
  });
  const names = wanted.map((value) => gradients.get(value) as string);
  const session = await compile(extractGraph(differentiated, { outputs: names }), opsets);
  const feeds = feedsOf(caseInputs(ruleCase));
  const fetches = await session.run(
    Object.fromEntries(Object.entries(feeds).filter(([name]) => session.inputNames.includes(name))),
  );
  await session.dispose();
  return names.map((name) => fetches[name] as Tensor);
}

async function evaluate(ruleCase: RuleCase, inputs = caseInputs(ruleCase)): Promise<Tensor[]> {
  const { graph, values, opsets } = caseGraph(ruleCase);
  const session = await compile(extractGraph(graph, { outputs: values }), opsets);
  const fetches = await session.run(feedsOf(inputs));
  await session.dispose();
  return values.map((value) => fetches[value] as Tensor);
}

/** The weighted sum of the outputs, added up in double precision. */
async function createLoss(ruleCase: RuleCase) {
  const { graph, values, opsets } = caseGraph(ruleCase);
  const session = await compile(extractGraph(graph, { outputs: values }), opsets);
  const loss = async (inputs: readonly Tensor[]) => {
    const fetches = await session.run(feedsOf(inputs));
    return values.reduce((sum, value, o) => {
      const data = fetches[value]?.data as Float32Array;
      const weights = lossWeights(ruleCase, o, data.length);
      return sum + data.reduce((part, y, k) => part + y * (weights[k] as number), 0);
    }, 0);
  };
  return { loss, dispose: () => session.dispose() };
}

/** Four-point central differences of the loss with respect to every element of input i. */
async function differences(ruleCase: RuleCase, i: number): Promise<number[]> {
  const { loss, dispose } = await createLoss(ruleCase);
  const inputs = caseInputs(ruleCase);
  const own = inputs[i] as Tensor;
  const slopes: number[] = [];
  for (let k = 0; k < own.data.length; k++) {
    const at = async (offset: number) => {
      const moved = Float32Array.from(own.data as Float32Array);
      (moved[k] as number) += offset;
      return loss(inputs.map((tensor, j) => (j === i ? floatTensor(moved, own.shape) : tensor)));
    };
    const near = (await at(STEP)) - (await at(-STEP));
    const far = (await at(2 * STEP)) - (await at(-2 * STEP));
    slopes.push((8 * near - far) / (12 * STEP));
  }
  await dispose();
  return slopes;
}

/** Conv needs the size of its image; before opset 13 axes cannot be computed at run time. */
const needsSizes = ({ opType, opset }: RuleCase) => opType === "Conv" || opset < 13;

describe.each(RULE_CASES)("gradient of $name", (ruleCase) => {
  it("agrees with PyTorch, with known and with unknown sizes", async () => {
    const expected = golden.cases[ruleCase.name]?.gradients;
    expect(expected, "the case is missing in rules.json: run tools/make_rule_reference.py").toBeDefined();
    const inputs = caseInputs(ruleCase);
    for (const known of needsSizes(ruleCase) ? [true] : [true, false]) {
      const gradients = await differentiate(ruleCase, known);
      gradients.forEach((gradient, w) => {
        expect(gradient.shape).toEqual(inputs[ruleCase.wrt[w] as number]?.shape);
        expect(gradient.data as Float32Array).toBeAllClose(expected?.[w] ?? [], TORCH);
      });
    }
  });

  it("agrees with central differences", async () => {
    const gradients = await differentiate(ruleCase, true);
    for (const [w, i] of ruleCase.wrt.entries()) {
      expect(gradients[w]?.data as Float32Array).toBeAllClose(await differences(ruleCase, i), DIFFERENCES);
    }
  });
});

/** The version that counts for an operator outside the standard domain is that domain's own. */
const domainVersion = (ruleCase: RuleCase): RuleCase => (ruleCase.domain === "" ? ruleCase : { ...ruleCase, opset: 1 });

/** Operators of one input: nothing to broadcast. */
const UNARY = new Set(RULE_CASES.filter(({ inputs }) => inputs.length === 1).map(({ opType }) => opType));

describe("the table of cases", () => {
  const differentiable = RULES.filter((entry) => entry.rule !== "none");
  const holds = (entry: (typeof RULES)[number], { domain, opType, opset }: RuleCase) => {
    const newer = RULES.filter(
      (other) => other.domain === domain && other.opType === opType && other.since > entry.since,
    );
    return (
      entry.domain === domain &&
      entry.opType === opType &&
      opset >= entry.since &&
      newer.every((other) => opset < other.since)
    );
  };

  it.each(differentiable)("has a case for $domain $opType since $since", (entry) => {
    expect(RULE_CASES.some((ruleCase) => holds(entry, domainVersion(ruleCase)))).toBe(true);
  });

  it.each(differentiable.filter((entry) => entry.broadcasts && !UNARY.has(entry.opType)))(
    "has a broadcast case for $opType",
    ({ opType }) => {
      const shapes = RULE_CASES.filter((ruleCase) => ruleCase.opType === opType).map(({ inputs }) =>
        inputs.map(({ shape }) => String(shape)),
      );
      expect(shapes.some((own) => new Set(own).size > 1)).toBe(true);
    },
  );
});

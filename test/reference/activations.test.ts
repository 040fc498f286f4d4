/** @file Activations and their derivatives against transformers and PyTorch autograd (tools/make_activation_reference.py). */

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { buildGradientGraph } from "../../src/autodiff/backward.ts";
import { UnsupportedModelError } from "../../src/errors.ts";
import { GraphBuilder } from "../../src/graph/builder.ts";
import { extractGraph } from "../../src/graph/extract.ts";
import { createModel } from "../../src/onnx/create-model.ts";
import { encodeModel } from "../../src/onnx/encode.ts";
import { createNodeRuntime } from "../../src/runtime/onnxruntime-node.ts";
import { floatTensor } from "../../src/tensor/tensor.ts";
import { activation } from "../../src/transformer/activations.ts";

interface Reference {
  readonly learned: readonly string[];
  readonly points: readonly number[];
  readonly cases: Readonly<Record<string, { readonly values: readonly number[]; readonly slopes: readonly number[] }>>;
}

const golden = JSON.parse(readFileSync(new URL("../golden/activations.json", import.meta.url), "utf8")) as Reference;

/** The engine computes in float32. */
const near = (found: Float32Array, wanted: readonly number[]) =>
  wanted.forEach((value, i) => {
    expect(Math.abs((found[i] as number) - value), `at ${golden.points[i]}`).toBeLessThan(2e-6 * (1 + Math.abs(value)));
  });

describe("activation()", () => {
  it.each(Object.keys(golden.cases))("computes %s and its derivative as PyTorch", async (name) => {
    const builder = new GraphBuilder();
    const x = builder.input("x", "float32", [golden.points.length]);
    const y = builder.emit("Identity", [activation(name)(builder, x)]);
    builder.output(y, "y");
    const total = builder.output(builder.reduceSum(y, [0], false), "total");
    const { opsets } = builder;
    const { graph, gradients } = buildGradientGraph(builder.build(), { of: total, withRespectTo: [x], opsets });
    const slope = gradients.get(x) ?? "";
    const program = extractGraph(graph, { outputs: ["y", slope] });
    const session = await createNodeRuntime().compile(encodeModel(createModel(program, opsets)), { name });
    const fetches = await session.run({ x: floatTensor(golden.points, [golden.points.length]) });
    await session.dispose();
    const { values, slopes } = golden.cases[name] as Reference["cases"][string];
    near(fetches.y?.data as Float32Array, values);
    near(fetches[slope]?.data as Float32Array, slopes);
  });

  it.each([...golden.learned, "toString", "Swish"])("refuses %s by name", (name) => {
    expect(() => activation(name)).toThrow(UnsupportedModelError);
    expect(() => activation(name)).toThrow(`names the activation "${name}"`);
  });
});

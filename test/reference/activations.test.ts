/** @file Activations and their derivatives against transformers and PyTorch autograd (tools/make_activation_reference.py). */

import { readFileSync } from "node:fs";
import { buildGradientGraph } from "@calig/core/internal/autodiff/backward";
import { UnsupportedModelError } from "@calig/core/internal/errors";
import { GraphBuilder } from "@calig/core/internal/graph/builder";
import { extractGraph } from "@calig/core/internal/graph/extract";
import { createModel } from "@calig/core/internal/onnx/create-model";
import { encodeModel } from "@calig/core/internal/onnx/encode";
import { floatTensor } from "@calig/core/internal/tensor/tensor";
import { activation } from "@calig/core/internal/transformer/activations";
import { createNodeRuntime } from "@calig/node/internal/runtime/onnxruntime-node";
import { describe, expect, it } from "vitest";

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

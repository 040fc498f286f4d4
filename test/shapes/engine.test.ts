/**
 * @file Inferred shapes and types against those that onnxruntime makes.
 *
 * Each case runs twice: with the sizes of its inputs stated, where every inferred size must be the real one, and with a
 * symbol for each distinct size, where one symbol must mean the same size wherever it occurs.
 */

import { parseConfig } from "@calig/core/internal/checkpoint/config";
import { GraphBuilder } from "@calig/core/internal/graph/builder";
import { inferShapes, type ShapeTable } from "@calig/core/internal/graph/infer-shapes";
import { createModel } from "@calig/core/internal/onnx/create-model";
import { encodeModel } from "@calig/core/internal/onnx/encode";
import type { Dimension, Graph } from "@calig/core/internal/onnx/model";
import { buildSweepProgram } from "@calig/core/internal/program/sweep";
import type { Feeds } from "@calig/core/internal/runtime/runtime";
import { elementCount, floatTensor, intTensor, type Tensor } from "@calig/core/internal/tensor/tensor";
import { bert } from "@calig/core/internal/transformer/families/bert";
import { createNodeRuntime } from "@calig/node/internal/runtime/onnxruntime-node";
import { describe, expect, it } from "vitest";
import { hashedWeights } from "../support/hashed-model.ts";
import { uniform } from "../support/hashed-weights.ts";
import { TINY_CONFIG, tinyTensors } from "../support/tiny-bert.ts";
import { isTensor, MS, SHAPE_CASES, type ShapeCase } from "./cases.ts";

/** The case as a graph, with a symbol for each distinct size where the sizes are not `known`. */
function graphOf({ op, inputs, attributes = {}, outputs = 1, opset = 17, domain = "" }: ShapeCase, known: boolean) {
  const builder = new GraphBuilder({ opsets: { "": opset, [MS]: 1 } });
  const feeds: Record<string, Tensor> = {};
  const names = inputs.map((operand, i) => {
    if (operand === undefined) return "";
    if ("k" in operand) {
      // What counts one axis is a scalar there.
      const scalar = op === "CumSum" || op === "OneHot";
      return builder.constant(intTensor(operand.k, scalar ? [] : [operand.k.length]));
    }
    const name = `x${i}`;
    const tensor = isTensor(operand)
      ? operand
      : floatTensor(
          Array.from({ length: elementCount(operand.x) }, (_, j) => (j % 7) / 4 + 0.25),
          operand.x,
        );
    feeds[name] = tensor;
    // Sizes of 1 and 0 stay: a symbol says that a size is not known to be 1.
    return builder.input(
      name,
      tensor.dtype,
      tensor.shape.map((size) => (known || size < 2 ? size : `s${size}`)),
    );
  });
  const values = builder.emitMany(op, names, outputs, { domain, attributes, output: "y" });
  for (const value of values) builder.output(value);
  return { graph: builder.build(), opsets: builder.opsets, feeds, values };
}

async function run(graph: Graph, opsets: Readonly<Record<string, number>>, values: readonly string[], feeds: Feeds) {
  const inferred = inferShapes({ ...graph, outputs: [] }, opsets);
  const outputs = values.map((name) => ({ name, dtype: inferred.get(name)?.dtype, shape: undefined }));
  const model = encodeModel(createModel({ ...graph, outputs }, opsets));
  const session = await createNodeRuntime().compile(model, { name: "shapes" });
  const fetches = await session.run(feeds);
  await session.dispose();
  return { inferred, fetches };
}

/** Binds the symbols of inferred shapes to real sizes; the same symbol must always get the same one. */
function bind(inferred: ShapeTable, tensors: Readonly<Record<string, Tensor>>): Map<Dimension, number> {
  const bound = new Map<Dimension, number>();
  for (const [name, tensor] of Object.entries(tensors)) {
    const type = inferred.get(name);
    expect(type?.dtype, `type of ${name}`).toBe(tensor.dtype);
    expect(type?.shape?.length, `rank of ${name}`).toBe(tensor.shape.length);
    for (const [i, size] of (type?.shape ?? []).entries()) {
      const real = tensor.shape[i] as number;
      if (typeof size === "number") expect(size, `axis ${i} of ${name}`).toBe(real);
      else expect(bound.get(size) ?? real, `symbol ${size} on axis ${i} of ${name}`).toBe(real);
      bound.set(size, real);
    }
  }
  return bound;
}

const title = ({ op, inputs, attributes = {}, opset = 17 }: ShapeCase): string =>
  `${op}-${opset} ${JSON.stringify([inputs.map((i) => (isTensor(i) ? i.shape : i)), attributes], (_, v) => (typeof v === "bigint" ? Number(v) : v))}`;

describe.each(SHAPE_CASES.map((entry) => ({ name: title(entry), entry })))("inferShapes(): $name", ({ entry }) => {
  it("gives the shapes that the engine makes", async () => {
    const { graph, opsets, feeds, values } = graphOf(entry, true);
    const { inferred, fetches } = await run(graph, opsets, values, feeds);
    bind(inferred, { ...feeds, ...fetches });
    if (entry.sizesOpen) return;
    for (const value of values) expect(inferred.get(value)?.shape).toEqual(fetches[value]?.shape);
  });

  it("gives symbols that hold", async () => {
    const { graph, opsets, feeds, values } = graphOf(entry, false);
    const { inferred, fetches } = await run(graph, opsets, values, feeds);
    if (entry.rankNeedsSizes) expect(values.map((value) => inferred.get(value)?.shape)).toEqual([undefined]);
    else bind(inferred, { ...feeds, ...fetches });
  });
});

/** Sizes for the symbols of the sweep: all different, none of them a size of the model. */
const SIZES: Readonly<Record<string, number>> = {
  positions: 5,
  "points.0": 6,
  "points.1": 7,
  "groups.0": 9,
  "groups.1": 11,
};

describe("inferShapes() in a whole program", () => {
  it("holds for every value of the sweep of a BERT, and leaves no shape out", async () => {
    const model = bert.build(parseConfig(JSON.stringify(TINY_CONFIG), "config.json"), hashedWeights(tinyTensors()));
    const graph = buildSweepProgram(model, { kind: "logit", activation: "softmax" }, 3);
    const feeds = Object.fromEntries(
      graph.inputs.map(({ name, dtype, shape = [] }) => {
        const sizes = shape.map((size) => (typeof size === "number" ? size : (SIZES[size ?? ""] ?? 1)));
        const count = elementCount(sizes);
        return [
          name,
          dtype === "int64" ? intTensor(new Uint8Array(count), sizes) : floatTensor(uniform(name, count), sizes),
        ];
      }),
    );
    const values = graph.nodes.flatMap((node) => node.outputs).filter((name) => name !== "");
    const { inferred, fetches } = await run(graph, model.opsets, values, feeds);
    bind(inferred, { ...feeds, ...fetches });
    expect(Object.keys(fetches)).toHaveLength(values.length);
    expect(values.filter((value) => inferred.get(value)?.shape === undefined)).toEqual([]);
  });
});

/** @file The forms in which ONNX files are found: each, canonicalised, gives the logits that it gave, and can be differentiated. */

import { readFileSync } from "node:fs";
import { buildGradientGraph } from "@calig/core/internal/autodiff/backward";
import { gradientCoverage } from "@calig/core/internal/autodiff/coverage";
import { canonicalise } from "@calig/core/internal/canonical/canonicalise";
import { GraphBuilder } from "@calig/core/internal/graph/builder";
import { extractGraph } from "@calig/core/internal/graph/extract";
import { inferShapes } from "@calig/core/internal/graph/infer-shapes";
import { decodeModel } from "@calig/core/internal/onnx/decode";
import type { Graph, ValueInfo } from "@calig/core/internal/onnx/model";
import type { Feeds } from "@calig/core/internal/runtime/runtime";
import { floatTensor, intTensor, type Tensor } from "@calig/core/internal/tensor/tensor";
import { describe, expect, it } from "vitest";
import { ramp } from "../support/rewritten.ts";
import { openGraph, runGraph } from "../support/run-graph.ts";
import "../support/matchers.ts";

interface Variant {
  /** Weights and arithmetic are those of PyTorch, up to rounding. */
  readonly exact: boolean;
  readonly batch: number;
  /** What the file gives in onnxruntime (PyTorch where exact). */
  readonly logits: readonly (readonly number[])[];
}

const FOLDER = new URL("../fixtures/onnx/", import.meta.url);

const made = JSON.parse(readFileSync(new URL("variants.json", FOLDER), "utf8")) as {
  readonly inputs: Readonly<Record<string, readonly number[] | readonly (readonly number[])[]>>;
  readonly variants: Readonly<Record<string, Variant>>;
};

const WIDTH = 32;

/** How far rounding may have moved logits (which lie between -3 and 3), by the form of the numbers. */
const ROUNDING: readonly (readonly [form: RegExp, atol: number])[] = [
  [/fp16/, 4e-3],
  [/-q4|-q8/, 1e-5], // onnxruntime multiplies dequantised weights itself
  [/int8|qdq|qoperator/, 5e-2],
  [/./, 2e-6],
];

/** Gradient of one logit with respect to the output of the first normalisation of a graph, by the value that it has. */
async function gradientAt(graph: Graph, opsets: Readonly<Record<string, number>>, wanted?: Float32Array) {
  const feeds = feedsFor(graph.inputs, 1);
  const candidates = hiddenStates(graph, opsets);
  const values = await runGraph(graph, opsets, candidates, feeds);
  const places = candidates.map((name, i) => ({ name, value: values[i]?.data as Float32Array }));
  const normalised = new Set(
    graph.nodes.filter(({ opType }) => opType === "LayerNormalization").flatMap((n) => n.outputs),
  );
  const place = places.find(({ name, value }) =>
    wanted === undefined ? normalised.has(name) : value.every((x, i) => Math.abs(x - (wanted[i] as number)) < 1e-4),
  );
  if (place === undefined) throw new Error(`no hidden state of graph "${graph.name}" has the wanted value`);
  const b = new GraphBuilder({ from: graph, opsets });
  const logit = b.slice("logits", 1, 1, 2);
  const made = buildGradientGraph(b.build(), { of: logit, withRespectTo: [place.name], opsets });
  const [gradient] = await runGraph(made.graph, opsets, [made.gradients.get(place.name) ?? ""], feeds);
  return { value: place.value, gradient: gradient?.data as Float32Array };
}

/** Exported for one text, with constant row numbers by which the mask is looked up. */
const KEEP_ONE_ROW = ["bert-fixed"];

/** Whose gradients those of all exact forms of a model are compared with. */
const REFERENCES: Readonly<Record<string, string>> = { bert: "bert-legacy-17-eager", vit: "vit-legacy-14" };

const toleranceOf = (name: string): number => ROUNDING.find(([form]) => form.test(name))?.[1] ?? 0;

const load = (name: string) => decodeModel(readFileSync(new URL(`${name}.onnx`, FOLDER)));

/** The stored inputs, or the first `batch` of them. */
function feedsFor(inputs: readonly ValueInfo[], batch: number): Feeds {
  const tensors = inputs.map(({ name, dtype }): [string, Tensor] => {
    const values = (made.inputs[name] ?? []).flat();
    const perRow = values.length / 2;
    const own = values.slice(0, batch * perRow);
    if (name === "pixel_values") return [name, floatTensor(own, [batch, 3, 16, 16])];
    const shape = [batch, perRow];
    return [name, dtype === "int32" ? { dtype, shape, data: Int32Array.from(own) } : intTensor(own, shape)];
  });
  return Object.fromEntries(tensors);
}

/** Values [batch, positions, width] behind the embeddings through which all of the input reaches the logits but the mask. */
function hiddenStates(graph: Graph, opsets: Readonly<Record<string, number>>): readonly string[] {
  const types = inferShapes(graph, opsets);
  const values = graph.nodes.flatMap(({ outputs }) => outputs);
  return values.filter((name) => {
    const { dtype, shape } = types.get(name) ?? {};
    if (dtype !== "float32" || shape?.length !== 3 || shape[2] !== WIDTH) return false;
    const inputs = cutAt(graph, name).inputs.map((input) => input.name);
    return inputs.includes(name) && inputs.every((input) => input === name || input === "attention_mask");
  });
}

const cutAt = (graph: Graph, name: string): Graph =>
  extractGraph(graph, {
    inputs: [{ name, dtype: "float32", shape: ["rows", "positions", WIDTH] }],
    outputs: ["logits"],
  });

describe.each(Object.entries(made.variants))("%s", (name, { batch, logits, exact }) => {
  const model = load(name);
  const canonical = canonicalise(model);
  const { graph, opsets } = canonical;

  it("gives the same logits", async () => {
    const [found] = await runGraph(graph, opsets, ["logits"], feedsFor(graph.inputs, batch));
    expect(found?.shape).toEqual([batch, 3]);
    expect(found?.data as Float32Array).toBeAllClose(logits.flat(), { rtol: 0, atol: toleranceOf(name) });
  });

  it("finds nothing more to rewrite in what it made", () => {
    const again = canonicalise(canonical);
    expect(again.notes).toEqual(graph.inputs[0]?.shape?.[0] === 1 ? canonical.notes.slice(-1) : []);
    expect(again.graph.nodes.length).toBe(graph.nodes.length);
  });

  it("has a gradient rule for every operator", () => {
    expect(gradientCoverage(graph, opsets).filter(({ status }) => status === "missing")).toEqual([]);
    expect(canonical.dequantised).toBe(!exact && !name.includes("fp16"));
  });

  it("lets hidden states enter with more rows than the inputs have", async () => {
    const found = hiddenStates(graph, opsets);
    expect(found.length).toBeGreaterThan(4);
    const feeds = feedsFor(graph.inputs, 1);
    const positions = name.startsWith("vit") ? 5 : 7;
    const rows = ramp([3, positions, WIDTH]);
    for (const value of found) {
      const program = await openGraph(cutAt(graph, value), opsets, ["logits"]);
      const [together] = await program.run({ ...feeds, [value]: rows });
      const expected: number[] = [];
      for (let row = 0; row < 3; row++) {
        const size = positions * WIDTH;
        const one = floatTensor(rows.data.slice(row * size, (row + 1) * size), [1, positions, WIDTH]);
        const [alone] = await program.run({ ...feeds, [value]: one });
        expected.push(...((alone?.data ?? []) as Float32Array));
      }
      await program.dispose();
      expect(together?.data as Float32Array, `rows entering at "${value}"`).toBeAllClose(expected, { atol: 1e-5 });
    }
  });

  const reference = REFERENCES[name.split("-")[0] ?? ""];
  if (exact && reference !== undefined) {
    it("has the gradients of the same model in another form", async () => {
      const other = canonicalise(load(reference));
      const expected = await gradientAt(other.graph, other.opsets);
      const found = await gradientAt(graph, opsets, expected.value);
      expect(Math.max(...expected.gradient.map(Math.abs))).toBeGreaterThan(1e-3);
      expect(found.gradient).toBeAllClose(expected.gradient, { rtol: 1e-4, atol: 1e-5 });
    });
  }

  if (!KEEP_ONE_ROW.includes(name)) {
    it("takes a batch of two texts or images", async () => {
      const [both] = await runGraph(graph, opsets, ["logits"], feedsFor(graph.inputs, 2));
      expect(both?.shape).toEqual([2, 3]);
      const first = (both?.data ?? []) as Float32Array;
      expect(first.slice(0, 3)).toBeAllClose(logits[0] ?? [], { rtol: 0, atol: toleranceOf(name) });
    });
  }
});

it("only what looks a mask up by constant row numbers keeps a batch of one", () => {
  const kept = Object.keys(made.variants).filter((name) => canonicalise(load(name)).graph.inputs[0]?.shape?.[0] === 1);
  expect(kept).toEqual(KEEP_ONE_ROW);
  expect(canonicalise(load("bert-fixed")).notes.join()).toContain("hidden states take any batch");
});

/**
 * @file Gradients of a BERT and a ViT of the real sizes against PyTorch autograd in float64.
 *
 * The reference is test/golden/autograd.json, made by tools/make_autograd_reference.py.
 */

import { readFileSync } from "node:fs";
import { buildGradientGraph } from "@calig/core/internal/autodiff/backward";
import { parseConfig } from "@calig/core/internal/checkpoint/config";
import { GraphBuilder } from "@calig/core/internal/graph/builder";
import { extractGraph } from "@calig/core/internal/graph/extract";
import { createModel } from "@calig/core/internal/onnx/create-model";
import { encodeModel } from "@calig/core/internal/onnx/encode";
import type { Feeds } from "@calig/core/internal/runtime/runtime";
import { floatTensor, intTensor } from "@calig/core/internal/tensor/tensor";
import { logitsOf, streamOf, type TransformerGraph } from "@calig/core/internal/transformer/anatomy";
import type { WeightSource } from "@calig/core/internal/transformer/parameters";
import { createNodeRuntime } from "@calig/node/internal/runtime/onnxruntime-node";
import { afterAll, describe, expect, it } from "vitest";
import { familyOf } from "../support/families.ts";
import { hashedWeights } from "../support/hashed-model.ts";
import { uniform } from "../support/hashed-weights.ts";

interface Digest {
  readonly norm: number;
  readonly samples: readonly number[];
}

interface Case {
  readonly config: { readonly model_type: string };
  readonly tensors: readonly (readonly [string, readonly number[]])[];
  readonly target: number;
  readonly logits: readonly number[];
  readonly gradients: readonly Digest[];
  readonly ids?: readonly number[];
  readonly pixelGradient?: Digest;
}

const { cases } = JSON.parse(readFileSync(new URL("../golden/autograd.json", import.meta.url), "utf8")) as {
  readonly cases: Readonly<Record<string, Case>>;
};

/** Largest deviation allowed, relative to the norm of the gradient: float32 against float64 through 12 blocks. */
const TOLERANCE = 1e-4;

function inputs(model: TransformerGraph, { ids }: Case): Feeds {
  const { inputs: names } = streamOf(model.anatomy);
  if (names.pixels !== undefined) {
    return { [names.pixels]: floatTensor(uniform("pixels", 3 * 224 * 224), [1, 3, 224, 224]) };
  }
  const shape = [1, ids?.length ?? 0];
  return {
    [names.ids ?? ""]: intTensor(ids ?? [], shape),
    [names.typeIds ?? ""]: intTensor(
      (ids ?? []).map(() => 0),
      shape,
    ),
    [names.mask ?? ""]: intTensor(
      (ids ?? []).map(() => 1),
      shape,
    ),
  };
}

/** Logits, and the gradient of one of them with respect to every hidden state (and the pixels). */
async function run(model: TransformerGraph, { target }: Case, feeds: Feeds) {
  const { graph, anatomy, opsets } = model;
  const builder = new GraphBuilder({ from: graph, opsets, prefix: "test/" });
  const picked = builder.slice(logitsOf(anatomy).value, 1, target, target + 1);
  const { hiddenStates, inputs: names } = streamOf(anatomy);
  const wanted = [...hiddenStates, ...(names.pixels === undefined ? [] : [names.pixels])];
  const { graph: differentiated, gradients } = buildGradientGraph(builder.build(), {
    of: picked,
    withRespectTo: wanted,
    opsets,
  });
  const outputs = [logitsOf(anatomy).value, ...wanted.map((value) => gradients.get(value) ?? "")];
  const program = extractGraph(differentiated, { outputs });
  const session = await createNodeRuntime().compile(encodeModel(createModel(program, opsets)), { name: "gradient" });
  const fetches = await session.run(feeds);
  await session.dispose();
  return outputs.map((name) => fetches[name]?.data as Float32Array);
}

function expectDigest(gradient: Float32Array, expected: Digest): void {
  const norm = Math.sqrt(gradient.reduce((sum, value) => sum + value * value, 0));
  expect(Math.abs(norm - expected.norm) / expected.norm).toBeLessThan(TOLERANCE);
  const places = expected.samples.map((_, i) =>
    Math.round((i * (gradient.length - 1)) / (expected.samples.length - 1)),
  );
  const samples = places.map((place) => gradient[place] as number);
  const scale = Math.max(...expected.samples.map(Math.abs));
  expect(samples).toBeAllClose(expected.samples, { rtol: TOLERANCE, atol: TOLERANCE * scale });
}

describe.each(Object.entries(cases))("buildGradientGraph() on a %s of the real size", (_, reference) => {
  // A hundred million numbers, made once for both and gone before those of the next model are made.
  let weights: WeightSource | undefined;
  afterAll(() => {
    weights = undefined;
  });

  it.each(["all", "pooled"] as const)("agrees with autograd in every block (last block: %s)", async (lastBlock) => {
    const config = parseConfig(JSON.stringify(reference.config), "config.json");
    weights ??= hashedWeights(reference.tensors);
    const model = familyOf(reference.config.model_type).build(config, weights, { lastBlock });
    const [logits, ...gradients] = await run(model, reference, inputs(model, reference));
    expect(logits as Float32Array).toBeAllClose(reference.logits, { rtol: TOLERANCE, atol: TOLERANCE });
    const expected = [
      ...reference.gradients,
      ...(reference.pixelGradient === undefined ? [] : [reference.pixelGradient]),
    ];
    expect(gradients).toHaveLength(expected.length);
    gradients.forEach((gradient, i) => {
      expectDigest(gradient, expected[i] as Digest);
    });
  });
});

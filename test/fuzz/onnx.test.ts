/** @file 10,000 damaged ONNX files: each is read, or refused with one of our errors; none crashes, hangs or eats memory. */

import { readFileSync } from "node:fs";
import { canonicalise } from "@calig/core/internal/canonical/canonicalise";
import { GraphBuilder } from "@calig/core/internal/graph/builder";
import { inferShapes } from "@calig/core/internal/graph/infer-shapes";
import { verifyGraph } from "@calig/core/internal/graph/verify";
import { createModel } from "@calig/core/internal/onnx/create-model";
import { decodeModel } from "@calig/core/internal/onnx/decode";
import { encodeModel } from "@calig/core/internal/onnx/encode";
import { floatTensor } from "@calig/core/internal/tensor/tensor";
import { locateAnatomy } from "@calig/core/internal/transformer/locate/locate-anatomy";
import { expect, it } from "vitest";
import { countRefused } from "./mutate.ts";

const CASES = 10_000;
/** Exports are larger and go further: through canonicalisation and the search for the parts. */
const EXPORT_CASES = 400;
const EXPORTS = ["bert-fused", "bert-dynamo-18", "bert-int8", "vit-legacy-14"] as const;

/** A small file with what real ones have: constants, attributes of several kinds, symbolic shapes, several domains. */
function sample(): Uint8Array {
  const builder = new GraphBuilder({ name: "sample" });
  const x = builder.input("x", "float32", ["batch", "tokens", 4]);
  const weights = builder.constant(
    floatTensor(
      Float32Array.from({ length: 16 }, (_, index) => index / 16),
      [4, 4],
    ),
    "weights",
  );
  const product = builder.matmul(x, weights, { transB: true });
  const heads = builder.transpose(builder.reshape(product, [0, 0, 2, 2]), [0, 2, 1, 3]);
  const shares = builder.emit("Softmax", [builder.matmul(heads, heads, { transB: true, alpha: 0.5 })]);
  builder.output(builder.reduceSum(shares, [3], false), "sums", "float32", ["batch", 2, "tokens"]);
  builder.output(builder.sizeOf(x, 1), "count", "int64", [1]);
  return encodeModel(createModel(builder.build(), builder.opsets));
}

function read(bytes: Uint8Array): void {
  const model = decodeModel(bytes);
  verifyGraph(model.graph, model.opsets);
  inferShapes(model.graph, model.opsets);
}

function readWholly(bytes: Uint8Array): void {
  const model = decodeModel(bytes);
  verifyGraph(model.graph, model.opsets);
  const { graph, opsets } = canonicalise(model);
  locateAnatomy(graph, opsets);
}

it(`reads or refuses ${CASES} damaged ONNX files`, { timeout: 300_000 }, () => {
  const refused = countRefused(read, sample(), { cases: CASES, seed: 20 });
  // Most damage is noticed, some changes only a name or a number.
  expect(refused).toBeGreaterThan(CASES / 4);
  expect(refused).toBeLessThan(CASES);
});

it.each(EXPORTS)(
  `finds its way in ${EXPORT_CASES} damaged copies of %s, or refuses them`,
  { timeout: 300_000 },
  (name) => {
    const file = readFileSync(new URL(`../fixtures/onnx/${name}.onnx`, import.meta.url));
    const refused = countRefused(readWholly, new Uint8Array(file), { cases: EXPORT_CASES, seed: 22 });
    expect(refused).toBeGreaterThan(EXPORT_CASES / 10);
    expect(refused).toBeLessThan(EXPORT_CASES);
  },
);

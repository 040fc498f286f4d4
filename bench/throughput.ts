/**
 * @file Floating-point operations that the sweep gets through per second, beside the most that the machine's matrix product
 * gets through, alternately in one run. Only products are counted as work; everything else is overhead.
 *
 *     npx tsx -C calig-source bench/throughput.ts --model FOLDER [--tokens 128] [--steps 4] [--threads 1] [--runs 5]
 *
 * FOLDER holds a BERT; bench/base-size.ts --folder FOLDER leaves one of base size there. By CPU time, which other work on the machine
 * disturbs least; with more than one thread, waiting threads count as well.
 */

import { parseArgs } from "node:util";
import { GraphBuilder } from "@calig/core/internal/graph/builder";
import { encodeProgram } from "@calig/core/internal/program/encode-program";
import { floatTensor } from "@calig/core/internal/tensor/tensor";
import { explain, loadModel } from "@calig/node";
import { createNodeRuntime } from "@calig/node/internal/runtime/onnxruntime-node";
import { median, textOf, timed } from "./measure.ts";

const { values } = parseArgs({
  options: {
    model: { type: "string" },
    tokens: { type: "string", default: "128" },
    steps: { type: "string", default: "4" },
    threads: { type: "string", default: "1" },
    runs: { type: "string", default: "5" },
  },
});
if (values.model === undefined) throw new Error("Give --model FOLDER");
const [tokens, steps, threads, runs] = [values.tokens, values.steps, values.threads, values.runs].map(Number) as [
  number,
  number,
  number,
  number,
];
await using model = await loadModel(values.model, { threads });
const { blocks, width } = model.facts;
const text = textOf(tokens);

/** Products of one row passing one block forward: weights (12 width^2), and attention with itself. */
const forward = 24 * width ** 2 * tokens + 4 * tokens ** 2 * width;
/** The same backward: gradients with respect to states alone cost as much for weights, twice for attention. */
const backward = 24 * width ** 2 * tokens + 8 * tokens ** 2 * width;
/** In the last block keys and values have all positions, everything else the class token. */
const last = 2 * (4 * width ** 2 * tokens + 20 * width ** 2) + 12 * tokens * width;
/** All rows: the input, and `steps` points that join at every block. */
function sweepOperations(): number {
  let sum = 0;
  for (let block = 0; block < blocks; block++) {
    const rows = 1 + steps * (block + 1);
    sum += rows * (block === blocks - 1 ? last : forward + backward);
  }
  // The forward passes at the input and at the baseline.
  return sum + 2 * blocks * forward;
}

const SIZES = { rows: 2048, inputs: 768, outputs: 3072 };
const productOperations = 2 * SIZES.rows * SIZES.inputs * SIZES.outputs;

/** The machine's matrix product at a size that suits it, weights laid out for it. */
async function compileProduct() {
  const opsets = { "": 17, "com.microsoft": 1 };
  const builder = new GraphBuilder({ name: "product", opsets });
  const weights = Float32Array.from({ length: SIZES.inputs * SIZES.outputs }, (_, i) => Math.sin(i));
  const constant = builder.constant(floatTensor(weights, [SIZES.inputs, SIZES.outputs]));
  const product = builder.matmul(builder.input("a", "float32", [SIZES.rows, SIZES.inputs]), constant);
  // One number comes back: the copy of the product would be measured as well.
  builder.output(builder.reduceMax(product, [0, 1]), "most", "float32", [1, 1]);
  const runtime = createNodeRuntime();
  const options = { name: "product", prepack: true, threads };
  const session = await runtime.compile(encodeProgram(builder.build(), opsets, runtime), options);
  const a = floatTensor(
    Float32Array.from({ length: SIZES.rows * SIZES.inputs }, (_, i) => Math.cos(i)),
    [SIZES.rows, SIZES.inputs],
  );
  return { run: () => session.run({ a }), dispose: () => session.dispose() };
}

const product = await compileProduct();
const sweep = () => explain(model, text, { steps, tolerance: 1e6 });
const REPEATS = 10;
const products = async () => {
  for (let i = 0; i < REPEATS; i++) await product.run();
};
await sweep();
await products();
const samples: { readonly sweep: number; readonly peak: number }[] = [];
for (let run = 0; run < runs; run++) {
  const before = (await timed(products)).cpuMilliseconds;
  const own = (await timed(sweep)).cpuMilliseconds;
  const after = (await timed(products)).cpuMilliseconds;
  const peak = (REPEATS * productOperations) / (1e6 * Math.min(before, after));
  samples.push({ sweep: sweepOperations() / (1e6 * own), peak });
}
await product.dispose();
const shares = samples.map((sample) => sample.sweep / sample.peak);
console.log(
  `${blocks} blocks, width ${width}, ${tokens} tokens, ${steps} points per block, ${threads} threads: sweep ${median(samples.map((sample) => sample.sweep)).toFixed(0)} GFLOP per CPU second, product ${median(samples.map((sample) => sample.peak)).toFixed(0)}; share ${(100 * median(shares)).toFixed(0)} % (${shares.map((share) => `${(100 * share).toFixed(0)}`).join(", ")})`,
);

import { createNodeRuntime } from "@calig/node/internal/runtime/onnxruntime-node";
import { createThreadedNodeRuntime } from "@calig/node/internal/runtime/threaded-node";
import { describe, expect, it } from "vitest";
import { DEFAULT_OPSETS, GraphBuilder } from "../graph/builder.ts";
import { createModel } from "../onnx/create-model.ts";
import { encodeModel } from "../onnx/encode.ts";
import { floatTensor } from "../tensor/tensor.ts";
import { compileFailure, runFailure } from "./engine-failure.ts";

/** What only the engine says. */
const ITS_WORDS = /onnxruntime|Status|Non-zero|protobuf|\.cc|\.h:|Exception|ShapeInference|Node \(|\n/i;

const encode = (write: (builder: GraphBuilder, x: string) => string): Uint8Array => {
  const builder = new GraphBuilder();
  builder.output(write(builder, builder.input("x", "float32", ["rows", 2])), "y");
  return encodeModel(createModel(builder.build(), DEFAULT_OPSETS));
};

const errorOf = (job: Promise<unknown>): Promise<Error> =>
  job.then(
    () => {
      throw new Error("it did not fail");
    },
    (error: Error) => error,
  );

describe.each([
  ["in this thread", createNodeRuntime],
  ["in a thread of its own", createThreadedNodeRuntime],
] as const)("failures of the engine %s", (_, create) => {
  it.each([
    ["bytes that are no model", Uint8Array.of(1, 2, 3), /the engine does not take the graph/],
    [
      "an operator that it does not know",
      encode((b, x) => b.emit("NoSuchOperator", [x])),
      /no kernel for the operator "NoSuchOperator"/,
    ],
    [
      "an operator without its inputs",
      encode((b, x) => b.emit("MatMul", [x])),
      /operator "MatMul"|does not take the graph/,
    ],
    [
      "sizes that never fit",
      encode((b, x) => b.matmul(x, b.constant(floatTensor([1, 2, 3], [3, 1])))),
      /operator "MatMul"|does not take the graph/,
    ],
  ] as const)("%s: in our words, its own as the cause", async (_name, model, message) => {
    const error = await errorOf(create().compile(model, { name: "forward" }));
    expect(error.message).toMatch(/^Cannot compile the forward program: /);
    expect(error.message).toMatch(message);
    expect(error.message).not.toMatch(ITS_WORDS);
    const { cause } = error;
    expect(cause instanceof Error ? cause.message : cause).toMatch(/\w/);
  });

  it("sizes that do not fit in a run name the operator", async () => {
    const model = encode((b, x) => b.reshape(x, [3, 5]));
    const session = await create().compile(model, { name: "sweep" });
    const error = await errorOf(session.run({ x: floatTensor([1, 2], [1, 2]) }));
    await session.dispose();
    expect(error.message).toMatch(
      /^Cannot run the sweep program: the engine failed in an operator "Reshape", .*calig verify/,
    );
    expect(error.message).not.toMatch(ITS_WORDS);
  });
});

it.each([
  ["Failed to allocate memory for requested buffer of size 17179869184", /not enough memory.*--stream/],
  ["std::bad_alloc", /not enough memory/],
  ["Could not find an implementation for MatMul(13) node with name 'x'", /no kernel for the operator "MatMul"/],
  [
    'open file "/tmp/model.safetensors" failed: No such file or directory',
    /weights cannot be read from their file any more/,
  ],
  [
    'no available backend found. ERR: [wasm] Error: No such module "http:/ort-wasm-simd-threaded.mjs"',
    /the engine itself does not start.*option "wasm"/,
  ],
  ["no available backend found. ERR: [wasm] RangeError: could not allocate memory", /not enough memory/],
] as const)("%s", (words, meaning) => {
  expect(compileFailure("forward", new Error(words)).message).toMatch(meaning);
  expect(runFailure("forward", new Error(words)).message).toMatch(meaning);
  expect(runFailure("forward", new Error(words)).message).not.toContain(words);
});

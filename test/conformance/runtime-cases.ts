/**
 * @file What every engine must do, as cases without a test framework: the same file runs in Node and inside a browser.
 * A case that returns has passed.
 */

import { ExecutionError } from "@calig/core/internal/errors";
import { DEFAULT_OPSETS, GraphBuilder } from "@calig/core/internal/graph/builder";
import { createModel } from "@calig/core/internal/onnx/create-model";
import { encodeModel } from "@calig/core/internal/onnx/encode";
import type { Feeds, Runtime, Session } from "@calig/core/internal/runtime/runtime";
import { boolTensor, floatTensor, intTensor } from "@calig/core/internal/tensor/tensor";

export interface RuntimeCase {
  readonly name: string;
  run(runtime: Runtime): Promise<void>;
}

function equal(found: unknown, wanted: unknown, what: string): void {
  const [a, b] = [found, wanted].map((value) =>
    JSON.stringify(value, (_, item) => {
      if (typeof item === "bigint") return `${item}n`;
      return ArrayBuffer.isView(item) ? Array.from(item as Float32Array) : item;
    }),
  );
  if (a !== b) throw new Error(`${what}: found ${a}, wanted ${b}`);
}

async function failure(job: () => Promise<unknown>, what: string): Promise<ExecutionError> {
  const error = await job().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof ExecutionError) return error;
  throw new Error(`${what}: found ${String(error)}, wanted an ExecutionError`);
}

const encode = (builder: GraphBuilder): Uint8Array => encodeModel(createModel(builder.build(), DEFAULT_OPSETS));

/** y = x W^T with the fused product of all of calig's programs, and the double of x. */
function product(): Uint8Array {
  const builder = new GraphBuilder({ name: "product" });
  const x = builder.input("x", "float32", ["rows", 2]);
  const w = builder.constant(floatTensor([1, 2, 3, 4, 5, 6], [3, 2]));
  builder.output(builder.matmul(x, w, { transB: true }), "y");
  builder.output(builder.emit("Add", [x, x]), "twice");
  return encode(builder);
}

/** y = x + w, w of float16 at byte 3 of a side file. */
function external(): Uint8Array {
  const builder = new GraphBuilder({ name: "external" });
  const x = builder.input("x", "float32", [2]);
  builder.initializer({
    name: "w",
    dtype: "float16",
    shape: [2],
    storage: { kind: "external", location: "model.safetensors", offset: 3, length: 4 },
  });
  const wide = builder.emit("Cast", ["w"], { attributes: { to: { kind: "int", value: 1 } } });
  builder.output(builder.emit("Add", [x, wide]), "y");
  return encode(builder);
}

async function using(session: Session, body: (session: Session) => Promise<void>): Promise<void> {
  try {
    await body(session);
  } finally {
    await session.dispose();
  }
}

const rows = (...values: number[]): Feeds => ({ x: floatTensor(values, [values.length / 2, 2]) });

export const RUNTIME_CASES: readonly RuntimeCase[] = [
  {
    name: "says what it is",
    async run({ description }) {
      if (!/^onnxruntime-(node|web) \d+\.\d+\.\d+\S* \((cpu|wasm|webgpu)\)$/.test(description))
        throw new Error(description);
    },
  },
  {
    name: "runs a program for any number of rows and names its ends",
    run: async (runtime) =>
      using(await runtime.compile(product(), { name: "product" }), async (session) => {
        equal([session.inputNames, [...session.outputNames].sort()], [["x"], ["twice", "y"]], "names");
        const { y } = await session.run(rows(1, 0, 0, 1));
        equal(y, floatTensor([1, 3, 5, 2, 4, 6], [2, 3]), "y");
        const one = await session.run(rows(1, 1));
        equal(one.y, floatTensor([3, 7, 11], [1, 3]), "y of one row");
      }),
  },
  {
    name: "gives the outputs that are asked for, and no others",
    run: async (runtime) =>
      using(await runtime.compile(product(), { name: "product" }), async (session) => {
        equal(await session.run(rows(1, 2), ["twice"]), { twice: floatTensor([2, 4], [1, 2]) }, "fetches");
      }),
  },
  {
    name: "keeps whole numbers and truth values",
    async run(runtime) {
      const builder = new GraphBuilder({ name: "types" });
      const [n, b] = [builder.input("n", "int64", [2]), builder.input("b", "bool", [2])];
      builder.output(builder.emit("Add", [n, n]), "sum", "int64");
      builder.output(builder.emit("Not", [b]), "not", "bool");
      await using(await runtime.compile(encode(builder), { name: "types" }), async (session) => {
        const { sum, not } = await session.run({ n: intTensor([2 ** 40, -3], [2]), b: boolTensor([1, 0], [2]) });
        equal(sum, intTensor([2 ** 41, -6], [2]), "sum");
        equal(not, boolTensor([0, 1], [2]), "not");
      });
    },
  },
  {
    name: "reads weights given as bytes, at any offset and of half precision",
    async run(runtime) {
      const bytes = Uint8Array.of(9, 9, 9, 0x00, 0x3c, 0x00, 0xc0); // 1 and -2
      const options = { name: "external", weights: { "model.safetensors": bytes } };
      await using(await runtime.compile(external(), options), async (session) => {
        equal((await session.run({ x: floatTensor([10, 20], [2]) })).y, floatTensor([11, 18], [2]), "y");
      });
    },
  },
  {
    name: "answers runs of several sessions that were asked for at once, each with its own",
    run: async (runtime) =>
      using(await runtime.compile(product(), { name: "first" }), async (first) => {
        await using(await runtime.compile(product(), { name: "second" }), async (second) => {
          const sessions = [first, second, first, second, first];
          const fetches = await Promise.all(sessions.map((session, i) => session.run(rows(i, 0), ["y"])));
          equal(
            fetches.map(({ y }) => Array.from(y?.data as Float32Array)),
            sessions.map((_, i) => [i, 3 * i, 5 * i]),
            "answers",
          );
        });
      }),
  },
  {
    name: "leaves what it is fed as it was",
    run: async (runtime) =>
      using(await runtime.compile(product(), { name: "product" }), async (session) => {
        const feeds = rows(1, 2);
        await session.run(feeds);
        equal(feeds, rows(1, 2), "feeds");
      }),
  },
  {
    name: "names the program in errors, and goes on after them",
    async run(runtime) {
      const { message } = await failure(
        () => runtime.compile(Uint8Array.of(1, 2, 3), { name: "broken" }),
        "compiling no model",
      );
      if (!/^Cannot compile the broken program( for device "webgpu")?: /.test(message)) throw new Error(message);
      await using(await runtime.compile(product(), { name: "product" }), async (session) => {
        const wrong = { x: floatTensor([1, 2, 3], [1, 3]) };
        const error = await failure(() => session.run(wrong), "running on a wrong shape");
        if (!error.message.startsWith("Cannot run the product program: ")) throw new Error(error.message);
        equal((await session.run(rows(1, 1))).y, floatTensor([3, 7, 11], [1, 3]), "y after an error");
      });
    },
  },
  {
    name: "releases a session once, after which it says so",
    async run(runtime) {
      const session = await runtime.compile(product(), { name: "product" });
      const running = session.run(rows(1, 1));
      await running;
      await Promise.all([session.dispose(), session.dispose()]);
      const { message } = await failure(() => session.run(rows(1, 1)), "running after dispose");
      equal(message, "Cannot run the product program: it was disposed", "message");
    },
  },
];

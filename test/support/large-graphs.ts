/** @file Graphs with many of one thing each: what reading them costs must grow as they do. */

import type { GraphBuilder } from "@calig/core/internal/graph/builder";
import { type Graph, int, type Node } from "@calig/core/internal/onnx/model";
import { attend, classify, finish, startEncoder, WIDTH, weight } from "./plain-encoder.ts";

/** By what there is `count` of. */
export const LARGE_GRAPHS: Readonly<Record<string, (count: number) => Graph>> = {
  "sums in the stream": between((b, x, i) => b.add(x, b.scalar(i % 7))),
  "Identity nodes in the stream": between((b, x) => b.emit("Identity", [x])),
  "activations in the stream": between((b, x) => b.emit("Tanh", [x])),
  "residual layers": between((b, x) => b.add(x, b.emit("Tanh", [x]))),
  "doublings of the stream": between((b, x) => b.add(x, x)),
  "norms written out": between((b, x) => {
    const centred = b.sub(x, b.reduceMean(x, [-1]));
    const variance = b.add(b.reduceMean(b.mul(centred, centred), [-1]), b.scalar(1e-5));
    return b.div(centred, b.emit("Sqrt", [variance]));
  }),
  "rearrangements in the stream": between((b, x) => b.squeeze(b.unsqueeze(x, [0]), [0])),
  "softmaxes that are no attention": between((b, x) => b.emit("Softmax", [x])),
  "layers behind the blocks": behind((b, x) => b.emit("Tanh", [x])),
  "sums behind the blocks": behind((b, x) => b.add(x, b.scalar(1))),
  "softmaxes behind the logits": atTheEnd((b, x) => b.emit("Softmax", [x])),
  "sums of logits": atTheEnd((b, x) => b.add(x, x)),
  "blocks of attention": between((b, x, i) => (i % 8 === 0 ? b.add(x, attendCheaply(b, x)) : b.emit("Tanh", [x]))),
  "sums of scores": scores((b, x) => b.add(x, b.scalar(1))),
  "products of probabilities": probabilities((b, x) => b.mul(x, b.scalar(1))),
  "masks in a chain": masks((b, x) => b.mul(x, x)),
  "expanded masks": masks((b, x, ids) => b.add(x, b.emit("Expand", [b.scalar(1), b.shapeOf(ids)]))),
  "sizes computed from sizes": sizes((b, x) => b.add(x, b.integers([1]))),
  "sizes that double": sizes((b, x) => b.mul(x, x)),
  "sizes joined": sizes((b, x) => b.slice(b.concat([x, x], 0), 0, 0, 1)),
  "constants computed": constants((b, x) => b.add(x, x)),
  "axes added": constants((b, x) => b.unsqueeze(x, [0])),
  lookups: (count) => {
    const { builder, ids, words, table } = startEncoder();
    let x = words;
    for (let i = 0; i < count; i++) x = builder.add(x, builder.emit("Gather", [table, ids]));
    return end(builder, x);
  },
  outputs: (count) => {
    const { builder, words } = startEncoder();
    const attended = builder.add(words, attend(builder, words).branch);
    const others = Array.from({ length: count }, () => builder.emit("Tanh", [attended]));
    return finish(builder, classify(builder, attended), ...others);
  },
  "inputs and constants that nothing reads": (count) => {
    const { builder, words } = startEncoder();
    for (let i = 0; i < count; i++) {
      builder.input(`unused.${i}`, "int64", ["batch", "tokens"]);
      builder.initializer({
        name: `spare.${i}`,
        dtype: "float32",
        shape: [0],
        storage: { kind: "bytes", bytes: new Uint8Array() },
      });
    }
    return end(builder, words);
  },
  "operands of one node": (count) => {
    const { builder, words } = startEncoder();
    return end(
      builder,
      builder.emit(
        "Sum",
        Array.from({ length: count }, () => words),
      ),
    );
  },
  "If nodes": between((b, x) => b.emit("If", [condition(b)], { attributes: branches(x) })),
};

function branches(x: string) {
  const branch = (opType: string) => ({
    kind: "graph" as const,
    value: {
      name: opType,
      inputs: [],
      outputs: [{ name: "y", dtype: "float32" as const, shape: undefined }],
      values: [],
      initializers: [],
      nodes: [{ name: opType, opType, domain: "", inputs: [x], outputs: ["y"], attributes: {} } satisfies Node],
    },
  });
  return { then_branch: branch("Tanh"), else_branch: branch("Identity") };
}

const condition = (b: GraphBuilder): string => b.constant({ dtype: "bool", shape: [], data: Uint8Array.of(1) }, "yes");

type Layer = (builder: GraphBuilder, x: string, i: number) => string;

function repeat(builder: GraphBuilder, start: string, layer: Layer, count: number): string {
  let x = start;
  for (let i = 0; i < count; i++) x = layer(builder, x, i);
  return x;
}

/** The rest of a classifier behind hidden states. */
const end = (builder: GraphBuilder, x: string): Graph =>
  finish(builder, classify(builder, builder.add(x, attend(builder, x).branch)));

function between(layer: Layer) {
  return (count: number): Graph => {
    const { builder, words } = startEncoder();
    return end(builder, repeat(builder, words, layer, count));
  };
}

function behind(layer: Layer) {
  return (count: number): Graph => {
    const { builder, words } = startEncoder();
    const attended = builder.add(words, attend(builder, words).branch);
    return finish(builder, classify(builder, repeat(builder, attended, layer, count)));
  };
}

function atTheEnd(layer: Layer) {
  return (count: number): Graph => {
    const { builder, words } = startEncoder();
    const logits = classify(builder, builder.add(words, attend(builder, words).branch));
    return finish(builder, repeat(builder, logits, layer, count));
  };
}

function scores(layer: Layer) {
  return (count: number): Graph => {
    const { builder, words } = startEncoder();
    const softmax = (x: string) => builder.emit("Softmax", [repeat(builder, x, layer, count)]);
    return finish(builder, classify(builder, builder.add(words, attend(builder, words, words, softmax).branch)));
  };
}

function probabilities(layer: Layer) {
  return (count: number): Graph => {
    const { builder, words } = startEncoder();
    const softmax = (x: string) => repeat(builder, builder.emit("Softmax", [x]), layer, count);
    return finish(builder, classify(builder, builder.add(words, attend(builder, words, words, softmax).branch)));
  };
}

/** Of the shape of an attention mask [batch, tokens], added to the scores of two blocks. */
function masks(layer: (builder: GraphBuilder, x: string, ids: string) => string) {
  return (count: number): Graph => {
    const { builder, ids, words } = startEncoder();
    const mask = builder.input("attention_mask", "int64", ["batch", "tokens"]);
    const start = builder.emit("Cast", [mask], { attributes: { to: int(1) } });
    const made = builder.unsqueeze(
      repeat(builder, start, (b, x) => layer(b, x, ids), count),
      [1, 2],
    );
    const softmax = (x: string) => builder.emit("Softmax", [builder.add(x, made)]);
    const first = builder.add(words, attend(builder, words, words, softmax).branch);
    return finish(builder, classify(builder, builder.add(first, attend(builder, first, first, softmax).branch)));
  };
}

/** Whole numbers [1] that start from the size of the batch, and repeat a value in the block. */
function sizes(layer: Layer) {
  return (count: number): Graph => {
    const { builder, ids, words } = startEncoder();
    const size = repeat(builder, builder.sizeOf(ids, 0), layer, count);
    const zeros = builder.emit("ConstantOfShape", [builder.concat([size, builder.integers([1, WIDTH])], 0)]);
    const attended = builder.add(words, attend(builder, words).branch);
    return finish(builder, classify(builder, builder.add(attended, zeros)));
  };
}

function constants(layer: Layer) {
  return (count: number): Graph => {
    const { builder, words } = startEncoder();
    const made = repeat(builder, weight(builder, [WIDTH]), layer, count);
    return end(builder, builder.add(words, made));
  };
}

/** Attention whose weights are one and the same. */
function attendCheaply(b: GraphBuilder, x: string): string {
  const name = "shared.weight";
  if (!b.has(name)) {
    const storage = { kind: "bytes" as const, bytes: new Uint8Array(4 * WIDTH * WIDTH) };
    b.initializer({ name, dtype: "float32", shape: [WIDTH, WIDTH], storage });
  }
  const split = () => b.transpose(b.reshape(b.matmul(x, name), [0, 0, 2, WIDTH / 2]), [0, 2, 1, 3]);
  const shares = b.emit("Softmax", [b.matmul(split(), b.transpose(split(), [0, 1, 3, 2]))]);
  return b.reshape(b.transpose(b.matmul(shares, split()), [0, 2, 1, 3]), [0, 0, WIDTH]);
}

import { describe, expect, it } from "vitest";
import { type Dimension, type Graph, int, ints, type ValueInfo } from "../onnx/model.ts";
import { floatTensor, intTensor } from "../tensor/tensor.ts";
import { DEFAULT_OPSETS, GraphBuilder } from "./builder.ts";
import { inferShapes } from "./infer-shapes.ts";

// Shapes of single operators are held to the engine's in test/shapes.

/** Builds over x of a shape, and infers. */
function inferOver(shape: readonly Dimension[], build: (b: GraphBuilder, x: string) => string) {
  const builder = new GraphBuilder();
  const value = build(builder, builder.input("x", "float32", shape));
  const table = inferShapes(builder.build(), builder.opsets);
  return { shape: table.get(value)?.shape, dtype: table.get(value)?.dtype, integers: table.constantInts(value) };
}

const shapeOver = (shape: readonly Dimension[], build: (b: GraphBuilder, x: string) => string) =>
  inferOver(shape, build).shape;

const cast = (b: GraphBuilder, value: string, to: number) => b.emit("Cast", [value], { attributes: { to: int(to) } });

describe("inferShapes(), symbols", () => {
  it("broadcasts: 1 gives way, equal symbols stay, a number beats a symbol, other symbols make a new one", () => {
    const over = (a: readonly Dimension[], b: readonly Dimension[]) =>
      shapeOver(a, (builder, x) => builder.add(x, builder.input("y", "float32", b)));
    expect(over(["n", 1, "t"], ["n", "t", 1])).toEqual(["n", "t", "t"]);
    expect(over(["n", "t"], ["t"])).toEqual(["n", "t"]);
    expect(over(["n"], [4])).toEqual([4]);
    expect(over(["n"], ["m"])).toEqual(["?0"]);
  });

  it("pass through products, reductions, transposes and reshapes", () => {
    expect(shapeOver(["n", "t", 4], (b, x) => b.matmul(x, x, { transB: true }))).toEqual(["n", "t", "t"]);
    expect(shapeOver(["n", "t", 4], (b, x) => b.reduceMean(x, [-1]))).toEqual(["n", "t", 1]);
    expect(shapeOver(["n", "t", 4], (b, x) => b.transpose(x, [2, 0, 1]))).toEqual([4, "n", "t"]);
    expect(shapeOver(["n", "t", 4], (b, x) => b.reshape(x, [0, 0, 2, -1]))).toEqual(["n", "t", 2, 2]);
    expect(shapeOver(["n", 3, 4], (b, x) => b.reshape(x, [-1, 12]))).toEqual(["n", 12]);
    expect(shapeOver(["n", 3, 4], (b, x) => b.reshape(x, [-1, 6]))).toEqual(["⟨2·n⟩", 6]);
  });

  it("are fresh for each size that cannot be computed, and then stay provably equal", () => {
    const builder = new GraphBuilder();
    const x = builder.input("x", "float32", ["n", undefined, undefined]);
    const joined = builder.concat([x, x], 0);
    const other = builder.concat([x, x], 0);
    const doubled = builder.mul(joined, joined);
    const shapes = inferShapes(builder.build(), builder.opsets);
    expect(shapes.get(x)?.shape).toEqual(["n", "?0", "?1"]);
    expect(shapes.get(doubled)?.shape).toEqual(shapes.get(joined)?.shape);
    expect(shapes.get(other)?.shape?.[0]).not.toEqual(shapes.get(joined)?.shape?.[0]);
  });

  it("do not collide with symbols of the graph, nor take a name for the unknown as one size", () => {
    expect(shapeOver(["?0", undefined], (_, x) => x)).toEqual(["?0", "?1"]);
    expect(shapeOver(["?", "?", -1], (_, x) => x)).toEqual(["?0", "?1", "?2"]);
  });

  it("survive slices that take the whole axis; first and last elements are one", () => {
    const toEnd = 2 ** 62;
    expect(shapeOver(["n"], (b, x) => b.slice(x, 0, 0, toEnd))).toEqual(["n"]);
    expect(shapeOver(["n"], (b, x) => b.slice(x, 0, 0, 1))).toEqual([1]);
    expect(shapeOver(["n"], (b, x) => b.slice(x, 0, -1, toEnd))).toEqual([1]);
    expect(shapeOver(["n"], (b, x) => b.slice(x, 0, 2, toEnd))).toEqual(["?0"]);
    expect(shapeOver([9], (b, x) => b.slice(x, 0, 0, b.sizeOf(b.input("y", "float32", ["t"]), 0)))).toEqual(["?0"]);
  });

  it("come back where an axis is cut by one and filled up again", () => {
    const toEnd = 2 ** 62;
    const pad = (b: GraphBuilder, x: string, pads: string) => b.emit("Pad", [x, pads]);
    expect(shapeOver(["n"], (b, x) => b.slice(x, 0, 1, toEnd))).toEqual(["n{-1}"]);
    expect(shapeOver(["n"], (b, x) => pad(b, b.slice(x, 0, 1, toEnd), b.integers([0, 1])))).toEqual(["n"]);
    expect(shapeOver(["n"], (b, x) => b.concat([b.slice(x, 0, 0, 1), b.slice(x, 0, 1, toEnd)], 0))).toEqual(["n"]);
    // An axis of one element minus two would be negative: that is no size.
    expect(shapeOver(["n"], (b, x) => b.slice(b.slice(x, 0, 1, toEnd), 0, 1, toEnd))).toEqual(["?0"]);
  });

  it("come through pads that are written as pairs, reversed, transposed and flattened", () => {
    const shape = shapeOver(["n", 4], (b, x) => {
      const pairs = b.reshape(b.concat([b.integers([1, 2]), b.integers([0, 3])], 0), [-1, 2]);
      const ends = [b.integers([-1]), b.integers([-(2 ** 62)]), b.integers([0]), b.integers([-1])];
      const flat = b.reshape(b.transpose(b.emit("Slice", [pairs, ...ends]), [1, 0]), [-1]);
      return b.emit("Pad", [x, flat]); // begins 0 and 1, ends 3 and 2
    });
    expect(shape).toEqual(["n{+3}", 7]);
  });

  it("leave the rank open where Squeeze without axes could drop them", () => {
    expect(shapeOver(["n", 1], (b, x) => b.emit("Squeeze", [x]))).toBeUndefined();
  });
});

describe("inferShapes(), shapes that are computed", () => {
  /** Split heads as PyTorch exports them: sizes are read, picked, joined and given to Reshape. */
  const splitHeads = (b: GraphBuilder, x: string) => {
    const sizes = b.shapeOf(x);
    const pick = (i: number) => b.unsqueeze(b.emit("Gather", [sizes, b.constant(intTensor([i], []))]), [0]);
    return b.emit("Reshape", [x, b.concat([pick(0), pick(1), b.integers([2]), b.integers([-1])], 0)]);
  };

  it("keep symbols from Shape through Gather, Unsqueeze and Concat to Reshape", () => {
    expect(shapeOver(["n", "t", 8], splitHeads)).toEqual(["n", "t", 2, 4]);
  });

  it("keep symbols through the Where that PyTorch's expand becomes", () => {
    const expand = (b: GraphBuilder, x: string) => {
      const wanted = b.concat([b.sizeOf(b.input("y", "float32", ["n"]), 0), b.integers([-1, 4])], 0);
      const ones = b.emit("ConstantOfShape", [b.shapeOf(wanted)], {
        attributes: {
          value: {
            kind: "tensor",
            value: {
              name: "",
              dtype: "int64",
              shape: [1],
              storage: { kind: "bytes", bytes: Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0) },
            },
          },
        },
      });
      const open = b.emit("Equal", [wanted, b.mul(ones, b.integers([-1]))]);
      return b.emit("Expand", [x, b.emit("Where", [open, ones, wanted])]);
    };
    expect(shapeOver([1, "t", 1], expand)).toEqual(["n", "t", 4]);
  });

  it("give products and sums of sizes one symbol wherever they are used", () => {
    const shape = shapeOver(["n", "t", 8], (b, x) => {
      const rows = b.mul(b.sizeOf(x, 0), b.sizeOf(x, 1));
      const flat = b.emit("Reshape", [x, b.concat([rows, b.integers([8])], 0)]);
      return b.add(flat, b.emit("ConstantOfShape", [b.concat([rows, b.integers([1])], 0)]));
    });
    expect(shape).toEqual(["⟨1·n·t⟩", 8]);
  });

  it("come apart again where merged axes are divided", () => {
    const merged = (b: GraphBuilder, x: string) => b.reshape(b.transpose(x, [0, 2, 1, 3]), [-1, 5, 8]);
    expect(shapeOver(["n", 5, 2, 8], merged)).toEqual(["⟨2·n⟩", 5, 8]);
    expect(shapeOver(["n", 5, 2, 8], (b, x) => b.reshape(merged(b, x), [-1, 2, 5, 8]))).toEqual(["n", 2, 5, 8]);
    expect(shapeOver(["n", "t", 6], (b, x) => b.reshape(b.reshape(x, [-1, 6]), [-1, 2, 3]))).toEqual(["⟨1·n·t⟩", 2, 3]);
  });

  it("range over the positions of an axis", () => {
    const positions = (b: GraphBuilder, x: string) =>
      b.emit("Range", [b.constant(intTensor([0], [])), b.squeeze(b.sizeOf(x, 1), [0]), b.constant(intTensor([1], []))]);
    expect(inferOver(["n", "t"], positions)).toEqual({ shape: ["t"], dtype: "int64", integers: undefined });
    expect(inferOver(["n", 3], positions)).toEqual({ shape: [3], dtype: "int64", integers: [0, 1, 2] });
  });

  it("range over halves up to a size that became another type", () => {
    const real = (b: GraphBuilder, value: number) => b.constant(floatTensor([value], []));
    const halves = (b: GraphBuilder, x: string) => {
      const limit = b.emit("Cast", [b.squeeze(b.sizeOf(x, 1), [0])], { attributes: { to: int(1) } });
      return b.emit("Range", [real(b, 0.5), limit, real(b, 1)]);
    };
    expect(shapeOver(["n", 4], halves)).toEqual([4]);
    const whole = (b: GraphBuilder) => b.emit("Cast", [real(b, -1.5)], { attributes: { to: int(7) } });
    expect(inferOver(["n"], whole).integers).toEqual([-1]);
  });

  it("know the rank where only the number of sizes is known", () => {
    const sizes = (b: GraphBuilder) => b.input("sizes", "int64", [3]);
    expect(shapeOver(["n", 4], (b, x) => b.emit("Reshape", [x, sizes(b)]))).toEqual(["?0", "?1", "?2"]);
    expect(shapeOver([2, 4], (b, x) => b.emit("Expand", [x, sizes(b)]))).toEqual(["?0", 2, 4]);
  });

  it.each<[string, (b: GraphBuilder, x: string) => string, readonly number[] | undefined]>([
    [
      "arithmetic",
      (b, x) => b.div(b.sub(b.mul(b.shapeOf(x), b.integers([3])), b.integers([1])), b.integers([2])),
      [4, 5, 7],
    ],
    ["truncating division", (b) => b.div(b.integers([-7]), b.integers([2])), [-3]],
    [
      "remainders of the sign of the divisor",
      (b) => b.emit("Mod", [b.integers([-7, 7]), b.integers([3, -3])]),
      [2, -2],
    ],
    ["division by zero", (b) => b.div(b.integers([1]), b.integers([0])), undefined],
    ["Size", (b, x) => b.emit("Size", [x]), [60]],
    ["part of Shape", (b, x) => b.emit("Shape", [x], { attributes: { start: int(1), end: int(-1) } }), [4]],
    ["Gather from the end", (b, x) => b.emit("Gather", [b.shapeOf(x), b.integers([-1, 0])]), [5, 3]],
    [
      "Slice backwards",
      (b, x) => b.emit("Slice", [b.shapeOf(x), b.integers([-1]), b.integers([-9]), b.integers([0]), b.integers([-2])]),
      [5, 3],
    ],
    [
      "ConstantOfShape repeats its value",
      (b) =>
        b.emit("ConstantOfShape", [b.integers([3])], {
          attributes: {
            value: {
              kind: "tensor",
              value: {
                name: "",
                dtype: "int64",
                shape: [1],
                storage: { kind: "bytes", bytes: Uint8Array.of(7, 0, 0, 0, 0, 0, 0, 0) },
              },
            },
          },
        }),
      [7, 7, 7],
    ],
    ["Cast to int32", (b, x) => cast(b, b.shapeOf(x), 6), [3, 4, 5]],
    ["Cast to float is no whole number", (b, x) => cast(b, b.shapeOf(x), 1), undefined],
    ["Constant", (b) => b.emit("Constant", [], { attributes: { value_ints: ints([2, 3]) } }), [2, 3]],
    ["Reshape and Squeeze of a number", (b, x) => b.squeeze(b.reshape(b.emit("Size", [x]), [1]), [0]), [60]],
    ["a table of two axes is not folded", (b, x) => b.unsqueeze(b.shapeOf(x), [0]), undefined],
    ["a bool is no whole number", (b, x) => b.emit("Equal", [b.shapeOf(x), b.integers([4])]), undefined],
  ])("fold: %s", (_, build, expected) => {
    expect(inferOver([3, 4, 5], build).integers).toEqual(expected);
  });

  it("do not fold long tables", () => {
    const table = Array.from({ length: 513 }, (_, i) => i);
    expect(inferOver([1], (b) => b.integers(table)).integers).toBeUndefined();
    expect(inferOver([1], (b) => b.integers(table.slice(1))).integers).toHaveLength(512);
  });
});

describe("inferShapes(), what the graph states", () => {
  const graphOf = (domain: string, opType: string, stated: readonly ValueInfo[]): Graph => ({
    name: "g",
    inputs: [{ name: "x", dtype: "float32", shape: ["n", 4] }],
    outputs: [{ name: "y", dtype: "float32", shape: ["m", 2] }],
    values: stated,
    initializers: [],
    nodes: [
      { name: "odd", opType, domain, inputs: ["x"], outputs: ["z"], attributes: {} },
      { name: "last", opType: "Nothing", domain: "", inputs: ["z"], outputs: ["y"], attributes: {} },
    ],
  });
  const statedZ = [{ name: "z", dtype: "int64", shape: ["k", undefined] }] as const;

  it("is used for operators that nobody knows", () => {
    const table = inferShapes(graphOf("", "Nothing", statedZ), DEFAULT_OPSETS);
    expect(table.get("z")).toEqual({ dtype: "int64", shape: ["k", "?0"] });
    expect(table.get("y")).toEqual({ dtype: "float32", shape: ["m", 2] });
  });

  it("is nothing for values that nobody knows and the graph does not state", () => {
    const table = inferShapes(graphOf("", "Nothing", []), DEFAULT_OPSETS);
    expect(table.get("z")).toEqual({ dtype: undefined, shape: undefined });
    expect(table.get("nobody")).toBeUndefined();
  });

  it("does not overrule what is inferred, but names sizes that are not", () => {
    expect(inferShapes(graphOf("", "Relu", statedZ), DEFAULT_OPSETS).get("z")).toEqual({
      dtype: "float32",
      shape: ["n", 4],
    });
    const nonZero = inferShapes(
      graphOf("", "NonZero", [{ name: "z", dtype: "int64", shape: [7, "hits"] }]),
      DEFAULT_OPSETS,
    );
    expect(nonZero.get("z")).toEqual({ dtype: "int64", shape: [2, "hits"] });
  });

  it("is all that is known of operators of other domains, whatever their names", () => {
    expect(inferShapes(graphOf("custom", "Relu", statedZ), DEFAULT_OPSETS).get("z")?.shape).toEqual(["k", "?0"]);
  });
});

describe("inferShapes(), omitted inputs and outputs", () => {
  it("are not taken for one another", () => {
    const graph: Graph = {
      name: "g",
      inputs: [{ name: "x", dtype: "float32", shape: ["n", 4] }],
      outputs: [],
      values: [],
      initializers: [],
      nodes: [
        {
          name: "topk",
          opType: "TopK",
          domain: "",
          inputs: ["x"],
          outputs: ["", "indices"],
          attributes: { k: int(2) },
        },
        {
          name: "sum",
          opType: "ReduceSum",
          domain: "",
          inputs: ["x", ""],
          outputs: ["sum"],
          attributes: { keepdims: int(0) },
        },
      ],
    };
    const table = inferShapes(graph, { "": 13 });
    expect(table.get("indices")).toEqual({ dtype: "int64", shape: ["n", 2] });
    expect(table.get("sum")?.shape).toEqual([]);
    expect(table.get("")).toBeUndefined();
  });
});

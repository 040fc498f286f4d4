import { expect, it } from "vitest";
import { UnsupportedModelError } from "../errors.ts";
import { type Graph, int, ints } from "../onnx/model.ts";
import { floatTensor } from "../tensor/tensor.ts";
import { GraphBuilder } from "./builder.ts";
import { checkFixedSizes } from "./fixed-sizes.ts";

/** 1, 1, 1, 1, and what is made of it `count` times. */
function repeated(count: number, layer: (b: GraphBuilder, x: string) => string): (b: GraphBuilder) => string {
  return (b) => {
    let x = b.constant(floatTensor([1, 1, 1, 1], [4]));
    for (let i = 0; i < count; i++) x = layer(b, x);
    return x;
  };
}

const column = (b: GraphBuilder, rows: number) => b.emit("ConstantOfShape", [b.integers([rows, 1])]);
const row = (b: GraphBuilder, columns: number) => b.emit("ConstantOfShape", [b.integers([1, columns])]);
const number = (b: GraphBuilder, value: number) => b.constant(floatTensor([value], []));
const ids = (b: GraphBuilder) => b.input("ids", "int64", ["batch", "tokens"]);

const BOMBS: Readonly<Record<string, (b: GraphBuilder) => string>> = {
  "constants joined again and again": repeated(40, (b, x) => b.concat([x, x], 0)),
  "constants repeated again and again": repeated(40, (b, x) => b.emit("Tile", [x, b.integers([2])])),
  "a constant expanded": repeated(1, (b, x) => b.emit("Expand", [x, b.integers([2 ** 20, 2 ** 20, 4])])),
  "a constant of any shape": (b) => b.emit("ConstantOfShape", [b.integers([2 ** 40])]),
  "a constant whose size is no number that is known": (b) =>
    b.emit("ConstantOfShape", [b.emit("Cast", [b.constant(floatTensor([1e12], [1]))], { attributes: { to: int(7) } })]),
  "a sum of a column and a row": (b) => b.add(column(b, 2 ** 20), row(b, 2 ** 20)),
  "a product of a column and a row": (b) => b.matmul(column(b, 2 ** 20), row(b, 2 ** 20)),
  "products of matrices": (b) => {
    const square = b.emit("ConstantOfShape", [b.integers([8192, 8192])]);
    return b.matmul(square, square);
  },
  "a range of floats": (b) => b.emit("Range", [number(b, 0), number(b, 1e12), number(b, 1)]),
  "a range of whole numbers": (b) => b.emit("Range", [b.integers([0]), b.integers([2 ** 50]), b.integers([1])]),
  "numbers drawn": (b) => b.emit("RandomNormal", [], { attributes: { shape: ints([2 ** 40]) } }),
  padding: repeated(1, (b, x) => b.emit("Pad", [x, b.integers([2 ** 40, 0])])),
  "one of many": (b) =>
    b.emit("OneHot", [b.integers([1]), b.integers([2 ** 40]), b.constant(floatTensor([0, 1], [2]))]),
  "a picture made larger": repeated(1, (b, x) => b.emit("Resize", [x, "", b.constant(floatTensor([1e12], [1]))])),
  "many constants that are not too large alone": repeated(40, (b) =>
    b.emit("ConstantOfShape", [b.integers([2 ** 25])]),
  ),
  "many numbers for each token": (b) => b.emit("Expand", [b.unsqueeze(ids(b), [2]), b.integers([1, 1, 2 ** 40])]),
  "a loop without end": (b) => loop(b, b.emit("Cast", [number(b, 1e18)], { attributes: { to: int(7) } })),
  "a loop of many rounds": (b) => loop(b, b.integers([1e9])),
  "constants within a loop": (b) => loop(b, b.integers([1000]), 2 ** 22),
};

/** Runs a body that makes a constant as often as `count` says. */
function loop(b: GraphBuilder, count: string, size = 1): string {
  const inner = new GraphBuilder();
  inner.input("i", "int64", []);
  inner.input("going", "bool", []);
  inner.output(inner.emit("Identity", ["going"]), "on", "bool");
  inner.output(inner.emit("ConstantOfShape", [inner.integers([size])]), "made", "float32");
  return b.emit("Loop", [count, ""], { attributes: { body: { kind: "graph", value: inner.build() } } });
}

const graphOf = (make: (b: GraphBuilder) => string): Graph => {
  const builder = new GraphBuilder();
  builder.output(make(builder), "y");
  return builder.build();
};

it.each(Object.entries(BOMBS))("checkFixedSizes() refuses %s", (_, make) => {
  const graph = graphOf(make);
  const run = () => checkFixedSizes(graph, { "": 17 }, 1000);
  expect(run).toThrow(UnsupportedModelError);
  expect(run).toThrow(
    /^Cannot run the model: node ".*" \(\w+\) asks for too much: .* more than the file holds; export/,
  );
});

it("checkFixedSizes() takes what is in proportion to the file, and what only long inputs make large", () => {
  const dequantised = graphOf((b) => b.mul(b.emit("ConstantOfShape", [b.integers([10_000, 10_000])]), number(b, 2)));
  expect(() => checkFixedSizes(dequantised, { "": 17 }, 1e8)).not.toThrow();
  const squares = graphOf((b) => {
    const own = b.unsqueeze(ids(b), [2]);
    return b.matmul(own, b.transpose(own, [0, 2, 1]));
  });
  expect(() => checkFixedSizes(squares, { "": 17 }, 1000)).not.toThrow();
  const counted = graphOf((b) => loop(b, b.sizeOf(ids(b), 1)));
  expect(() => checkFixedSizes(counted, { "": 17 }, 1000)).not.toThrow();
  const range = graphOf((b) => b.emit("Range", [number(b, 0), number(b, 64), number(b, 0.5)]));
  expect(() => checkFixedSizes(range, { "": 17 }, 1000)).not.toThrow();
});

/** A table of positions as exporters of DINOv2 and BEiT resize it: its side is a root, its first axes are read off again. */
function resizedTable(b: GraphBuilder, rows: (table: string) => string): string {
  const side = b.emit("Cast", [b.emit("Pow", [b.constant(floatTensor([16], [1])), number(b, 0.5)])], {
    attributes: { to: int(7) },
  });
  const sizes = b.concat([b.integers([1]), side, side, b.integers([8])], 0);
  const grid = b.emit("Reshape", [b.constant(floatTensor(new Float32Array(128), [1, 16, 8])), sizes]);
  const table = b.transpose(grid, [0, 3, 1, 2]);
  return b.emit("Resize", [table, "", "", b.concat([rows(table), b.integers([4, 4])], 0)]);
}

it("checkFixedSizes() takes a table that is resized, where nothing but its own sizes is unknown", () => {
  const first = (b: GraphBuilder, value: string) =>
    b.emit("Slice", [b.shapeOf(value), b.integers([0]), b.integers([2])]);
  const read = graphOf((b) => resizedTable(b, (table) => first(b, table)));
  expect(() => checkFixedSizes(read, { "": 17 }, 1000)).not.toThrow();
  const made = graphOf((b) =>
    resizedTable(b, () => b.emit("Cast", [b.constant(floatTensor([1, 1e12], [2]))], { attributes: { to: int(7) } })),
  );
  expect(() => checkFixedSizes(made, { "": 17 }, 1000)).toThrow(/whose size cannot be told/);
  const large = graphOf((b) => resizedTable(b, (table) => b.concat([first(b, table), b.integers([2 ** 40])], 0)));
  expect(() => checkFixedSizes(large, { "": 17 }, 1000)).toThrow(UnsupportedModelError);
});

import { expect, it } from "vitest";
import { runGraph } from "../../../../test/support/run-graph.ts";
import { GraphBuilder } from "../graph/builder.ts";
import { type Graph, int } from "../onnx/model.ts";
import { boolTensor, floatTensor, intTensor } from "../tensor/tensor.ts";
import { simplify } from "./simplify.ts";

const OPSETS = { "": 17 };

/** x -> y through everything that computes nothing, and an If that depends on the rank of x. */
function wordy(): Graph {
  const b = new GraphBuilder({ opsets: OPSETS });
  const x = b.input("x", "float32", ["batch", 3]);
  const two = b.emit("Constant", [], { attributes: { value_float: { kind: "float", value: 2 } } });
  const dropped = b.emitMany("Dropout", [b.emit("Identity", [x])], 1)[0] as string;
  const same = b.emit("Cast", [dropped], { attributes: { to: int(1) } });
  const condition = b.emit("Equal", [b.emit("Size", [b.shapeOf(same)]), b.emit("Squeeze", [b.integers([2])])]);
  const branch = (opType: string): Graph => {
    const body = new GraphBuilder({ opsets: OPSETS });
    body.node({ name: "n", opType, domain: "", inputs: [same, two], outputs: ["inner"], attributes: {} });
    return { ...body.build(), outputs: [{ name: "inner", dtype: "float32", shape: undefined }] };
  };
  const chosen = b.emit("If", [condition], {
    attributes: {
      then_branch: { kind: "graph", value: branch("Mul") },
      else_branch: { kind: "graph", value: branch("Add") },
    },
  });
  b.output(b.emit("Identity", [chosen], { output: "y" }));
  return b.build();
}

it("simplify() leaves the one node that computes something, and its result", async () => {
  const graph = wordy();
  const simple = simplify({ graph, opsets: OPSETS });
  expect(simple.graph.nodes.map(({ opType }) => opType)).toEqual(["Mul", "Identity"]);
  expect(simple.notes).toEqual(["1 If node decided ahead of time"]);
  const feeds = { x: floatTensor([1, 2, 3, 4, 5, 6], [2, 3]) };
  const [before] = await runGraph(graph, OPSETS, ["y"], feeds);
  const [after] = await runGraph(simple.graph, OPSETS, ["y"], feeds);
  expect(after).toEqual(before);
});

it("simplify() keeps what may do something", () => {
  const b = new GraphBuilder({ opsets: OPSETS });
  const x = b.input("x", "float32", ["batch", 3]);
  const flag = b.input("flag", "bool", []);
  const widened = b.emit("Cast", [x], { attributes: { to: int(11) } });
  const body: Graph = {
    name: "b",
    inputs: [],
    outputs: [{ name: widened, dtype: "float64", shape: undefined }],
    values: [],
    initializers: [],
    nodes: [],
  };
  const branches = {
    then_branch: { kind: "graph", value: body },
    else_branch: { kind: "graph", value: body },
  } as const;
  b.output(b.emit("If", [flag], { attributes: branches }), "y", "float64");
  const graph = b.build();
  expect(simplify({ graph, opsets: OPSETS }).graph).toBe(graph);
});

it("simplify() takes the branches away that only choose between stored tensors", async () => {
  const b = new GraphBuilder({ opsets: OPSETS });
  const x = b.input("x", "float32", ["batch", 2]);
  const length = b.input("length", "int64", []);
  const stored = (rows: number, by: number): Graph => {
    const body = new GraphBuilder({ opsets: OPSETS });
    const numbers = Array.from({ length: 2 * rows }, (_, i) => by * i);
    const name = body.constant(floatTensor(numbers, [rows, 2]), "table");
    return { ...body.build(), outputs: [{ name, dtype: "float32", shape: undefined }] };
  };
  const isLong = b.emit("Greater", [length, b.emit("Squeeze", [b.integers([2])])]);
  const table = b.emit("If", [isLong], {
    attributes: {
      then_branch: { kind: "graph", value: stored(4, 1) },
      else_branch: { kind: "graph", value: stored(2, 10) },
    },
  });
  b.output(b.emit("MatMul", [x, b.transpose(table, [1, 0])]), "y");
  const graph = b.build();
  const simple = simplify({ graph, opsets: OPSETS });
  expect(simple.graph.nodes.map(({ opType }) => opType)).not.toContain("If");
  for (const tokens of [2, 3]) {
    const feeds = { x: floatTensor([1, 2], [1, 2]), length: intTensor([tokens], []) };
    const [before] = await runGraph(graph, OPSETS, ["y"], feeds);
    const [after] = await runGraph(simple.graph, OPSETS, ["y"], feeds);
    expect(after).toEqual(before);
    expect(after?.shape).toEqual([1, tokens === 3 ? 4 : 2]);
  }
});

it("simplify() takes Dropout away also where an export in training mode would draw random numbers", async () => {
  const b = new GraphBuilder({ opsets: OPSETS });
  const x = b.input("x", "float32", ["batch", 3]);
  const trains = b.constant(boolTensor([true], []));
  b.output(b.neg(b.emit("Dropout", [x, b.scalar(0.5), trains])), "y");
  const { graph } = simplify({ graph: b.build(), opsets: OPSETS });
  expect(graph.nodes.map(({ opType }) => opType)).not.toContain("Dropout");
  const [y] = await runGraph(graph, OPSETS, ["y"], { x: floatTensor([1, 2, 3], [1, 3]) });
  expect(y).toMatchObject(floatTensor([-1, -2, -3], [1, 3]));
});

it("simplify() takes constants off the inputs, where old exports list them", () => {
  const b = new GraphBuilder({ opsets: OPSETS });
  const x = b.input("x", "float32", ["batch", 3]);
  b.output(b.add(x, b.scalar(1)), "y");
  const graph = b.build();
  const inputs = [...graph.inputs, { name: graph.initializers[0]?.name ?? "", dtype: "float32", shape: [] } as const];
  expect(simplify({ graph: { ...graph, inputs }, opsets: OPSETS }).graph.inputs.map(({ name }) => name)).toEqual(["x"]);
});

it.each([
  {
    condition: "sizes that are not equal",
    opType: "Add",
    of: (b: GraphBuilder, n: string, m: string) => b.emit("Not", [b.emit("Equal", [n, m])]),
  },
  {
    condition: "a size below itself",
    opType: "Add",
    of: (b: GraphBuilder, n: string, m: string) => b.emit("Less", [n, m]),
  },
  {
    condition: "a size at most itself",
    opType: "Mul",
    of: (b: GraphBuilder, n: string, m: string) => b.emit("LessOrEqual", [n, m]),
  },
  {
    condition: "nothing and something unknown",
    opType: "Add",
    of: (b: GraphBuilder, n: string, m: string) =>
      b.emit("And", [b.emit("Greater", [n, m]), b.emit("Equal", [n, b.integers([7])])]),
  },
  {
    condition: "something unknown or what is true",
    opType: "Mul",
    of: (b: GraphBuilder, n: string, m: string) =>
      b.emit("Or", [b.emit("Equal", [n, b.integers([7])]), b.emit("GreaterOrEqual", [n, m])]),
  },
  {
    condition: "something unknown",
    opType: "If",
    of: (b: GraphBuilder, n: string) => b.emit("Not", [b.emit("Equal", [n, b.integers([7])])]),
  },
])("simplify() decides an If on $condition", ({ opType, of }) => {
  const b = new GraphBuilder({ opsets: OPSETS });
  const x = b.input("x", "float32", ["batch", "tokens", 3]);
  const sizeOf = (value: string) => b.emit("Slice", [b.shapeOf(value), b.integers([1]), b.integers([2])]);
  const condition = of(b, sizeOf(x), sizeOf(b.neg(x)));
  const branch = (kind: string) => {
    const body = new GraphBuilder({ opsets: OPSETS });
    body.node({ name: "n", opType: kind, domain: "", inputs: [x, x], outputs: ["inner"], attributes: {} });
    return {
      kind: "graph",
      value: { ...body.build(), outputs: [{ name: "inner", dtype: "float32", shape: undefined }] },
    } as const;
  };
  b.output(b.emit("If", [condition], { attributes: { then_branch: branch("Mul"), else_branch: branch("Add") } }), "y");
  expect(simplify({ graph: b.build(), opsets: OPSETS }).graph.nodes.at(-2)?.opType).toBe(opType);
});

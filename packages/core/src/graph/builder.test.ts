import { describe, expect, it } from "vitest";
import { floatTensor } from "../tensor/tensor.ts";
import { GraphBuilder } from "./builder.ts";
import { verifyGraph } from "./verify.ts";

const lastNode = (builder: GraphBuilder) => builder.build().nodes.at(-1);

describe("GraphBuilder", () => {
  it("continues a graph without touching it or taking its names", () => {
    const first = new GraphBuilder({ name: "first" });
    first.output(first.neg(first.input("x", "float32", [2]), "Neg"));
    const graph = first.build();
    const text = JSON.stringify(graph);
    const second = new GraphBuilder({ from: graph });
    expect(second.neg("x")).toBe("Neg_1");
    expect(JSON.stringify(graph)).toBe(text);
    expect(second.build().name).toBe("first");
  });

  it("refuses to make a name twice", () => {
    const builder = new GraphBuilder({ name: "twice" });
    builder.input("x", "float32", []);
    expect(() => builder.input("x", "float32", [])).toThrow('internal: name "x" is taken in graph "twice"');
    const node = { name: "n", opType: "Neg", domain: "", inputs: ["x"], outputs: ["x"], attributes: {} };
    expect(() => builder.node(node)).toThrow('name "x" is taken');
  });

  it("shares constants that are equal in type, shape and every bit that counts", () => {
    const builder = new GraphBuilder();
    expect(builder.scalar(0.5)).toBe(builder.scalar(0.5));
    const different = [
      builder.scalar(0),
      builder.scalar(-0),
      builder.constant(floatTensor([0], [1])),
      builder.integers([0]),
      builder.booleans([false]),
    ];
    expect(new Set(different).size).toBe(different.length);
  });

  it("keeps constants apart from the arrays they were made from", () => {
    const builder = new GraphBuilder();
    const data = Float32Array.of(1, 2);
    builder.constant(floatTensor(data, [2]));
    data[0] = 9;
    const storage = builder.build().initializers[0]?.storage;
    expect(storage?.kind === "bytes" && new Float32Array(storage.bytes.buffer)[0]).toBe(1);
  });

  it("starts names with the prefix of the moment", () => {
    const builder = new GraphBuilder({ prefix: "outer/" });
    const x = builder.input("x", "float32", []);
    expect(builder.withPrefix("inner/", () => builder.neg(x))).toBe("inner/Neg");
    expect(builder.neg(x)).toBe("outer/Neg");
    expect(builder.neg(x, "wanted")).toBe("wanted");
    const failing = () =>
      builder.withPrefix("lost/", () => {
        throw new RangeError("stop");
      });
    expect(failing).toThrow(RangeError);
    expect(builder.neg(x)).toBe("outer/Neg_1");
  });

  it("names the further outputs of a node after its first, and trims omitted operands at the end", () => {
    const builder = new GraphBuilder();
    const x = builder.input("x", "float32", []);
    expect(builder.emitMany("Split", [x], 3, { output: "part" })).toEqual(["part", "part__1", "part__2"]);
    builder.emit("Clip", [x, "", x, ""]);
    expect(lastNode(builder)?.inputs).toEqual(["x", "", "x"]);
  });

  it("gives an output another name through an Identity", () => {
    const builder = new GraphBuilder();
    builder.output(builder.neg(builder.input("x", "float32", [2])), "y", "float32", [2]);
    expect(lastNode(builder)).toMatchObject({ opType: "Identity", inputs: ["Neg"], outputs: ["y"] });
    expect(() => verifyGraph(builder.build(), builder.opsets)).not.toThrow();
  });

  it.each([
    [11, ["axes", "keepdims"], 1],
    [13, ["keepdims"], 2],
  ])("writes ReduceSum as operator set %i wants it", (opset, attributes, inputs) => {
    const builder = new GraphBuilder({ opsets: { "": opset } });
    builder.reduceSum(builder.input("x", "float32", [2, 3]), [1]);
    expect(Object.keys(lastNode(builder)?.attributes ?? {})).toEqual(attributes);
    expect(lastNode(builder)?.inputs.length).toBe(inputs);
  });

  it.each([
    [17, 1],
    [18, 2],
  ])("writes ReduceMean as operator set %i wants it", (opset, inputs) => {
    const builder = new GraphBuilder({ opsets: { "": opset } });
    builder.reduceMean(builder.input("x", "float32", [2, 3]), [1]);
    expect(lastNode(builder)?.inputs.length).toBe(inputs);
  });

  it("writes a plain product as MatMul, any other as FusedMatMul", () => {
    const builder = new GraphBuilder();
    const x = builder.input("x", "float32", [2, 2]);
    builder.matmul(x, x);
    expect(lastNode(builder)).toMatchObject({ opType: "MatMul", domain: "" });
    builder.matmul(x, x, { transB: true, alpha: 0.5 });
    expect(lastNode(builder)).toMatchObject({
      opType: "FusedMatMul",
      domain: "com.microsoft",
      attributes: { transA: { value: 0 }, transB: { value: 1 }, alpha: { value: 0.5 } },
    });
  });
});

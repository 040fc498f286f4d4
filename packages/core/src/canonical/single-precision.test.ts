import { describe, expect, it } from "vitest";
import { operators, ramp } from "../../../../test/support/rewritten.ts";
import { runGraph } from "../../../../test/support/run-graph.ts";
import { GraphBuilder } from "../graph/builder.ts";
import { float, type Graph, int } from "../onnx/model.ts";
import { bfloat16ToFloat, floatToHalf, halfToFloat } from "../tensor/half.ts";
import { elementCount, floatTensor, type Tensor } from "../tensor/tensor.ts";
import { singlePrecision } from "./single-precision.ts";

const opsets = { "": 17 };
const WIDTH = 80;

const half = (tensor: Tensor): Tensor => ({
  ...tensor,
  dtype: "float16",
  data: floatToHalf(tensor.data as Float32Array),
});

/** x W + ConstantOfShape + b in half precision; W has more elements than are widened at once. */
function halfGraph(outer: "float16" | "float32"): Graph {
  const b = new GraphBuilder({ opsets });
  const input = b.input("x", outer, ["batch", WIDTH]);
  const x = outer === "float16" ? input : b.emit("Cast", [input], { attributes: { to: int(10) } });
  const product = b.matmul(x, b.constant(half(ramp([WIDTH, WIDTH])), "W"));
  const value = {
    kind: "tensor",
    value: { name: "", dtype: "float16", shape: [1], storage: { kind: "bytes", bytes: Uint8Array.of(0, 0x3e) } },
  } as const;
  const filled = b.emit("ConstantOfShape", [b.shapeOf(product)], { attributes: { value } });
  const y = b.add(b.add(product, filled), b.constant(half(ramp([WIDTH], 2)), "b"));
  b.output(outer === "float16" ? y : b.emit("Cast", [y], { attributes: { to: int(1) } }), "y", outer, ["batch", WIDTH]);
  return b.build();
}

const x = ramp([2, WIDTH], 3);
const rounded = (tensor: Tensor) => halfToFloat(floatToHalf(tensor.data as Float32Array));

/** What the graph computes with the weights that half precision holds, in float64. */
const expected = (): number[] => {
  const [w, b] = [rounded(ramp([WIDTH, WIDTH])), rounded(ramp([WIDTH], 2))];
  return Array.from({ length: elementCount(x.shape) }, (_, i) => {
    const [row, column] = [Math.floor(i / WIDTH), i % WIDTH];
    let sum = 1.5 + (b[column] as number);
    for (let k = 0; k < WIDTH; k++) sum += (x.data[row * WIDTH + k] as number) * (w[k * WIDTH + column] as number);
    return sum;
  });
};

describe("singlePrecision()", () => {
  it.each(["float16", "float32"] as const)(
    "computes a half-precision graph with %s inputs in float32",
    async (outer) => {
      const graph = halfGraph(outer);
      const result = singlePrecision({ graph, opsets });
      expect(result.graph.inputs[0]?.dtype).toBe("float32");
      expect(result.graph.outputs[0]?.dtype).toBe("float32");
      const [y] = await runGraph(result.graph, opsets, ["y"], { x });
      expect(y?.data as Float32Array).toBeAllClose(expected(), { atol: 1e-5 });
      // The one of the weight; small constants are widened at once.
      expect(operators(result).filter((opType) => opType === "Cast")).toHaveLength(1);
      expect(result.notes).toEqual(["2 float16 constants widened, all arithmetic in float32"]);
    },
  );

  it("leaves the bytes of weights where they are", () => {
    const graph = halfGraph("float16");
    const [before] = graph.initializers;
    expect(singlePrecision({ graph, opsets }).graph.initializers).toContain(before);
  });

  it("widens bfloat16", async () => {
    const bits = Uint16Array.from({ length: WIDTH * WIDTH }, (_, i) => 0x3f80 + (i % 97));
    const b = new GraphBuilder({ opsets });
    const w = b.constant({ dtype: "bfloat16", shape: [WIDTH, WIDTH], data: bits });
    const widened = b.emit("Cast", [w], { attributes: { to: int(1) } });
    b.output(b.matmul(b.input("x", "float32", ["batch", WIDTH]), widened), "y");
    const result = singlePrecision({ graph: b.build(), opsets });
    const ones = floatTensor(new Float32Array(WIDTH).fill(1), [1, WIDTH]);
    const [y] = await runGraph(result.graph, opsets, ["y"], { x: ones });
    const wide = bfloat16ToFloat(bits);
    const sums = Array.from({ length: WIDTH }, (_, column) => {
      return Array.from({ length: WIDTH }, (_, row) => wide[row * WIDTH + column] as number).reduce((a, c) => a + c);
    });
    expect(y?.data as Float32Array).toBeAllClose(sums);
  });

  it("finds nothing more to do in what it made", () => {
    const once = singlePrecision({ graph: halfGraph("float16"), opsets });
    expect(singlePrecision(once).graph).toBe(once.graph);
  });

  it("leaves float32 graphs alone", () => {
    const b = new GraphBuilder({ opsets });
    const leaky = b.emit("LeakyRelu", [b.input("x", "float32", ["n"])], { attributes: { alpha: float(0.1) } });
    b.output(leaky, "y");
    const graph = b.build();
    expect(singlePrecision({ graph, opsets }).graph).toBe(graph);
  });
});

import { describe, expect, it } from "vitest";
import { definedValues } from "../../../../test/support/quantised-arithmetic.ts";
import { operators, ramp, rewritten } from "../../../../test/support/rewritten.ts";
import { runGraph } from "../../../../test/support/run-graph.ts";
import { GraphBuilder } from "../graph/builder.ts";
import { type Attributes, int, ints } from "../onnx/model.ts";
import { floatTensor, type Tensor } from "../tensor/tensor.ts";
import { dequantise } from "./dequantise.ts";
import type { Draft } from "./pass.ts";

const MICROSOFT = "com.microsoft";
const opsets = { "": 17, [MICROSOFT]: 1 };

const bytes = (dtype: "int8" | "uint8", shape: readonly number[], seed = 1): Tensor => {
  const values = Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => (seed * 89 + i * 53) % 251);
  return { dtype, shape, data: dtype === "int8" ? Int8Array.from(values, (v) => v - 125) : Uint8Array.from(values) };
};
const one = (dtype: "int8" | "uint8", value: number): Tensor => ({
  dtype,
  shape: [],
  data: dtype === "int8" ? Int8Array.of(value) : Uint8Array.of(value),
});
const list = (dtype: "int8" | "uint8", values: readonly number[]): Tensor => ({
  dtype,
  shape: [values.length],
  data: dtype === "int8" ? Int8Array.from(values) : Uint8Array.from(values),
});
const real = (...values: readonly number[]) => floatTensor(values, values.length === 1 ? [] : [values.length]);

const X = ramp([2, 3, 4]);
/** Whole steps of `X` between -1 and 1. */
const STEP = 1 / 127;

type Write = (b: GraphBuilder, x: string, k: (tensor: Tensor) => string) => string;

const draftOf = (write: Write, input: Tensor = X): Draft => {
  const b = new GraphBuilder({ opsets });
  const x = b.input("x", input.dtype, ["batch", ...input.shape.slice(1)]);
  b.output(
    write(b, x, (tensor) => b.constant(tensor)),
    "y",
  );
  return { graph: b.build(), opsets };
};

const microsoft = (b: GraphBuilder, opType: string, inputs: readonly string[], attributes: Attributes = {}) =>
  b.emit(opType, inputs, { domain: MICROSOFT, attributes });

const quantised: Write = (b, x, k) => b.emit("QuantizeLinear", [x, k(real(STEP)), k(one("uint8", 128))]);
const back = (b: GraphBuilder, q: string, k: (tensor: Tensor) => string, scale = STEP, zero = 128) =>
  b.emit("DequantizeLinear", [q, k(real(scale)), k(one("uint8", zero))]);

const ROWS: readonly (readonly [name: string, write: Write])[] = [
  ["QuantizeLinear and DequantizeLinear", (b, x, k) => back(b, quantised(b, x, k), k)],
  ["movements in between", (b, x, k) => {
    const q = b.transpose(b.reshape(quantised(b, x, k), [0, 3, 2, 2]), [0, 2, 1, 3]);
    return back(b, b.concat([q, q], 1), k);
  }],
  ["a quantised weight", (b, x, k) => {
    const w = b.emit("DequantizeLinear", [k(bytes("int8", [4, 5])), k(real(0.01)), k(one("int8", 3))]);
    return b.matmul(back(b, quantised(b, x, k), k), w);
  }],
  ["DynamicQuantizeLinear, MatMulInteger, Cast, Mul", (b, x, k) => {
    const [q, scale, zero] = b.emitMany("DynamicQuantizeLinear", [x], 3) as [string, string, string];
    const product = b.emit("MatMulInteger", [q, k(bytes("int8", [4, 5])), zero, k(one("int8", -7))]);
    return b.mul(b.emit("Cast", [product], { attributes: { to: int(1) } }), b.mul(scale, k(real(0.01))));
  }],
  ["the same with scales and zero points per column", (b, x, k) => {
    const [q, scale, zero] = b.emitMany("DynamicQuantizeLinear", [x], 3) as [string, string, string];
    const product = b.emit("MatMulInteger", [q, k(bytes("int8", [4, 3])), zero, k(list("int8", [1, -2, 3]))]);
    return b.mul(b.emit("Cast", [product], { attributes: { to: int(1) } }), b.mul(scale, k(real(0.01, 0.02, 0.03))));
  }],
  ["two quantised values multiplied", (b, x) => {
    const [q, scale, zero] = b.emitMany("DynamicQuantizeLinear", [x], 3) as [string, string, string];
    const product = b.emit("MatMulInteger", [q, b.transpose(q, [0, 2, 1]), zero, zero]);
    return b.mul(b.mul(b.emit("Cast", [product], { attributes: { to: int(1) } }), scale), scale);
  }],
  ["DynamicQuantizeMatMul", (b, x, k) =>
    microsoft(b, "DynamicQuantizeMatMul", [x, k(bytes("int8", [4, 3])), k(real(0.01)), k(one("int8", 2)), k(real(1, 2, 3))])],
  ["MatMulIntegerToFloat", (b, x, k) => {
    const [q, scale, zero] = b.emitMany("DynamicQuantizeLinear", [x], 3) as [string, string, string];
    return microsoft(b, "MatMulIntegerToFloat", [q, k(bytes("uint8", [4, 3])), scale, k(real(0.01)), zero, k(one("uint8", 99))]);
  }],
  ["QLinearMatMul", (b, x, k) => {
    const own = [quantised(b, x, k), k(real(STEP)), k(one("uint8", 128))];
    const weight = [k(bytes("int8", [4, 3])), k(real(0.01)), k(one("int8", 0))];
    return back(b, b.emit("QLinearMatMul", [...own, ...weight, k(real(0.02)), k(one("uint8", 120))]), k, 0.02, 120);
  }],
  ["QGemm with a whole-number bias", (b, x, k) => {
    const rows = b.reshape(x, [-1, 4]);
    const own = [quantised(b, rows, k), k(real(STEP)), k(one("uint8", 128))];
    const weight = [k(bytes("int8", [3, 4])), k(real(0.01)), k(one("int8", 0))];
    const bias = k({ dtype: "int32", shape: [3], data: Int32Array.of(9000, -5000, 100) });
    return back(b, microsoft(b, "QGemm", [...own, ...weight, bias, k(real(0.02)), k(one("uint8", 120))], { transB: int(1) }), k, 0.02, 120);
  }],
  ["QLinearAdd and QLinearSigmoid", (b, x, k) => {
    const own = [quantised(b, x, k), k(real(STEP)), k(one("uint8", 128))];
    const sum = microsoft(b, "QLinearAdd", [...own, ...own, k(real(0.02)), k(one("uint8", 128))]);
    const inputs = [sum, k(real(0.02)), k(one("uint8", 128)), k(real(1 / 255)), k(one("uint8", 0))];
    return back(b, microsoft(b, "QLinearSigmoid", inputs), k, 1 / 255, 0);
  }],
  ["QLinearConcat", (b, x, k) => {
    const own = [quantised(b, x, k), k(real(STEP)), k(one("uint8", 128))];
    const parts = [k(real(STEP)), k(one("uint8", 128)), ...own, ...own];
    return back(b, microsoft(b, "QLinearConcat", parts, { axis: int(1) }), k);
  }],
  ["ConvInteger", (b, x, k) => {
    const [q, scale, zero] = b.emitMany("DynamicQuantizeLinear", [b.reshape(x, [0, 1, 3, 4])], 3) as [string, string, string];
    const product = b.emit("ConvInteger", [q, k(bytes("uint8", [2, 1, 2, 2])), zero, k(one("uint8", 128))]);
    return b.mul(b.emit("Cast", [product], { attributes: { to: int(1) } }), b.mul(scale, k(real(0.01))));
  }],
  ["QLinearConv with scales per channel", (b, x, k) => {
    const own = [quantised(b, b.reshape(x, [0, 1, 3, 4]), k), k(real(STEP)), k(one("uint8", 128))];
    const weight = [k(bytes("int8", [2, 1, 2, 2])), k(real(0.01, 0.02)), k(list("int8", [0, 0]))];
    const bias = k({ dtype: "int32", shape: [2], data: Int32Array.of(9000, -5000) });
    const y = b.emit("QLinearConv", [...own, ...weight, k(real(0.05)), k(one("uint8", 128)), bias], { attributes: { kernel_shape: ints([2, 2]) } });
    return back(b, y, k, 0.05, 128);
  }],
  ["QAttention", (b, x, k) => {
    const [q, scale, zero] = b.emitMany("DynamicQuantizeLinear", [x], 3) as [string, string, string];
    const inputs = [q, k(bytes("int8", [4, 12])), k(ramp([12], 5)), scale, k(real(0.005)), "", zero, k(one("int8", 0))];
    return microsoft(b, "QAttention", inputs, { num_heads: int(2) });
  }],
]; // biome-ignore format: one table

/** Operators that only quantised graphs have. */
const QUANTISED = /Quant|Integer|^Q/;

describe("dequantise()", () => {
  it.each(ROWS)("computes %s in float32, within the rounding", async (_, write) => {
    const comparison = { rtol: 0, atol: 0.05, authority: definedValues };
    const result = await rewritten(dequantise, draftOf(write), { x: X }, comparison);
    expect(operators(result).filter((opType) => QUANTISED.test(opType))).toEqual([]);
    expect(result.dequantised).toBe(true);
    expect(result.notes[0]).toMatch(/^computed in float32: /);
  });

  // Whatever the processor: of those whose 8-bit kernels saturate, the ones that do not are asked for.
  it.each(ROWS)("is held to definitions that the engine keeps: %s", async (_, write) => {
    const { graph } = draftOf(write);
    const [defined] = await definedValues(graph, opsets, ["y"], { x: X });
    const [found] = await runGraph(graph, opsets, ["y"], { x: X }, undefined, { exactProducts: true });
    expect(found?.shape).toEqual(defined?.shape);
    // One step of the coarsest result, where a value lies between two of them.
    expect(found?.data as Float32Array).toBeAllClose(defined?.data as Float32Array, { rtol: 0, atol: 0.0501 });
  });

  it("is exact where nothing is rounded", async () => {
    // Multiples of the step, so that quantising the input changes nothing.
    const x = floatTensor(
      Float32Array.from(X.data, (value) => Math.round(value * 100) * 0.5),
      X.shape,
    );
    const draft = draftOf((b, input, k) => {
      const q = b.emit("QuantizeLinear", [input, k(real(0.5)), k(one("uint8", 128))]);
      const w = b.emit("DequantizeLinear", [k(bytes("int8", [4, 5])), k(real(0.25)), k(one("int8", 3))]);
      return b.matmul(back(b, q, k, 0.5), w);
    });
    await rewritten(dequantise, draft, { x }, { rtol: 0, atol: 0, authority: definedValues });
  });

  const stored: readonly (readonly [string, Tensor, Tensor, Tensor | undefined, Attributes])[] = [
    ["one scale", bytes("int8", [4, 6]), real(0.013), one("int8", -9), {}],
    ["one scale, no zero point", bytes("int8", [4, 6]), real(0.013), undefined, {}],
    ["a scale per column", bytes("uint8", [4, 3]), real(0.1, 0.2, 0.3), list("uint8", [1, 128, 255]), { axis: int(1) }],
    ["a scale per row", bytes("int8", [3, 4]), real(0.1, 0.2, 0.3), list("int8", [1, 0, -5]), { axis: int(0) }],
    ["a scale per row, counted from the end", bytes("int8", [3, 4]), real(0.1, 0.2, 0.3), list("int8", [1, 0, -5]), { axis: int(-2) }],
  ]; // biome-ignore format: one table

  it.each(stored)(
    "gives stored weights exactly as DequantizeLinear does: %s",
    async (_, q, scale, zero, attributes) => {
      const draft = draftOf((b, x, k) => {
        const inputs = [k(q), k(scale), ...(zero === undefined ? [] : [k(zero)])];
        return b.add(
          b.emit("DequantizeLinear", inputs, { attributes }),
          b.mul(b.reduceSum(x, [0, 1, 2], false), b.scalar(0)),
        );
      });
      const result = await rewritten(dequantise, draft, { x: X }, { rtol: 0, atol: 0 });
      expect(operators(result)).not.toContain("DequantizeLinear");
    },
  );

  it("finds tables of word vectors again: the rows of a quantised table are rows of a dequantised one", async () => {
    const ids: Tensor = { dtype: "int64", shape: [2, 3], data: BigInt64Array.of(0n, 3n, 1n, 2n, 2n, 0n) };
    const draft = draftOf((b, x, k) => back(b, b.emit("Gather", [k(bytes("uint8", [4, 6])), x]), k, 0.01, 100), ids);
    const result = await rewritten(dequantise, draft, { x: ids }, { rtol: 0, atol: 0 });
    expect(operators(result)).toEqual(["Cast", "Cast", "Sub", "Mul", "Gather", "Identity"]);
  });

  it("keeps the rounding of weights that the graph rounds itself", async () => {
    const draft = draftOf((b, x, k) => b.matmul(x, back(b, quantised(b, k(ramp([4, 2], 4)), k), k)));
    await rewritten(dequantise, draft, { x: X });
  });

  describe("weights in blocks", () => {
    const [N, K] = [6, 40];
    const columns = ramp([2, 3, K]);

    const cases = [2, 4, 8].flatMap((bits) => [16, 32].map((block) => ({ bits, block })));

    it.each(cases)("MatMulNBits with $bits bits in blocks of $block", async ({ bits, block }) => {
      // 2 bits have no kernel on the processor of every engine: their unpacking is checked by hand below.
      const blocks = Math.ceil(K / block);
      const packed = bytes("uint8", [N, blocks, (block * bits) / 8]);
      const scales = ramp([N, blocks], 2);
      const perRow = Math.ceil((blocks * bits) / 8);
      const zeroPoints = bytes("uint8", [N, perRow], 7);
      for (const zero of [undefined, zeroPoints]) {
        const draft = draftOf((b, x, k) => {
          const inputs = [x, k(packed), k(scales), ...(zero === undefined ? [] : [k(zero)])];
          const attributes = { N: int(N), K: int(K), bits: int(bits), block_size: int(block) };
          return microsoft(b, "MatMulNBits", inputs, attributes);
        }, columns);
        const { graph } = dequantise(draft);
        const [y] = await runGraph(graph, opsets, ["y"], { x: columns });
        const at = (data: Uint8Array, i: number) =>
          ((data[Math.floor((i * bits) / 8)] as number) >> ((i * bits) % 8)) & (2 ** bits - 1);
        const weight = (n: number, j: number) => {
          const i = Math.floor(j / block);
          const own = (packed.data as Uint8Array).subarray((n * blocks * block * bits) / 8);
          const centre = zero === undefined ? 2 ** (bits - 1) : at((zero.data as Uint8Array).subarray(n * perRow), i);
          return (at(own, i * block + (j % block)) - centre) * (scales.data[n * blocks + i] as number);
        };
        const expected = Array.from({ length: 6 * N }, (_, i) => {
          const [row, n] = [Math.floor(i / N), i % N];
          return Array.from({ length: K }, (_, j) => (columns.data[row * K + j] as number) * weight(n, j)).reduce(
            (a, b) => a + b,
          );
        });
        expect(y?.data as Float32Array).toBeAllClose(expected, { rtol: 1e-5, atol: 1e-4 * 2 ** (bits - 4) });
        if (bits > 2) await rewritten(dequantise, draft, { x: columns }, { rtol: 1e-4, atol: 1e-3 * 2 ** (bits - 4) });
      }
    });
  });

  describe("weights in blocks, further forms", () => {
    const [N, K] = [6, 64];
    const columns = ramp([2, 3, K]);
    const sizes: Attributes = { N: int(N), K: int(K), bits: int(4), block_size: int(16) };
    const packed = bytes("uint8", [N, 4, 8]);
    const scales = ramp([N, 4], 2);
    const close = { rtol: 1e-4, atol: 1e-3 };

    it("MatMulNBits whose columns belong to blocks in another order, with a bias and zero points of float32", async () => {
      const groups: Tensor = {
        dtype: "int32",
        shape: [K],
        data: Int32Array.from({ length: K }, (_, i) => (i * 7) % 4),
      };
      const forms: readonly (readonly string[])[] = [["", "bias"], ["groups"], ["groups", "bias"]];
      for (const form of forms) {
        const draft = draftOf((b, x, k) => {
          const own = [form[0] === "" ? "" : k(groups), form[1] === undefined ? "" : k(ramp([N], 5))];
          const zero = form[0] === "" ? k(ramp([N, 4], 6)) : "";
          return microsoft(b, "MatMulNBits", [x, k(packed), k(scales), zero, ...own], sizes);
        }, columns);
        await rewritten(dequantise, draft, { x: columns }, close);
      }
    });

    it.each([0, 1])("MatMulBnb4, kind %i", async (kind) => {
      const attributes: Attributes = { N: int(N), K: int(K), block_size: int(16), quant_type: int(kind) };
      const draft = draftOf((b, x, k) => {
        const inputs = [x, k(bytes("uint8", [(N * K) / 2])), k(ramp([(N * K) / 16], 2))];
        return microsoft(b, "MatMulBnb4", inputs, attributes);
      }, columns);
      await rewritten(dequantise, draft, { x: columns }, close);
    });

    const ids: Tensor = { dtype: "int64", shape: [2, 3], data: BigInt64Array.of(0n, 3n, 1n, 2n, 2n, 0n) };
    const tables = (["int4", "uint4", "uint8"] as const).flatMap((dtype) => [
      { dtype, zero: false },
      { dtype, zero: true },
    ]);

    it.each(tables)("GatherBlockQuantized of $dtype, zero points: $zero", async ({ dtype, zero }) => {
      const draft = draftOf((b, x, k) => {
        // Two numbers in every byte, whatever the type is called.
        const store = (name: string, [rows, width]: readonly [number, number], seed: number) => {
          const data = bytes("uint8", [rows * Math.ceil(width / 2)], seed).data as Uint8Array;
          const shape = dtype === "uint8" ? [rows, Math.ceil(width / 2)] : [rows, width];
          return b.initializer({ name, dtype, shape, storage: { kind: "bytes", bytes: data } });
        };
        const inputs = [
          store("table", [4, 32], 1),
          x,
          k(ramp([4, 2], 2)),
          ...(zero ? [store("zeros", [4, 2], 5)] : []),
        ];
        return microsoft(b, "GatherBlockQuantized", inputs, {
          block_size: int(16),
          quantize_axis: int(1),
          bits: int(4),
        });
      }, ids);
      await rewritten(dequantise, draft, { x: ids }, { rtol: 1e-6, atol: 1e-6 });
    });
  });

  const refused: readonly (readonly [string, Write])[] = [
    ["computes with quantised values as whole numbers", (b, x, k) => {
      const q = quantised(b, x, k);
      return back(b, b.emit("BitShift", [q, q], { attributes: { direction: { kind: "string", value: "LEFT" } } }), k);
    }],
    ["weights are laid out for one device", (b, x, k) => microsoft(b, "MatMulNBits", [x, k(bytes("uint8", [3, 1, 8])), k(ramp([3, 1]))], { weight_prepacked: int(1) })],
    ["its weights have 5 bits", (b, x, k) => microsoft(b, "MatMulNBits", [x, k(bytes("uint8", [3, 1, 8])), k(ramp([3, 1]))], { bits: int(5) })],
    ["its table is not a matrix quantised along its rows", (b, x, k) => microsoft(b, "GatherBlockQuantized", [k(bytes("uint8", [32, 4])), x, k(ramp([2, 4]))], { quantize_axis: int(0) })],
    ["its scale is constant", (b, x, k) => b.emit("Cast", [b.emit("MatMulInteger", [quantised(b, x, k), k(bytes("int8", [4, 2]))])], { attributes: { to: int(1) } })],
  ]; // biome-ignore format: one table

  it.each(refused)("refuses what %s", (reason, write) => {
    expect(() => dequantise(draftOf(write))).toThrow(
      new RegExp(`in float32: node ".*${reason}.*; use the float32 file`),
    );
  });

  it("leaves other graphs alone", () => {
    const draft = draftOf((b, x) => b.neg(x));
    expect(dequantise(draft).graph).toBe(draft.graph);
    expect(dequantise(draft).dequantised).toBeUndefined();
  });
});

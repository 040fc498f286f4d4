import { createNodeRuntime } from "@calig/node/internal/runtime/onnxruntime-node";
import { describe, expect, it } from "vitest";
import { DEFAULT_OPSETS, GraphBuilder } from "../graph/builder.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { floatTensor, type Tensor } from "../tensor/tensor.ts";
import { eightBitKernels } from "./eight-bit-kernels.ts";
import { type AnswersSource, openOwnAnswers } from "./own-answers.ts";

/** Half of every result of the engine's own: what kernels that saturate make of large numbers, on whatever processor. */
function halving(description: string, when: (exactProducts: boolean) => boolean): Runtime {
  const runtime = createNodeRuntime();
  return {
    ...runtime,
    description,
    async compile(model, options) {
      const session = await runtime.compile(model, { ...options, exactProducts: true });
      if (!when(options.exactProducts === true)) return session;
      return {
        ...session,
        async run(feeds, outputs) {
          const fetches = Object.entries(await session.run(feeds, outputs));
          const halved = fetches.map(([name, tensor]): [string, Tensor] => [
            name,
            { ...tensor, data: (tensor.data as Float32Array).map((value) => value / 2) },
          ]);
          return Object.fromEntries(halved);
        },
      };
    },
  };
}

/** Logits of a product of bytes, and of the same product in float32. */
function source(runtime: Runtime): AnswersSource {
  const graphOf = (isQuantised: boolean) => {
    const builder = new GraphBuilder();
    const x = builder.input("x", "float32", [1, 2]);
    const w = builder.constant({ dtype: "int8", shape: [2, 2], data: Int8Array.of(3, -4, 100, 7) });
    if (isQuantised) {
      const [q, scale, zero] = builder.emitMany("DynamicQuantizeLinear", [x], 3) as [string, string, string];
      const product = builder.emit("MatMulInteger", [q, w, zero]);
      const real = builder.emit("Cast", [product], { attributes: { to: { kind: "int", value: 1 } } });
      builder.output(builder.mul(real, scale), "logits");
    } else {
      builder.output(
        builder.matmul(x, builder.emit("Cast", [w], { attributes: { to: { kind: "int", value: 1 } } })),
        "logits",
      );
    }
    return { graph: builder.build(), opsets: DEFAULT_OPSETS, logits: "logits" };
  };
  return {
    file: "model.onnx",
    kind: "quantised",
    accepted: false,
    original: graphOf(true),
    rewritten: graphOf(false),
    classes: 2,
    bytes: 4,
    runtime,
    place: {},
    inputs: [{ x: floatTensor([0.3, 1], [1, 2]) }],
  };
}

const codes = async (runtime: Runtime) => {
  const { warnings, dispose } = await openOwnAnswers(source(runtime));
  await dispose();
  return warnings.map(({ code, message }) => `${code}: ${message}`);
};

describe("openOwnAnswers()", () => {
  it("says by how much 8-bit kernels that saturate move the logits, and measures without them", async () => {
    const runtime = halving("saturating", (exact) => !exact);
    expect(await eightBitKernels(runtime)).toEqual({ saturate: true, avoidable: true });
    const [dequantised = "", saturation = ""] = await codes(runtime);
    // 255 steps over 0..1, two of them rounded by at most half a step, times 3 and 100.
    const [, moved] = /by at most ([\d.]+) /.exec(dequantised) ?? [];
    expect(Number(moved)).toBeLessThan(0.21);
    expect(saturation).toMatch(
      /^saturation: This processor's 8-bit kernels saturate: the file "model.onnx" gives other logits here than elsewhere, which moves the logits of built inputs by at most 50 \(the largest of them is 100\)/,
    );
  });

  it("says where kernels saturate whatever is asked for", async () => {
    const [, saturation = ""] = await codes(halving("always saturating", () => true));
    expect(saturation).toMatch(/gives other logits here than elsewhere; what float32 arithmetic moves cannot be told/);
  });

  it("says nothing of that where kernels are exact", async () => {
    expect((await codes(halving("exact", () => false))).map((text) => text.split(":")[0])).toEqual(["dequantised"]);
  });

  it("goes on where the engine cannot run the file, and says that nothing was measured", async () => {
    const runtime = createNodeRuntime();
    const own = source(runtime);
    const builder = new GraphBuilder();
    builder.output(builder.emit("NoSuchOperator", [builder.input("x", "float32", [1, 2])]), "logits");
    const opened = await openOwnAnswers({ ...own, original: { ...own.original, graph: builder.build() } });
    expect(opened.warnings[0]?.message).toMatch(
      /by an amount that was not measured, because this engine has no kernels/,
    );
    expect(await opened.answers.logits(own.inputs[0] ?? {})).toBeUndefined();
    await opened.dispose();
  });
});

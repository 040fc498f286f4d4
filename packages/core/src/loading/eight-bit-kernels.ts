/**
 * @file Whether an engine's products of 8-bit numbers saturate on this processor, asked of the engine itself.
 *
 * x86 processors with AVX2 or AVX-512 but without VNNI multiply unsigned by signed bytes and add pairs of products in 16
 * bits, which overflow where the numbers are large (MLAS, U8S8 kernels). The same file then gives other logits than on
 * other processors, unless the engine is told to take exact kernels.
 */

import { GraphBuilder } from "../graph/builder.ts";
import { createModel } from "../onnx/create-model.ts";
import { encodeModel } from "../onnx/encode.ts";
import type { Graph } from "../onnx/model.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { Tensor } from "../tensor/tensor.ts";

export interface EightBitKernels {
  readonly saturate: boolean;
  /** Whether the engine has exact kernels and takes them where it is told to. */
  readonly avoidable: boolean;
}

/** Operators that the engine multiplies bytes for; those around DequantizeLinear it fuses to such. */
const PRODUCTS = new Set([
  "MatMulInteger",
  "ConvInteger",
  "QLinearMatMul",
  "QLinearConv",
  "DynamicQuantizeMatMul",
  "MatMulIntegerToFloat",
  "QGemm",
  "QAttention",
  "MatMulNBits",
  "QuantizeLinear",
]);

/** Whether the engine multiplies 8-bit numbers when it runs a graph. */
export const holdsEightBitProducts = ({ nodes }: Graph): boolean => nodes.some(({ opType }) => PRODUCTS.has(opType));

const ROWS = 4;
const INNER = 64;
const COLUMNS = 16;
const [UNSIGNED, SIGNED] = [255, 127];

/** By the description of the engine: one processor answers for the life of the process. */
const known = new Map<string, Promise<EightBitKernels>>();

/** Multiplies the largest numbers by each other: 4 x 64 by 64 x 16, once a process. @throws {ExecutionError} */
export function eightBitKernels(runtime: Runtime): Promise<EightBitKernels> {
  const found = known.get(runtime.description) ?? probe(runtime);
  known.set(runtime.description, found);
  return found;
}

async function probe(runtime: Runtime): Promise<EightBitKernels> {
  const isExact = async (exactProducts: boolean) => {
    const session = await runtime.compile(probeModel(), { name: "probe of 8-bit products", exactProducts });
    try {
      const a = { dtype: "uint8" as const, shape: [ROWS, INNER], data: new Uint8Array(ROWS * INNER).fill(UNSIGNED) };
      const { y } = (await session.run({ a })) as Record<"y", Tensor>;
      return Array.from(y.data as Int32Array).every((value) => value === UNSIGNED * SIGNED * INNER);
    } finally {
      await session.dispose();
    }
  };
  const saturate = !(await isExact(false));
  return { saturate, avoidable: saturate && (await isExact(true)) };
}

function probeModel(): Uint8Array {
  const builder = new GraphBuilder({ name: "probe" });
  const a = builder.input("a", "uint8", [ROWS, INNER]);
  const data = new Int8Array(INNER * COLUMNS).fill(SIGNED);
  const b = builder.constant({ dtype: "int8", shape: [INNER, COLUMNS], data });
  builder.output(builder.emit("MatMulInteger", [a, b]), "y", "int32", [ROWS, COLUMNS]);
  return encodeModel(createModel(builder.build(), builder.opsets));
}

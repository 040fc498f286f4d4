/** @file Whether an engine works, found out with the smallest program, before anything large is loaded. */

import { GraphBuilder } from "../graph/builder.ts";
import { encodeProgram } from "../program/encode-program.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { floatTensor } from "../tensor/tensor.ts";

const OPSETS = { "": 17, "com.microsoft": 1 };

/** Compiles and runs an addition. @throws {ExecutionError} When the engine, or the device it runs on, does not work. */
export async function tryRuntime(runtime: Runtime): Promise<void> {
  const builder = new GraphBuilder({ name: "trial", opsets: OPSETS });
  const input = builder.input("input", "float32", ["n"]);
  builder.output(builder.add(input, input), "sum", "float32", ["n"]);
  const session = await runtime.compile(encodeProgram(builder.build(), OPSETS, runtime), { name: "trial" });
  try {
    await session.run({ input: floatTensor([1, 2], [2]) });
  } finally {
    await session.dispose();
  }
}

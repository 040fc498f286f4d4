/** @file The test kit of engines: a small program compiled, run and disposed, and what is said of those that are wrong. */

import { ExecutionError } from "../../errors.ts";
import { DEFAULT_OPSETS, GraphBuilder } from "../../graph/builder.ts";
import { encodeProgram } from "../../program/encode-program.ts";
import type { Runtime, Session } from "../../runtime/runtime.ts";
import { floatTensor } from "../../tensor/tensor.ts";
import type { RuntimeDefinition } from "../runtime-definition.ts";
import { apart, type KitCheck, KitReport } from "./report.ts";

/**
 * Checks an engine: names and numbers of programs, batches of several sizes, weights given as bytes of the program, some of
 * the outputs alone, and that failures are `ExecutionError`s that name the program.
 *
 * @returns All checks, each kept.
 * @throws {ExtensionError} When a promise is not kept; lists all of them.
 */
export async function checkRuntime({ name, open }: RuntimeDefinition): Promise<readonly KitCheck[]> {
  const report = new KitReport();
  const runtime = await open();
  await report.expect("describes itself", () =>
    typeof runtime.description === "string" && runtime.description !== "" ? undefined : "it has no description",
  );
  let session: Session | undefined;
  await report.expect("compiles a program and knows its inputs and outputs", async () => {
    session = await runtime.compile(program(runtime), { name: "kit" });
    const found = `${[...session.inputNames].sort()} -> ${[...session.outputNames].sort()}`;
    return found === "x -> product,total" ? undefined : found;
  });
  for (const rows of [1, 3]) {
    await report.expect(`computes ${rows === 1 ? "one row" : `${rows} rows`}`, async () => {
      const data = Array.from({ length: 2 * rows }, (_, i) => i - 1.5);
      const fetches = await session?.run({ x: floatTensor(data, [rows, 2]) });
      const wanted = Array.from({ length: rows }, (_, r) => [data[2 * r], 2 * (data[2 * r + 1] as number)]).flat();
      return (
        apart(fetches?.product?.data as Float32Array, wanted as number[], 1e-6) ??
        (fetches?.product?.shape.join() === `${rows},2` ? undefined : `shape [${fetches?.product?.shape}]`)
      );
    });
  }
  await report.expect("gives only the outputs that are asked for", async () => {
    const fetches = await session?.run({ x: floatTensor([1, 2], [1, 2]) }, ["total"]);
    return apart((fetches?.total?.data ?? []) as Float32Array, [5], 1e-6);
  });
  await report.expect("fails with an ExecutionError that names the program", async () => {
    const failures: readonly (() => unknown)[] = [
      () => session?.run({ y: floatTensor([1], [1]) }),
      () => runtime.compile(new Uint8Array([1, 2, 3]), { name: "kit" }),
    ];
    for (const fail of failures) {
      const error = await Promise.resolve()
        .then(fail)
        .then(
          () => undefined,
          (cause: unknown) => cause,
        );
      if (!(error instanceof ExecutionError)) return `${error === undefined ? "nothing is thrown" : String(error)}`;
      if (!error.message.includes("kit")) return `the message is "${error.message}"`;
    }
    return undefined;
  });
  await report.expect("refuses to run what was disposed", async () => {
    await session?.dispose();
    await session?.dispose();
    return session?.run({ x: floatTensor([1, 2], [1, 2]) }).then(
      () => "it runs",
      (error: unknown) => (error instanceof ExecutionError ? undefined : String(error)),
    );
  });
  return report.finish("runtime", name);
}

/** x [rows, 2] times a stored matrix, and the sum of all of it. */
function program(runtime: Runtime): Uint8Array {
  const builder = new GraphBuilder();
  const x = builder.input("x", "float32", ["rows", 2]);
  const product = builder.matmul(x, builder.constant(floatTensor([1, 0, 0, 2], [2, 2])));
  builder.output(product, "product", "float32", ["rows", 2]);
  builder.output(builder.reduceSum(product, [0, 1], false), "total", "float32", []);
  return encodeProgram(builder.build(), DEFAULT_OPSETS, runtime);
}

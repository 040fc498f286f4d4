/** @file The engine in a thread of its own: the same numbers, and a main thread that is free meanwhile. */

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Worker } from "node:worker_threads";
import { streamOf } from "@calig/core/internal/transformer/anatomy";
import { explain, loadModel } from "@calig/node";
import { createThreadedNodeRuntime } from "@calig/node/internal/runtime/threaded-node";
import { expect, it } from "vitest";
import { useTempFolders } from "../support/temp-folder.ts";
import { tinyBertFiles } from "../support/tiny-bert.ts";

const tempFolder = useTempFolders();
const TEXT = "A gripping film that forgets to end, though it begins well and is beautifully shot.";

it("gives the same explanation", async () => {
  const folder = await tempFolder(tinyBertFiles());
  await using here = await loadModel(folder);
  await using there = await loadModel(folder, { thread: true });
  const options = { steps: 8 };
  const [own, threaded] = [await explain(here, TEXT, options), await explain(there, TEXT, options)];
  expect(threaded.attribution).toEqual(own.attribution);
  expect(threaded.blocks).toEqual(own.blocks);
  expect(threaded.model).toEqual(own.model);
});

it("gives the same explanation block by block, where every block is a program of its own", async () => {
  const folder = await tempFolder(tinyBertFiles());
  await using here = await loadModel(folder, { stream: true });
  await using there = await loadModel(folder, { stream: true, thread: true });
  const options = { steps: 4 };
  expect((await explain(there, TEXT, options)).blocks).toEqual((await explain(here, TEXT, options)).blocks);
});

it("leaves the main thread free while it runs", async () => {
  const turns = async (thread: boolean) => {
    await using model = await loadModel("sst2", { thread });
    await explain(model, TEXT, { steps: 16, layers: [0] });
    let count = 0;
    const timer = setInterval(() => count++, 1);
    const rows = 48;
    const feed = (value: bigint) => ({
      dtype: "int64" as const,
      shape: [rows, 64],
      data: new BigInt64Array(rows * 64).fill(value),
    });
    const { ids = "", mask = "", typeIds: types = "" } = streamOf(model.anatomy).inputs;
    await model.programs.forward({ [ids]: feed(1037n), [mask]: feed(1n), [types]: feed(0n) });
    clearInterval(timer);
    return count;
  };
  // A run of hundreds of milliseconds: in this thread the timer fires before and after it, else all the while.
  expect(await turns(true)).toBeGreaterThan(10 * (1 + (await turns(false))));
});

it("fails what is under way when the thread ends, and starts it anew for the next run", async () => {
  const created: Worker[] = [];
  const onWorker = (worker: Worker) => created.push(worker);
  process.on("worker", onWorker);
  try {
    await using model = await loadModel(await tempFolder(tinyBertFiles()), { thread: true });
    const before = await explain(model, TEXT, { steps: 4 });
    const [thread] = created;
    const under = explain(model, TEXT, { steps: 10_000, memory: 1 });
    const failed = expect(under).rejects.toMatchObject({
      code: "CALIG_EXECUTION",
      message: expect.stringContaining("the thread of the engine ended with code 1 while it worked"),
    });
    await thread?.terminate();
    await failed;
    const after = await explain(model, TEXT, { steps: 4 });
    expect(after.attribution).toEqual(before.attribution);
    expect(created).toHaveLength(2);
  } finally {
    process.off("worker", onWorker);
  }
});

it("says what the engine says, and goes on", async () => {
  const runtime = createThreadedNodeRuntime();
  await expect(runtime.compile(new Uint8Array(3), { name: "sweep" })).rejects.toThrow(
    /^Cannot compile the sweep program/,
  );
  await expect(runtime.compile(new Uint8Array(5), { name: "forward" })).rejects.toThrow(/^Cannot compile the forward/);
});

it("refuses a device that the engine does not know, before anything starts", () => {
  expect(() => createThreadedNodeRuntime("tpu" as "cpu")).toThrow(/^Cannot run on device "tpu"/);
});

it("has a thread in a program that is given on the command line", async () => {
  const program = `
    import { loadModel } from "@calig/node";
    const model = await loadModel("sst2", { thread: true });
    console.log(model.facts.id);
    await model.dispose();
  `;
  const options = ["--conditions=calig-source", "--import", "tsx", "--input-type=module", "--eval", program];
  const { stdout } = await promisify(execFile)(process.execPath, options);
  expect(stdout).toBe("sst2\n");
});

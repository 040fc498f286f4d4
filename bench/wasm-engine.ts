/**
 * @file What the engine of browsers takes in Node, where it stands in for the one of Node: both explain the same sentence in turns.
 *
 *     npx tsx -C calig-source bench/wasm-engine.ts [--model sst2] [--runs 7]
 */

import { parseArgs } from "node:util";
import { explain, loadModel } from "@calig/node";
import { createWasmRuntime } from "@calig/node/internal/runtime/wasm-node";

const { values } = parseArgs({
  options: { model: { type: "string", default: "sst2" }, runs: { type: "string", default: "7" } },
});
const TEXT = "A gripping, beautifully shot film that forgets to end.";
const runtime = await createWasmRuntime();
if (runtime === undefined) throw new Error("@calig/web is not installed");

await using native = await loadModel(values.model, { threads: 1 });
await using wasm = await loadModel(values.model, { runtime });
const engines = [native, wasm].map((model) => ({ model, times: [] as number[] }));
for (let run = -1; run < Number(values.runs); run++) {
  for (const { model, times } of engines) {
    const started = performance.now();
    await explain(model, TEXT);
    // The first one compiles.
    if (run >= 0) times.push(performance.now() - started);
  }
}
const median = (times: readonly number[]): number => [...times].sort((a, b) => a - b)[times.length >> 1] as number;
const [own = 0, other = 0] = engines.map(({ times }) => median(times));
console.log(
  `Node on one core: ${own.toFixed(0)} ms; WebAssembly: ${other.toFixed(0)} ms; ratio ${(other / own).toFixed(2)}`,
);

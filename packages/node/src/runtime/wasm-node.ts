/** @file The engine of browsers in Node, for systems that its own engine is not made for: from the package @calig/web. */

import { createRequire } from "node:module";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import type { Runtime } from "@calig/core/internal/runtime/runtime";

/** Not a literal where it is imported: bundlers need not find it, for it is optional. */
const BROWSERS: string = "@calig/web";

/** onnxruntime-web on one core; undefined where @calig/web is not installed. */
export async function createWasmRuntime(): Promise<Runtime | undefined> {
  const here = createRequire(import.meta.url);
  let files: string;
  try {
    const beside = createRequire(here.resolve(`${BROWSERS}/package.json`));
    files = dirname(beside.resolve("onnxruntime-web/ort-wasm-simd-threaded.wasm"));
  } catch {
    return undefined;
  }
  const { createWebRuntime } = (await import(BROWSERS)) as {
    createWebRuntime(options: { readonly wasm: string; readonly threads: number }): Runtime;
  };
  // Its threads are those of browsers.
  return createWebRuntime({ wasm: `${pathToFileURL(files)}/`, threads: 1 });
}

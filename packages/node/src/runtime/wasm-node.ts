/** @file The engine of browsers in Node, for systems that its own engine is not made for: from the package @calig/web. */

import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import type { Runtime } from "@calig/core/internal/runtime/runtime";
import { findFileOfDependency, findPackageFile } from "../util/own-place.ts";

/** onnxruntime-web on one core; undefined where @calig/web is not installed. */
export async function createWasmRuntime(): Promise<Runtime | undefined> {
  const entry = findPackageFile("@calig/web");
  const binary = entry && findFileOfDependency(entry, "onnxruntime-web/ort-wasm-simd-threaded.wasm");
  if (entry === undefined || binary === undefined) return undefined;
  // By its file: it is optional, and bundlers need not look for it.
  const { createWebRuntime } = (await import(
    /* webpackIgnore: true */ /* @vite-ignore */ pathToFileURL(entry).href
  )) as {
    createWebRuntime(options: { readonly wasm: string; readonly threads: number }): Runtime;
  };
  // Its threads are those of browsers.
  return createWebRuntime({ wasm: `${pathToFileURL(dirname(binary))}/`, threads: 1 });
}

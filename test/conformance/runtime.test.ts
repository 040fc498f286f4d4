/** @file Both engines, held to the same cases. What runs in Chromium is in test/web/. */

import { createNodeRuntime } from "@calig/node/internal/runtime/onnxruntime-node";
import { createThreadedNodeRuntime } from "@calig/node/internal/runtime/threaded-node";
import { createWebRuntime } from "@calig/web/internal/runtime/onnxruntime-web";
import { describe, it } from "vitest";
import { ortWasmUrl } from "../support/ort-wasm.ts";
import { RUNTIME_CASES } from "./runtime-cases.ts";

describe.each([
  { engine: "onnxruntime-node", runtime: createNodeRuntime() },
  { engine: "onnxruntime-node in a thread", runtime: createThreadedNodeRuntime() },
  { engine: "onnxruntime-web in Node", runtime: createWebRuntime({ wasm: ortWasmUrl(), threads: 1 }) },
])("$engine", ({ runtime }) => {
  it.each(RUNTIME_CASES)("$name", ({ run }) => run(runtime));
});

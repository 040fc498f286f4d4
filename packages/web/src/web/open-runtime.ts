/** @file The engine of a page: the one that the caller gives, or a new one. */

import { tryRuntime } from "@calig/core/internal/loading/try-runtime";
import type { Runtime } from "@calig/core/internal/runtime/runtime";
import { createWebRuntime } from "../runtime/onnxruntime-web.ts";
import type { WebLoadOptions } from "./load-options.ts";

/** @throws {ExecutionError} When the device does not work. */
export async function openRuntime({ runtime, device, wasm, threads }: WebLoadOptions): Promise<Runtime> {
  if (runtime !== undefined) return runtime;
  const created = createWebRuntime({
    ...(device === undefined ? {} : { device }),
    ...(wasm === undefined ? {} : { wasm }),
    ...(threads === undefined ? {} : { threads }),
  });
  if (device !== undefined && device !== "wasm") await tryRuntime(created);
  return created;
}

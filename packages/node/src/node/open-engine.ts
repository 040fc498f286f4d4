/** @file The engine that models run on: the one of Node, or the one of browsers where there is none for this system. */

import type { Warning } from "@calig/core/internal/attribution/explanation";
import { InvalidOptionError } from "@calig/core/internal/errors";
import type { Device } from "@calig/core/internal/runtime/devices";
import type { Runtime } from "@calig/core/internal/runtime/runtime";
import { createNodeRuntime } from "../runtime/onnxruntime-node.ts";
import { createThreadedNodeRuntime } from "../runtime/threaded-node.ts";
import { createWasmRuntime } from "../runtime/wasm-node.ts";

/** An engine, and what readers are told of it. */
export interface Engine {
  readonly runtime: Runtime;
  readonly warnings: readonly Warning[];
}

const REPLACED: Warning = {
  code: "device-replaced",
  message:
    "The engine of Node is not installed for this system, so that this was computed in WebAssembly, on one core: slower, the same to rounding. Installing calig without --omit=optional brings it, where there is one (docs/packages.md)",
};

/** What the caller says of the engine. */
export interface EngineOptions {
  readonly runtime?: Runtime;
  readonly device?: Device;
  readonly thread?: boolean;
}

/** @throws {InvalidOptionError} When an engine is given, and options of another one. */
export async function chooseEngine({ runtime, device, thread }: EngineOptions): Promise<Engine> {
  if (runtime === undefined) return openEngine(device ?? "cpu", thread === true);
  const other = device === undefined ? (thread === undefined ? undefined : "thread") : "device";
  if (other === undefined) return { runtime, warnings: [] };
  throw new InvalidOptionError(
    `Cannot use the option "${other}" with an engine of your own: it has its own device and threads; leave one of them out`,
    other,
  );
}

/** @throws {ExecutionError} When there is no engine, or this process may not load native code. */
async function openEngine(device: Device, thread: boolean): Promise<Engine> {
  try {
    return { runtime: thread ? createThreadedNodeRuntime(device) : createNodeRuntime(device), warnings: [] };
  } catch (error) {
    const runtime = device === "cpu" && isMissing(error) ? await createWasmRuntime() : undefined;
    if (runtime === undefined) throw error;
    return { runtime, warnings: [REPLACED] };
  }
}

/** Whether the package is not there, as opposed to one that may not be loaded. */
const isMissing = (error: unknown): boolean => {
  const { cause } = error as { readonly cause?: NodeJS.ErrnoException };
  return cause?.code === "MODULE_NOT_FOUND" && /@calig\/engine-/.test(cause.message);
};

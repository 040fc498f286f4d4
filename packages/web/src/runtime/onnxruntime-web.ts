/**
 * @file The engine of browsers: onnxruntime-web, in WebAssembly or on a GPU. In WebAssembly it runs in Node too, where its
 * tests need no browser.
 */

import { ExecutionError, keyword } from "@calig/core/internal/errors";
import { WEB_DEVICES, type WebDevice } from "@calig/core/internal/runtime/devices";
import { compileFailure, isMemoryFailure, runFailure } from "@calig/core/internal/runtime/engine-failure";
import type { Feeds, Fetches, Runtime, Session, SessionOptions } from "@calig/core/internal/runtime/runtime";
import type { DType, TensorData } from "@calig/core/internal/tensor/dtype";
import type { Tensor } from "@calig/core/internal/tensor/tensor";
import wasmBuild, { type InferenceSession, type Tensor as OrtTensor } from "onnxruntime-web/wasm";
import { missingWebGpu } from "./webgpu-adapter.ts";

/** Where programs run, where the engine's own files are, and how many threads it may use. */
export interface WebRuntimeOptions {
  /** "webgpu" loads a build of the engine that is twice as large. Default: "wasm", on the processor. */
  readonly device?: WebDevice;
  /**
   * Address of the folder that holds the files of the installed onnxruntime-web: `ort-wasm-simd-threaded.mjs` and `.wasm`,
   * for WebGPU `ort-wasm-simd-threaded.asyncify.mjs` and `.wasm`. Nothing is ever loaded from anywhere else. Default:
   * beside the engine's own module.
   */
  readonly wasm?: string;
  /** Threads of one operator. More than one need a page that is cross-origin isolated. Default: the engine decides. */
  readonly threads?: number;
}

type Build = typeof wasmBuild;

/** Severity of the log: nothing but what ends the page. What fails is thrown, and told in our words. */
const SILENT = 4;

/** WebAssembly addresses memory by 32 bits. */
const WASM_BYTES = 2 ** 32;

/** There are no options of memory here, and no running block by block. */
const noMemory = (doing: string, program: string, cause: unknown): ExecutionError =>
  new ExecutionError(
    `Cannot ${doing} the ${program} program: WebAssembly has not enough memory for it (at most 4 GB, and what the browser gives); explain a shorter input or fewer blocks (layers), close other pages, use a smaller model, or explain it with Node.js (calig explain, calig serve)`,
    { cause },
  );

/** What the files of the build for a device are called. */
const FILES: Readonly<Record<WebDevice, string>> = {
  wasm: "ort-wasm-simd-threaded",
  webgpu: "ort-wasm-simd-threaded.asyncify",
};

/**
 * onnxruntime-web on a device; operators that a GPU has no kernel for run on the processor. Programs of all runtimes of a
 * page are compiled and run one after the other: each build has one memory. Threads and the place of its files are settled
 * by the first program that a page compiles.
 *
 * @throws {InvalidOptionError} When there is no such device. Whether the device works shows when the first program is
 * compiled.
 */
export function createWebRuntime({ device = "wasm", wasm, threads }: WebRuntimeOptions = {}): Runtime {
  const files = FILES[keyword("device", device, WEB_DEVICES)];
  const { web, common } = wasmBuild.env.versions;
  return {
    description: `onnxruntime-web ${web ?? common} (${device})`,
    lacksFiles: true,
    ...(device === "wasm" ? { mostBytes: WASM_BYTES } : {}),
    ...(device === "webgpu" ? { lacksFusedMatMul: true, lacksHalfPrecision: true } : {}),
    compile: (model, options) =>
      queue(async () => {
        const build = device === "wasm" ? wasmBuild : await webGpuBuild(options.name);
        if (wasm !== undefined) build.env.wasm.wasmPaths = { mjs: `${wasm}${files}.mjs`, wasm: `${wasm}${files}.wasm` };
        const count = threads ?? options.threads;
        if (count !== undefined) build.env.wasm.numThreads = count;
        return wrap(build, await compile(build, model, options, device), options.name, device);
      }),
  };
}

/** Starts a job when all jobs before it have ended, however they did. */
type Queue = <T>(job: () => Promise<T>) => Promise<T>;

function createQueue(): Queue {
  let last: Promise<unknown> = Promise.resolve();
  return (job) => {
    const result = last.then(job);
    last = result.catch(() => undefined);
    return result;
  };
}

const IN_WASM = "; leave the device out to run in WebAssembly";

/** Two runs at once crash a page on WebGPU. */
const queue = createQueue();

let loaded: Build | undefined;

/** Comes into the page when it is first asked for. @throws {ExecutionError} When the browser gives no GPU. */
async function webGpuBuild(program: string): Promise<Build> {
  if (loaded !== undefined) return loaded;
  const fail = (found: string, cause?: unknown) =>
    new ExecutionError(`Cannot compile the ${program} program for device "webgpu": ${found}${IN_WASM}`, { cause });
  const missing = await missingWebGpu();
  if (missing !== undefined) throw fail(missing);
  const { default: build } = await import("onnxruntime-web/webgpu").catch((cause: unknown) => {
    throw fail("the engine for it cannot be loaded; put all files of the application on the server", cause);
  });
  loaded = build as Build;
  return loaded;
}

async function compile(
  build: Build,
  model: Uint8Array,
  options: SessionOptions,
  device: WebDevice,
): Promise<InferenceSession> {
  const { name, weights = {}, weightsFolder, prepack = false } = options;
  if (weightsFolder !== undefined) {
    throw new ExecutionError(
      `Cannot compile the ${name} program: its weights are in a folder, and this engine reads no files; give their bytes`,
    );
  }
  try {
    return await build.InferenceSession.create(model, {
      executionProviders: [device],
      logSeverityLevel: SILENT,
      externalData: Object.entries(weights).map(([path, data]) => ({ path, data })),
      extra: { session: { disable_prepacking: prepack ? "0" : "1" } },
    });
  } catch (cause) {
    if (device === "wasm" && isMemoryFailure(cause)) throw noMemory("compile", name, cause);
    throw device === "wasm" ? compileFailure(name, cause) : compileFailure(name, cause, device, IN_WASM);
  }
}

function wrap(build: Build, session: InferenceSession, name: string, device: WebDevice): Session {
  let disposed = false;
  return {
    inputNames: session.inputNames,
    outputNames: session.outputNames,
    run: (feeds: Feeds, outputs?: readonly string[]): Promise<Fetches> =>
      queue(async () => {
        if (disposed) throw new ExecutionError(`Cannot run the ${name} program: it was disposed`);
        const inputs: Record<string, OrtTensor> = {};
        for (const [key, tensor] of Object.entries(feeds)) inputs[key] = toOrt(build, tensor);
        try {
          const results = outputs === undefined ? await session.run(inputs) : await session.run(inputs, [...outputs]);
          return Object.fromEntries(Object.entries(results).map(([key, value]) => [key, fromOrt(value)]));
        } catch (cause) {
          if (device === "wasm" && isMemoryFailure(cause)) throw noMemory("run", name, cause);
          throw runFailure(name, cause);
        } finally {
          for (const tensor of Object.values(inputs)) tensor.dispose();
        }
      }),
    dispose: (): Promise<void> =>
      queue(async () => {
        if (disposed) return;
        disposed = true;
        await session.release();
      }),
  };
}

const toOrt = (build: Build, { dtype, data, shape }: Tensor): OrtTensor =>
  new build.Tensor(dtype as "float32", data as Float32Array, shape);

function fromOrt(tensor: OrtTensor): Tensor {
  return { dtype: tensor.type as DType, shape: tensor.dims, data: tensor.data as TensorData };
}

/** @file The engine of browsers: onnxruntime-web on the processor, in WebAssembly. Runs in Node too, where its tests need no browser. */

import ort from "onnxruntime-web/wasm";
import { ExecutionError } from "../errors.ts";
import type { DType, TensorData } from "../tensor/dtype.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Feeds, Fetches, Runtime, Session, SessionOptions } from "./runtime.ts";

/** Where the engine's own files are, and how many threads it may use. */
export interface WebRuntimeOptions {
  /**
   * Address of the folder that holds `ort-wasm-simd-threaded.mjs` and `.wasm` of the installed onnxruntime-web. Nothing
   * is ever loaded from anywhere else. Default: beside the engine's own module.
   */
  readonly wasm?: string;
  /** Threads of one operator. More than one need a page that is cross-origin isolated. Default: the engine decides. */
  readonly threads?: number;
}

const FILES = { mjs: "ort-wasm-simd-threaded.mjs", wasm: "ort-wasm-simd-threaded.wasm" };

/**
 * onnxruntime-web on the processor. Runs of all its sessions are executed one after the other: the engine has one
 * memory. Threads and the place of its files are settled by the first program that a page compiles.
 */
export function createWebRuntime({ wasm, threads }: WebRuntimeOptions = {}): Runtime {
  const queue = createQueue();
  return {
    description: `onnxruntime-web ${ort.env.versions.web ?? ort.env.versions.common} (wasm)`,
    compile: (model, options) =>
      queue(async () => {
        if (wasm !== undefined) ort.env.wasm.wasmPaths = { mjs: `${wasm}${FILES.mjs}`, wasm: `${wasm}${FILES.wasm}` };
        const count = threads ?? options.threads;
        if (count !== undefined) ort.env.wasm.numThreads = count;
        return wrap(await compile(model, options), options.name, queue);
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

async function compile(model: Uint8Array, options: SessionOptions): Promise<ort.InferenceSession> {
  const { name, weights = {}, weightsFolder, prepack = false } = options;
  if (weightsFolder !== undefined) {
    throw new ExecutionError(
      `Cannot compile the ${name} program: its weights are in a folder, and this engine reads no files; give their bytes`,
    );
  }
  try {
    return await ort.InferenceSession.create(model, {
      executionProviders: ["wasm"],
      logSeverityLevel: 3,
      externalData: Object.entries(weights).map(([path, data]) => ({ path, data })),
      extra: { session: { disable_prepacking: prepack ? "0" : "1" } },
    });
  } catch (cause) {
    throw new ExecutionError(`Cannot compile the ${name} program: ${reason(cause)}`, { cause });
  }
}

function wrap(session: ort.InferenceSession, name: string, queue: Queue): Session {
  let disposed = false;
  return {
    inputNames: session.inputNames,
    outputNames: session.outputNames,
    run: (feeds: Feeds, outputs?: readonly string[]): Promise<Fetches> =>
      queue(async () => {
        if (disposed) throw new ExecutionError(`Cannot run the ${name} program: it was disposed`);
        const inputs: Record<string, ort.Tensor> = {};
        for (const [key, tensor] of Object.entries(feeds)) inputs[key] = toOrt(tensor);
        try {
          const results = outputs === undefined ? await session.run(inputs) : await session.run(inputs, [...outputs]);
          return Object.fromEntries(Object.entries(results).map(([key, value]) => [key, fromOrt(value)]));
        } catch (cause) {
          throw new ExecutionError(`Cannot run the ${name} program: ${reason(cause)}`, { cause });
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

const toOrt = ({ dtype, data, shape }: Tensor): ort.Tensor =>
  new ort.Tensor(dtype as "float32", data as Float32Array, shape);

function fromOrt(tensor: ort.Tensor): Tensor {
  return { dtype: tensor.type as DType, shape: tensor.dims, data: tensor.data as TensorData };
}

const reason = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

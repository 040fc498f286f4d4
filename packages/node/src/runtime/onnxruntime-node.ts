/** @file The engine of Node: onnxruntime-node, on the processor or on a device that its build offers. */

import { availableParallelism, loadavg } from "node:os";
import { ExecutionError, InvalidOptionError } from "@calig/core/internal/errors";
import type { Device } from "@calig/core/internal/runtime/devices";
import { compileFailure, runFailure } from "@calig/core/internal/runtime/engine-failure";
import type { Feeds, Fetches, Runtime, Session, SessionOptions } from "@calig/core/internal/runtime/runtime";
import type { DType, TensorData } from "@calig/core/internal/tensor/dtype";
import type { Tensor } from "@calig/core/internal/tensor/tensor";
import type ort from "onnxruntime-node";
import { nativeLibrary } from "../util/native-library.ts";
import { requirePackage } from "../util/own-place.ts";

const engine = nativeLibrary(
  loadEngine,
  "onnxruntime-node",
  "run models",
  ", or install @calig/web for its engine in WebAssembly",
);

/** Releases that calig is held to: another one that other software has brought along is left to it. */
const HELD_TO = /^1\.(3\d|[4-9]\d)\./;

/**
 * onnxruntime-node itself where it is installed: it alone can have the files of CUDA. Otherwise the package that has its
 * files for this system, and no others.
 */
function loadEngine(): typeof ort {
  const name = HELD_TO.test(installedVersion())
    ? "onnxruntime-node"
    : `@calig/engine-${process.platform}-${process.arch}`;
  return requirePackage<typeof ort>(name);
}

function installedVersion(): string {
  try {
    return requirePackage<{ readonly version: string }>("onnxruntime-node/package.json").version;
  } catch {
    return "";
  }
}

/** What a device needs that may be missing. */
const NEEDS: Readonly<Record<Device, string>> = {
  cpu: "",
  cuda: "it needs an NVIDIA GPU, CUDA 12, cuDNN 9, and the CUDA files of onnxruntime-node (install it with --onnxruntime-node-install=cuda12)",
  webgpu: "it needs a GPU with its driver (Vulkan, Metal or Direct3D 12)",
};

/**
 * onnxruntime-node on a device; operators that the device has no kernel for run on the processor.
 *
 * Weights in side files stay mapped from the file unless prepacking is asked for, or the device has memory of its own.
 *
 * @throws {InvalidOptionError} When this build of the engine does not know the device. Whether the device works shows
 * when the first program is compiled.
 */
export function createNodeRuntime(device: Device = "cpu"): Runtime {
  const { version, providers } = nodeRuntimeFacts();
  if (!providers.includes(device)) {
    throw new InvalidOptionError(
      `Cannot run on device ${JSON.stringify(device)}: onnxruntime-node ${version} offers ${providers.map((name) => `"${name}"`).join(", ")} on this platform`,
      "device",
      device,
    );
  }
  return {
    description: `onnxruntime-node ${version} (${device})`,
    ...(device === "webgpu" ? { lacksFusedMatMul: true } : {}),
    ...(device === "cpu" ? {} : { lacksHalfPrecision: true }),
    compile: (model, options) => compile(model, options, device),
  };
}

/** Severity of the log: nothing but what ends the process. What fails is thrown, and told in our words. */
const SILENT = 4;

/** Version and execution providers of the installed engine. */
export function nodeRuntimeFacts(): { readonly version: string; readonly providers: readonly string[] } {
  const { env, listSupportedBackends } = engine();
  return {
    version: env.versions.node ?? env.versions.common,
    providers: listSupportedBackends().map((backend) => backend.name),
  };
}

async function compile(model: Uint8Array, options: SessionOptions, device: Device): Promise<Session> {
  const extra: Record<string, string> = { disable_prepacking: options.prepack === true ? "0" : "1" };
  if (options.exactProducts === true) extra.x64quantprecision = "1";
  if (isBusy()) extra["intra_op.allow_spinning"] = "0";
  if (options.weightsFolder !== undefined) {
    extra.model_external_initializers_file_folder_path = options.weightsFolder;
  }
  let session: ort.InferenceSession;
  try {
    session = await engine().InferenceSession.create(model, {
      executionProviders: [device],
      logSeverityLevel: SILENT,
      ...(options.threads === undefined ? {} : { intraOpNumThreads: options.threads }),
      ...(options.weights === undefined
        ? {}
        : { externalData: Object.entries(options.weights).map(([path, data]) => ({ path, data })) }),
      extra: { session: extra },
    });
  } catch (cause) {
    if (device === "cpu") throw compileFailure(options.name, cause);
    const remedy = `; ${NEEDS[device]}; leave the device out to run on the processor`;
    throw compileFailure(options.name, cause, device, remedy);
  }
  return wrap(session, options.name);
}

/**
 * Whether other work keeps the processor busy. Threads of the engine that wait for each other spin, which is quickest where
 * cores are idle; where they are not, it takes time from the thread that is waited for (docs/performance.md).
 */
const isBusy = (): boolean => (loadavg()[0] as number) > availableParallelism();

function wrap(session: ort.InferenceSession, name: string): Session {
  let disposed = false;
  return {
    inputNames: session.inputNames,
    outputNames: session.outputNames,
    async run(feeds: Feeds, outputs?: readonly string[]): Promise<Fetches> {
      if (disposed) throw new ExecutionError(`Cannot run the ${name} program: it was disposed`);
      const inputs: Record<string, ort.Tensor> = {};
      for (const [key, tensor] of Object.entries(feeds)) inputs[key] = toOrt(tensor);
      try {
        const results = outputs === undefined ? await session.run(inputs) : await session.run(inputs, [...outputs]);
        return Object.fromEntries(Object.entries(results).map(([key, value]) => [key, fromOrt(value)]));
      } catch (cause) {
        throw runFailure(name, cause);
      } finally {
        for (const tensor of Object.values(inputs)) tensor.dispose();
      }
    },
    async dispose(): Promise<void> {
      if (disposed) return;
      disposed = true;
      await session.release();
    },
  };
}

const toOrt = ({ dtype, data, shape }: Tensor): ort.Tensor =>
  new (engine().Tensor)(dtype as "float32", data as Float32Array, shape);

function fromOrt(tensor: ort.Tensor): Tensor {
  return { dtype: tensor.type as DType, shape: tensor.dims, data: tensor.data as TensorData };
}

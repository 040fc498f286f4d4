/** @file Versions and resources of this installation. */

import { arch, availableParallelism, cpus, freemem, platform, totalmem } from "node:os";
import { VERSION } from "@calig/core/internal/util/version";
import { nodeRuntimeFacts } from "../runtime/onnxruntime-node.ts";
import { requirePackage } from "../util/own-place.ts";

/** The machine and the engine, as `calig doctor` states them. */
export interface SystemFacts {
  readonly calig: string;
  readonly node: string;
  readonly onnxruntime: string;
  readonly tokenizers: string;
  /** Execution providers that this build of the engine offers. */
  readonly providers: readonly string[];
  readonly platform: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryTotalBytes: number;
  readonly memoryFreeBytes: number;
}

/** What `calig doctor` reports. */
export function systemFacts(): SystemFacts {
  const { version, providers } = nodeRuntimeFacts();
  return {
    calig: VERSION,
    node: process.versions.node,
    onnxruntime: version,
    tokenizers: requirePackage<{ readonly version: string }>("tokenizers/package.json").version,
    providers,
    platform: `${platform()}-${arch()}`,
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryTotalBytes: totalmem(),
    memoryFreeBytes: freemem(),
  };
}

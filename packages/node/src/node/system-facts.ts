/** @file Versions and resources of this installation. */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { arch, availableParallelism, cpus, freemem, platform, totalmem } from "node:os";
import { nodeRuntimeFacts } from "../runtime/onnxruntime-node.ts";

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
    calig: packageVersion(new URL("../../package.json", import.meta.url)),
    node: process.versions.node,
    onnxruntime: version,
    tokenizers: packageVersion(createRequire(import.meta.url).resolve("tokenizers/package.json")),
    providers,
    platform: `${platform()}-${arch()}`,
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryTotalBytes: totalmem(),
    memoryFreeBytes: freemem(),
  };
}

const packageVersion = (path: string | URL): string =>
  (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;

/** @file The process of a worker of a run where calig runs from its sources: it does not inherit the loader of TypeScript. */

import { fileURLToPath } from "node:url";
import { importSource } from "./import-source.mjs";

await importSource(fileURLToPath(new URL("../packages/node/src/cli/run-worker-entry.ts", import.meta.url)));

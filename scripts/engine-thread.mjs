/** @file The thread of the engine where calig runs from its sources: threads do not inherit the loader of TypeScript. */

import { fileURLToPath } from "node:url";
import { importSource } from "./import-source.mjs";

await importSource(fileURLToPath(new URL("../packages/node/src/runtime/engine-thread-node.ts", import.meta.url)));

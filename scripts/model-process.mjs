/** @file The process of a model where calig runs from its sources: it does not inherit the loader of TypeScript. */

import { fileURLToPath } from "node:url";
import { importSource } from "./import-source.mjs";

await importSource(fileURLToPath(new URL("../packages/node/src/server/model-process-entry.ts", import.meta.url)));

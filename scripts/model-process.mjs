/** @file The process of a model where calig runs from its sources: it does not inherit the loader of TypeScript. */

import { register } from "tsx/esm/api";

register();
await import("../packages/node/src/server/model-process-entry.ts");

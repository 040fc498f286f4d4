/** @file The thread of the engine where calig runs from its sources: threads do not inherit the loader of TypeScript. */

import { register } from "tsx/esm/api";

register();
await import("../packages/node/src/runtime/engine-thread-node.ts");

/** @file calig as a server: the HTTP API as a function from requests to answers, and a socket for it. */

export { type AppOptions, createApp, type ServerApp } from "./server/app.ts";
export { DEFAULT_LIMITS, type ServerLimits } from "./server/limits.ts";
export { type Listening, type ListenOptions, listen } from "./server/listen.ts";
export type { ModelHost } from "./server/model-host.ts";
export { type ModelProcess, type ModelProcessOptions, startModelProcess } from "./server/model-process.ts";
export { nodeHandler } from "./server/node-handler.ts";
export type { ServedModel } from "./server/route.ts";

/** @file The HTTP API of calig. */

export * from "@calig/node/server";

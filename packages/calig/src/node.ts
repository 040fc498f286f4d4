/** @file calig in Node: everything of the core, and models from disk. */

export * from "@calig/node";

/** @file Test files with a process of their own: they put modules in place of others, or look at what their process does as a whole. */

export const OWN_PROCESS: readonly string[] = [
  // Modules in place of others.
  "test/code-blocks.test.ts",
  "test/cli/explain.test.ts",
  "test/cli/runs.test.ts",
  "test/cli/tables.test.ts",
  "test/node/wasm-fallback.test.ts",
  // Its memory, its threads, its children, the turns of its loop.
  "test/node/leak.test.ts",
  "test/node/thread.test.ts",
  "test/server/load.test.ts",
  "test/server/model-process.test.ts",
  "test/server/siege.test.ts",
];

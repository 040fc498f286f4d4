import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    setupFiles: ["test/support/matchers.ts"],
    // onnxruntime runs synchronously on its own threads: forks keep a native crash from taking the whole run down.
    pool: "forks",
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});

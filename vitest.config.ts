import { defaultClientConditions, defaultServerConditions } from "vite";
import { defineConfig } from "vitest/config";

/** The packages are tested from their sources, without a build. */
const SOURCE = "calig-source";

export default defineConfig({
  resolve: { conditions: [SOURCE, ...defaultClientConditions] },
  ssr: { resolve: { conditions: [SOURCE, ...defaultServerConditions] } },
  test: {
    include: ["packages/*/src/**/*.test.ts", "test/**/*.test.ts"],
    setupFiles: ["test/support/matchers.ts"],
    // onnxruntime runs synchronously on its own threads: forks keep a native crash from taking the whole run down.
    pool: "forks",
    // What a test loads or starts by Node itself is found as a source as well.
    execArgv: [`--conditions=${SOURCE}`],
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});

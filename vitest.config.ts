import { defaultClientConditions, defaultServerConditions } from "vite";
import { defineConfig } from "vitest/config";

/** The packages are tested from their sources, without a build. */
const SOURCE = "calig-source";

/** Tests without modules in place of others, processes, pages, or a look at the memory. */
const SHARED = [
  "packages/*/src/**/*.test.ts",
  "test/{axioms,conformance,evaluation,graph,models,reference,rules,shapes,transformer}/**/*.test.ts",
];

export default defineConfig({
  resolve: { conditions: [SOURCE, ...defaultClientConditions] },
  ssr: { resolve: { conditions: [SOURCE, ...defaultServerConditions] } },
  test: {
    projects: [
      // Files that leave their process as it was share one: the library is imported once, which is half of their time.
      { extends: true, test: { name: "shared", include: SHARED, isolate: false } },
      { extends: true, test: { name: "own", include: ["test/**/*.test.ts"], exclude: SHARED } },
    ],
    setupFiles: ["test/support/matchers.ts"],
    // onnxruntime runs synchronously on its own threads: forks keep a native crash from taking the whole run down.
    pool: "forks",
    // What a test loads or starts by Node itself is found as a source as well.
    execArgv: [`--conditions=${SOURCE}`],
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});

import { availableParallelism } from "node:os";
import { defaultClientConditions, defaultServerConditions } from "vite";
import { defineConfig } from "vitest/config";
import { OWN_PROCESS } from "./test/support/own-process.ts";

/** The packages are tested from their sources, without a build. */
const SOURCE = "calig-source";

export default defineConfig({
  resolve: { conditions: [SOURCE, ...defaultClientConditions] },
  // Node itself knows no condition "module": of packages that have it, it would get modules without the endings that it needs.
  ssr: { resolve: { conditions: [SOURCE, ...defaultServerConditions.filter((name) => name !== "module")] } },
  test: {
    projects: [
      // Files that leave their process as it was share one, or one for each processor: the library is imported once.
      {
        extends: true,
        test: {
          name: "shared",
          include: ["packages/*/src/**/*.test.ts", "test/**/*.test.ts"],
          exclude: [...OWN_PROCESS],
          isolate: false,
        },
      },
      { extends: true, test: { name: "own", include: [...OWN_PROCESS] } },
    ],
    // Most tests compute on one thread: one processor left to vitest itself, as it does, is one that waits.
    maxWorkers: availableParallelism(),
    // What the sources are translated into is kept from run to run: half of the time of a run of one file.
    experimental: { fsModuleCache: true },
    setupFiles: ["test/support/matchers.ts"],
    // onnxruntime runs synchronously on its own threads: forks keep a native crash from taking the whole run down.
    pool: "forks",
    // What a test loads or starts by Node itself is found as a source as well.
    execArgv: [`--conditions=${SOURCE}`],
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});

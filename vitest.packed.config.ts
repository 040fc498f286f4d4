import { defineConfig } from "vitest/config";

/**
 * Tests of projects that install the packed packages from the registry, build and run: minutes, and a network. Run after a
 * build: npm run test:packed
 */
export default defineConfig({
  test: {
    include: ["test/packed/*.packed.ts"],
    globalSetup: ["test/packed/tarballs.ts"],
    pool: "forks",
    maxWorkers: 2,
    execArgv: ["--conditions=calig-source"],
    testTimeout: 300_000,
    hookTimeout: 600_000,
  },
});

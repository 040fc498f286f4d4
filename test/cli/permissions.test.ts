/** @file Processes that may not do what calig needs: errors of its own, which name what to allow. */

import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Standard error of the sources, run with options of Node. */
const failureOf = (
  nodeOptions: string[],
  argv: string[],
): Promise<{ readonly code: unknown; readonly stderr: string }> =>
  new Promise((resolve) => {
    const bin = fileURLToPath(new URL("../../packages/node/src/cli/bin.ts", import.meta.url));
    execFile(
      process.execPath,
      [...nodeOptions, join(root, "scripts/import-source.mjs"), bin, ...argv],
      { cwd: root, timeout: 100_000 },
      (error, _stdout, stderr) => resolve({ code: error?.code ?? 0, stderr }),
    );
  });

describe("a process that may load no native code", () => {
  it.each([
    ["explain", "a good film"],
    ["explain", "--image", "docs/images/explanation.png"],
    ["serve", "--port", "0", "--model", "sst2"],
  ])("cannot %s, and says what to allow", async (...argv) => {
    const { code, stderr } = await failureOf(["--no-addons"], argv);
    expect(code).toBe(1);
    expect(stderr.trim()).toMatch(/^Error: Cannot [^\n]* may not load native code[^\n]*--allow-addons[^\n]*$/);
  });
});

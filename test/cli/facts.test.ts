/** @file `calig inspect`, `calig models` and `calig doctor`. */

import type { CheckResult } from "@calig/node/internal/cli/self-checks";
import type { BuiltinModel } from "@calig/node/internal/node/builtin-models";
import type { ModelInspection } from "@calig/node/internal/node/inspect-model";
import type { SystemFacts } from "@calig/node/internal/node/system-facts";
import { describe, expect, test } from "vitest";
import { runCli } from "../support/run-cli.ts";

async function done(...argv: string[]): Promise<string> {
  const { code, stdout, stderr } = await runCli(argv);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout;
}

describe("calig inspect", () => {
  test("prints anatomy, operators and gradient coverage of the built-in model", async () => {
    const stdout = await done("inspect");
    expect(stdout).toMatch(/^sst2\n {2}family +bert\n/);
    expect(stdout).toMatch(/\n {2}labels +negative, positive\n/);
    expect(stdout).toMatch(/\n +5 +hidden_state\.5 +/);
    expect(stdout).toMatch(/\n {2}Softmax +ai\.onnx +\d+ +6 +yes\n/);
    expect(stdout).not.toContain("MISSING");
  });

  test("--json gives the same as data", async () => {
    const inspection = JSON.parse(await done("inspect", "--model", "sst2", "--json")) as ModelInspection;
    expect(inspection).toMatchObject({ id: "sst2", family: "bert", blocks: 6, maxLength: 512, warnings: [] });
    expect(inspection.anatomy).toHaveLength(6);
    expect(inspection.operators.filter(({ status }) => status === "missing")).toEqual([]);
  });

  test("refuses a folder that holds no model", async () => {
    const { code, stderr } = await runCli(["inspect", "--model", "test"]);
    expect(code).toBe(1);
    expect(stderr).toContain('there is no "config.json" and no .onnx file in it');
  });
});

describe("calig models", () => {
  test("lists the built-in models with their figures", async () => {
    const stdout = await done("models");
    expect(stdout).toMatch(/^sst2 \(used for texts when no model is named\)\n/);
    expect(stdout).toMatch(/\n {2}accuracy +\d+\.\d% \(SST-2 dev, 872 sentences\)\n/);
    expect(stdout).toContain("\ncifar10 (used for pictures when no model is named)\n");
    expect(stdout).toMatch(/\n {2}accuracy +\d+\.\d% \(CIFAR-10 test \(as JPEG\), 10,000 pictures\)\n/);
    expect(stdout).toContain("Apache-2.0");
  });

  test("--json gives the same as data", async () => {
    const [first, second] = JSON.parse(await done("models", "--json")) as BuiltinModel[];
    expect(first).toMatchObject({ id: "sst2", task: "text-classification", labels: ["negative", "positive"] });
    expect(second).toMatchObject({ id: "cifar10", task: "image-classification" });
  });
});

describe("calig doctor", () => {
  test("finds everything in order", async () => {
    const stdout = await done("doctor");
    for (const name of ["Node.js", "engine", "model", "explanation"]) expect(stdout).toContain(`  ok      ${name}: `);
    expect(stdout).toMatch(/\nEverything works\n$/);
  });

  test("--json gives the same as data", async () => {
    const { ok, system, checks } = JSON.parse(await done("doctor", "--json")) as {
      ok: boolean;
      system: SystemFacts;
      checks: CheckResult[];
    };
    expect(ok).toBe(true);
    expect(system.node).toBe(process.versions.node);
    expect(checks.map((check) => [check.name, check.ok])).toEqual([
      ["Node.js", true],
      ["engine", true],
      ["model", true],
      ["explanation", true],
    ]);
  });

  test("can be interrupted", async () => {
    const run = await runCli(["doctor"], { signal: AbortSignal.abort() });
    expect(run).toEqual({ code: 130, stdout: "", stderr: "Interrupted\n" });
  });
});

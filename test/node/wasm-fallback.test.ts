/** @file A system without the engine of Node: the engine of browsers stands in for it, and explanations say so. */

import { ExecutionError } from "@calig/core/internal/errors";
import { type Explanation, explain, loadModel } from "@calig/node";
import type * as engineOfNode from "@calig/node/internal/runtime/onnxruntime-node";
import { beforeEach, expect, it, vi } from "vitest";
import { useTempFolders } from "../support/temp-folder.ts";
import { tinyBertFiles } from "../support/tiny-bert.ts";
import { tinyVitFiles } from "../support/tiny-vit.ts";

/** What asking for the engine throws, if anything. */
const refused = vi.hoisted(() => ({ with: undefined as unknown }));
vi.mock("../../packages/node/src/runtime/onnxruntime-node.ts", async (original) => {
  const real = await original<typeof engineOfNode>();
  return {
    ...real,
    createNodeRuntime: (...args: Parameters<typeof real.createNodeRuntime>) => {
      if (refused.with !== undefined) throw refused.with;
      return real.createNodeRuntime(...args);
    },
  };
});

const missing = (code: string, message: string) =>
  new ExecutionError("Cannot run models", { cause: Object.assign(new Error(message), { code }) });
const MISSING = missing("MODULE_NOT_FOUND", "Cannot find module '@calig/engine-plan9-x64'");

const tempFolder = useTempFolders();
beforeEach(() => {
  refused.with = undefined;
});

const TEXT = "A gripping film that forgets to end";
const IMAGE = { image: { width: 40, height: 30, data: Uint8Array.from({ length: 3600 }, (_, i) => (i * i) % 251) } };

async function explained(folder: string, input: string | typeof IMAGE): Promise<Explanation> {
  await using model = await loadModel(folder, { thread: false });
  return typeof input === "string" ? explain(model, input) : explain(model, input);
}

it.each([
  ["a text", tinyBertFiles, TEXT],
  ["a picture", tinyVitFiles, IMAGE],
] as const)("explains %s in WebAssembly, says so, and means the same", async (_, files, input) => {
  const folder = await tempFolder(files());
  const own = await explained(folder, input);
  refused.with = MISSING;
  const found = await explained(folder, input);
  expect(found.warnings.map(({ code }) => code)).toEqual(["device-replaced", ...own.warnings.map(({ code }) => code)]);
  expect(found.model).toEqual(own.model);
  const largest = Math.max(...own.attribution.map(Math.abs));
  const differences = found.attribution.map((value, i) => Math.abs(value - (own.attribution[i] as number)));
  // Scores are float32; what words put in and taken out change is a difference of two of them.
  const rounding = 2 ** -22 * Math.max(1, Math.abs(own.target.score));
  expect(Math.max(...differences)).toBeLessThan(1e-4 * largest + rounding);
});

it("replaces nothing where native code is forbidden, or another device is asked for", async () => {
  const folder = await tempFolder(tinyBertFiles());
  refused.with = missing("ERR_DLOPEN_DISABLED", "Cannot load native addon");
  await expect(loadModel(folder)).rejects.toBe(refused.with);
  refused.with = MISSING;
  await expect(loadModel(folder, { device: "cuda" })).rejects.toBe(MISSING);
});

/** @file Pipelines of @huggingface/transformers in Chromium: explained from the browser's cache, with their logits, without a request. */

import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Misdeeds, useBrowser, watch } from "../support/browser.ts";
import { bundle } from "../support/bundle.ts";
import { ortWasmFolder } from "../support/ort-wasm.ts";
import { PIPELINE_ANSWERS } from "../support/pipeline-answers.ts";
import { pipelineModels } from "../support/pipeline-models.ts";
import { type StaticServer, serveFolders } from "../support/static-server.ts";
import { useTempFolders } from "../support/temp-folder.ts";
import type { PipelineHarness } from "./pipeline-harness.ts";

const TEXT = "no film, yes the end";
const PAGE = `<!doctype html><title>pipelines</title><link rel=icon href=data:,><script type=module src=pipeline-harness.js></script>`;

const tempFolder = useTempFolders();
const browser = useBrowser();
let server: StaticServer;
let page: Page;
let misdeeds: Misdeeds;
const requests: string[] = [];
beforeAll(async () => {
  const folder = await tempFolder({ "index.html": PAGE });
  // transformers.js imports the engine at once, calig when a model is loaded.
  const both = /ort\.webgpu\.bundle\.min\.mjs is dynamically imported/;
  await bundle(fileURLToPath(new URL("pipeline-harness.ts", import.meta.url)), folder, both);
  // As a hub lays files out.
  const files = Object.entries(pipelineModels()).map(([path, content]) => {
    const [, name = "", file = ""] = /^(some-one\/\w+)\/(.*)$/.exec(path) ?? [];
    return [`${name}/resolve/main/${file}`, content] as const;
  });
  server = await serveFolders(
    { "": folder, ort: ortWasmFolder(), hub: await tempFolder(Object.fromEntries(files)) },
    { isolated: false },
  );
  page = await (await browser().newContext()).newPage();
  misdeeds = watch(page, server.url);
  await page.goto(server.url);
  await page.waitForFunction(() => "pipelines" in globalThis);
  page.on("request", (request) => requests.push(request.url()));
});
afterAll(() => server?.close());

const run = (task: string, model: string, input: string | object, options: object = {}) =>
  page.evaluate(
    ([task, model, input, options]) =>
      (globalThis as unknown as { readonly pipelines: PipelineHarness }).pipelines.both(task, model, input, options),
    [task, model, input, options] as const,
  );

describe("explain(pipeline, input) in Chromium", () => {
  it.each([
    { task: "text-classification", model: "some-one/classes", input: TEXT },
    { task: "image-classification", model: "some-one/pictures", input: { width: 16, height: 16 } },
  ])("$task: the logits of the pipeline, without another request", async ({ task, model, input }) => {
    requests.length = 0;
    const { wanted, found, asked } = await run(task, model, input, { dtype: "fp32" });
    expect(found).toHaveLength(3);
    for (const [i, logit] of found.entries()) expect(logit).toBeCloseTo(wanted[i] as number, 5);
    // Once for the pipeline; what calig read came from the cache. The engine's own files are the page's.
    expect(asked.filter((path) => path.endsWith(".onnx"))).toHaveLength(1);
    expect(new Set(requests.map((address) => new URL(address).origin))).toEqual(new Set([new URL(server.url).origin]));
    const models = requests.map((address) => new URL(address).pathname).filter((path) => path.startsWith("/hub/"));
    expect(models.filter((path) => path.endsWith(".onnx"))).toHaveLength(1);
  });

  // Of "text-classification" above.
  it.each(Object.keys(PIPELINE_ANSWERS).slice(1))(
    "%s: every number that the pipeline's graph answers",
    async (task) => {
      const { wanted, found } = await page.evaluate(
        (task) => (globalThis as unknown as { readonly pipelines: PipelineHarness }).pipelines.answers(task),
        task,
      );
      expect(wanted.length).toBeGreaterThan(2);
      expect(found).toHaveLength(wanted.length);
      for (const [i, value] of found.entries()) expect(value).toBeCloseTo(wanted[i] as number, 5);
    },
  );

  it("explains the quantised file, which pipelines load by default there", async () => {
    const { dtype, codes } = await run("text-classification", "some-one/classes", TEXT, {});
    expect(dtype).toBe("q8");
    expect(codes).toContain("dequantised");
  });

  it("is made for a task and a model, and says what it does not find", async () => {
    expect(
      await page.evaluate(
        (text) => (globalThis as unknown as { readonly pipelines: PipelineHarness }).pipelines.made(text),
        TEXT,
      ),
    ).toEqual({
      same: true,
      missing: expect.stringMatching(
        /^CheckpointError: Cannot find the files of the pipeline for "text-classification": none of the models in the browser's cache has its config\.json/,
      ),
    });
    expect(misdeeds.requests).toEqual([]);
    // A pipeline asks for files that a model need not have.
    expect(misdeeds.errors.filter((error) => !/404 \(Not Found\)/.test(error))).toEqual([]);
  });
});

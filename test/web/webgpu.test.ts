/**
 * @file The engine on a GPU in Chromium, held to WebAssembly; the GPU is one that the processor plays (SwiftShader). And
 * what is said where there is none.
 */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { encodeSafetensors } from "@calig/core/internal/checkpoint/safetensors";
import { floatToHalf } from "@calig/core/internal/tensor/half";
import type { Browser, Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { RUNTIME_CASES } from "../conformance/runtime-cases.ts";
import { expectNoMisdeeds, type Misdeeds, useBrowser, watch } from "../support/browser.ts";
import { bundle } from "../support/bundle.ts";
import { SOFTWARE_GPU } from "../support/chromium.ts";
import { hashedParameter } from "../support/hashed-weights.ts";
import { ortWasmFolder } from "../support/ort-wasm.ts";
import { type StaticServer, serveFolders } from "../support/static-server.ts";
import { syntheticPicture } from "../support/synthetic-picture.ts";
import { type Files, useTempFolders } from "../support/temp-folder.ts";
import { tinyBertFiles, tinyTensors } from "../support/tiny-bert.ts";
import { tinyTokenizer } from "../support/tiny-tokenizer.ts";
import { tinyVitFiles } from "../support/tiny-vit.ts";
import "../support/matchers.ts";
import type { Harness } from "./harness.ts";

interface InPage {
  readonly harness: Harness;
}

const PAGE = `<!doctype html><title>harness</title><link rel=icon href=data:,><script type=module src=harness.js></script>`;
const TEXT = "A gripping film";
/** Chromium compiles programs for a played GPU with the least of priorities: a busy machine takes minutes for a model. */
const PATIENCE_MS = 600_000;
const ENGINE = "/ort/ort-wasm-simd-threaded.asyncify";

const tempFolder = useTempFolders();
let server: StaticServer;

const fixture = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../fixtures/onnx/${name}.onnx`, import.meta.url)));

/** The tiny BERT with weights of half precision. */
function halfBertFiles(): Files {
  const tensors = tinyTensors().map(([name, shape]) => {
    return { name, dtype: "float16", shape, data: floatToHalf(hashedParameter(name, shape)) } as const;
  });
  return { ...tinyBertFiles(), "model.safetensors": encodeSafetensors(tensors) };
}

async function vitFiles(): Promise<Files> {
  const { width, height, data } = syntheticPicture(40, 30);
  const picture = await sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
  return { ...tinyVitFiles(), "picture.png": picture };
}

beforeAll(async () => {
  const folder = await tempFolder({ "index.html": PAGE });
  await bundle(fileURLToPath(new URL("harness.ts", import.meta.url)), folder);
  server = await serveFolders(
    {
      "": folder,
      ort: ortWasmFolder(),
      bert: await tempFolder(tinyBertFiles()),
      half: await tempFolder(halfBertFiles()),
      onnx: await tempFolder({ "onnx/model_fp16.onnx": fixture("bert-fp16"), "tokenizer.json": tinyTokenizer() }),
      vit: await tempFolder(await vitFiles()),
    },
    // One thread: the machine of a test has other work.
    { isolated: false },
  );
});
afterAll(() => server?.close());

/** A page and the paths that it asks for from now on. */
async function open(browser: Browser): Promise<{ page: Page; misdeeds: Misdeeds; requests: string[] }> {
  const page = await browser.newPage();
  const misdeeds = watch(page, server.url);
  await page.goto(server.url);
  await page.waitForFunction(() => "harness" in globalThis);
  const requests: string[] = [];
  page.on("request", (request) => requests.push(new URL(request.url()).pathname));
  return { page, misdeeds, requests };
}

const runtimeOf = (page: Page, device: "wasm" | "webgpu") =>
  page.evaluate((device) => (globalThis as unknown as InPage).harness.runtimeOf("bert", { device }), device);

describe("loadModel() on webgpu where there is no GPU", () => {
  const browser = useBrowser();

  it("says so before anything of the engine and the model is loaded", async () => {
    const { page, misdeeds, requests } = await open(browser());
    expect(await runtimeOf(page, "webgpu")).toMatch(
      /^ExecutionError: Cannot compile the trial program for device "webgpu": this browser (gives no GPU|has no WebGPU).*; leave the device out to run in WebAssembly$/,
    );
    expect(requests).toEqual([]);
    expect(misdeeds.requests).toEqual([]);
    expect(await runtimeOf(page, "wasm")).toMatch(/^onnxruntime-web \S+ \(wasm\)$/);
    expect(requests.filter((path) => path.startsWith(ENGINE))).toEqual([]);
    await page.close();
  });
});

describe("loadModel() on webgpu", () => {
  const browser = useBrowser(SOFTWARE_GPU);
  let page: Page;
  let misdeeds: Misdeeds;
  let requests: string[];
  let hasGpu = false;
  beforeAll(async () => {
    ({ page, misdeeds, requests } = await open(browser()));
    hasGpu = await page.evaluate(async () => (await navigator.gpu?.requestAdapter()) != null);
  });
  beforeEach((context) => context.skip(!hasGpu, `this Chromium gives no GPU, not even with ${SOFTWARE_GPU.join(" ")}`));

  it("runs on the GPU, with the files of that build alone", async () => {
    expect(await runtimeOf(page, "webgpu")).toMatch(/^onnxruntime-web \S+ \(webgpu\)$/);
    const engine = requests.filter((path) => path.startsWith("/ort/"));
    expect(engine.sort()).toEqual([`${ENGINE}.mjs`, `${ENGINE}.wasm`]);
    expectNoMisdeeds(misdeeds);
  });

  it("passes the cases of all engines", async () => {
    const results = await page.evaluate(() => (globalThis as unknown as InPage).harness.runCases("webgpu"));
    expect(results).toEqual(Object.fromEntries(RUNTIME_CASES.map(({ name }) => [name, "passed"])));
    expectNoMisdeeds(misdeeds);
  });

  it.each([
    { name: "a checkpoint", folder: "bert", input: TEXT },
    { name: "weights of half precision", folder: "half", input: TEXT },
    { name: "an ONNX file of half precision", folder: "onnx", input: "no film, yes" },
    { name: "a picture", folder: "vit", input: { picture: "vit/picture.png" } },
  ])(
    "explains $name as in WebAssembly",
    async ({ folder, input }) => {
      const explained = (device: "wasm" | "webgpu") =>
        page.evaluate(
          ([folder, input, device]) =>
            (globalThis as unknown as InPage).harness.explainOnce(folder, input, { steps: 4 }, { device }),
          [folder, input, device] as const,
        );
      const found = await explained("webgpu");
      const { attribution } = await explained("wasm");
      const largest = Math.max(...attribution.map(Math.abs));
      expect(found.attribution).toBeAllClose(attribution, { rtol: 1e-3, atol: 1e-3 * largest });
      expect(misdeeds.requests).toEqual([]);
    },
    PATIENCE_MS,
  );
});

/** @file The page where the browser gives a GPU, and where it gives none: what can be chosen, what is said when it does not work. */

import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { writeStaticPage } from "../../scripts/static-page.ts";
import { expectNoMisdeeds, type Misdeeds, useBrowser, watch } from "../support/browser.ts";
import { buildBrowser } from "../support/build-browser.ts";
import { SOFTWARE_GPU } from "../support/chromium.ts";
import { ortWasmFolder } from "../support/ort-wasm.ts";
import { type StaticServer, serveFolders } from "../support/static-server.ts";
import { useTempFolders } from "../support/temp-folder.ts";
import { tinyBertFiles } from "../support/tiny-bert.ts";

const TEXT = "A gripping film";
/** Chromium compiles programs for a played GPU with the least of priorities: a busy machine takes minutes for a model. */
const PATIENCE_MS = 600_000;
const GPU_ENGINE = "ort-wasm-simd-threaded.asyncify.wasm";

const tempFolder = useTempFolders();
let server: StaticServer;
let page: Page;
let misdeeds: Misdeeds;
let requests: string[];

beforeAll(async () => {
  const [site, folder] = [await tempFolder(), await tempFolder()];
  await buildBrowser("packages/page/vite.config.ts", site);
  const bert = { id: "bert", labels: ["no", "perhaps", "yes"], folder: await tempFolder(tinyBertFiles()), bytes: 1 };
  await writeStaticPage(folder, { page: site, engine: ortWasmFolder() }, [bert]);
  server = await serveFolders({ "": folder }, { isolated: false });
});
afterAll(() => server?.close());
afterEach(() => page?.close());

async function open(browser: Browser): Promise<void> {
  page = await browser.newPage();
  misdeeds = watch(page, server.url);
  requests = [];
  page.on("request", (request) => requests.push(new URL(request.url()).pathname.replace(/^.*\//, "")));
  await page.goto(server.url);
  await page.locator("button.main:not([disabled])").waitFor();
}

async function explainText(): Promise<void> {
  await page.locator("#text").fill(TEXT);
  await page.locator("button.main").click();
  await page.locator("calig-text [role=option]").first().waitFor({ timeout: PATIENCE_MS });
}

const devices = () => page.locator("select[name=device] option").allInnerTexts();

describe("the page without a GPU", () => {
  const browser = useBrowser();

  it("offers none", async () => {
    await open(browser());
    expect(await devices()).toEqual([]);
    await explainText();
    expect(requests).not.toContain(GPU_ENGINE);
    expectNoMisdeeds(misdeeds);
  });
});

describe("the page with a GPU", () => {
  const browser = useBrowser(SOFTWARE_GPU);
  let hasGpu = false;
  beforeAll(async () => {
    await open(browser());
    hasGpu = await page.evaluate(async () => (await navigator.gpu?.requestAdapter()) != null);
    await page.close();
  });
  beforeEach(async (context) => {
    context.skip(!hasGpu, `this Chromium gives no GPU, not even with ${SOFTWARE_GPU.join(" ")}`);
    await open(browser());
  });

  it(
    "explains on it when that is chosen, and loads its engine no sooner",
    async () => {
      expect(await devices()).toEqual(["The processor (WebAssembly)", "The GPU (WebGPU)"]);
      await page.locator("select[name=device]").selectOption("webgpu");
      expect(requests).not.toContain(GPU_ENGINE);
      await explainText();
      expect(requests).toContain(GPU_ENGINE);
      expect(await page.locator("calig-result .warnings").count()).toBe(0);
      expectNoMisdeeds(misdeeds);
    },
    PATIENCE_MS,
  );

  it(
    "explains in WebAssembly where it does not work, and says so",
    async () => {
      await page.route(`**/${GPU_ENGINE}`, (route) => route.abort());
      await page.locator("select[name=device]").selectOption("webgpu");
      await explainText();
      expect(await page.locator("calig-result .mind .warning").first().innerText()).toMatch(
        /^Take care\. The GPU does not work here, so that this was computed in WebAssembly: Cannot compile the trial program for device "webgpu": /,
      );
    },
    PATIENCE_MS,
  );
});

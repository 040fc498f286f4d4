/** @file Models that transformers.js left in the cache of Chromium: explained without a request, and what is said where they are not there. */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Explanation } from "@calig/core/internal/attribution/explanation";
import { CheckpointError } from "@calig/core/internal/errors";
import { fromTransformersCache } from "@calig/web";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { expectNoMisdeeds, type Misdeeds, useBrowser, watch } from "../support/browser.ts";
import { bundle } from "../support/bundle.ts";
import { ortWasmFolder } from "../support/ort-wasm.ts";
import { type StaticServer, serveFolders } from "../support/static-server.ts";
import { useTempFolders } from "../support/temp-folder.ts";
import { TINY_CONFIG } from "../support/tiny-bert.ts";
import { tinyTokenizer } from "../support/tiny-tokenizer.ts";
import "../support/matchers.ts";
import type { Harness } from "./harness.ts";

const TEXT = "no film, yes the end";
const PAGE = `<!doctype html><title>harness</title><link rel=icon href=data:,><script type=module src=harness.js></script>`;
/** Where a pipeline that is given an id looks: `env.remoteHost` and `env.localModelPath`. */
const HUB = "https://hub.example";
const LOCAL = "/models";

const FILES = ["config.json", "tokenizer.json", "tokenizer_config.json"];
const QUANTISED = [...FILES, "onnx/model_quantized.onnx"];

const tempFolder = useTempFolders();
const browser = useBrowser();
let server: StaticServer;
let page: Page;
let misdeeds: Misdeeds;
let requests: string[];
/** Of the same files at an address. */
let wanted: { readonly q8: Explanation; readonly fp32: Explanation };

const fixture = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../fixtures/onnx/${name}.onnx`, import.meta.url)));

beforeAll(async () => {
  const folder = await tempFolder({ "index.html": PAGE });
  await bundle(fileURLToPath(new URL("harness.ts", import.meta.url)), folder);
  const model = await tempFolder({
    "config.json": JSON.stringify(TINY_CONFIG),
    "tokenizer.json": tinyTokenizer(),
    "tokenizer_config.json": "{}",
    "onnx/model.onnx": fixture("bert-legacy-17-eager"),
    "onnx/model_quantized.onnx": fixture("bert-q8"),
    "start.html": PAGE,
  });
  server = await serveFolders({ "": folder, ort: ortWasmFolder(), model }, { isolated: false });
  await open();
  wanted = { q8: await explainAt("q8"), fp32: await explainAt("fp32") };
  await page.context().close();
});
afterAll(() => server?.close());

async function open(): Promise<void> {
  page = await (await browser().newContext()).newPage();
  misdeeds = watch(page, server.url);
  await page.goto(server.url);
  await page.waitForFunction(() => "harness" in globalThis);
  requests = [];
  page.on("request", (request) => requests.push(new URL(request.url()).pathname));
}
beforeEach(open);
afterEach(() => page.context().close());

interface InPage {
  readonly harness: Harness;
}
type Options = Parameters<Harness["explainFromCache"]>[2];

/** Entries as a pipeline leaves them: files of the model under a folder's address. */
const entries = (folder: string, files: readonly string[]) =>
  Object.fromEntries(files.map((file) => [`${folder}/${file}`, `model/${file}`]));

/** Puts answers to the addresses `from` into a cache, under the keys. */
async function fill(from: Readonly<Record<string, string>>, cacheName = "transformers-cache"): Promise<void> {
  await page.evaluate(
    async ([name, from]) => {
      const cache = await caches.open(name);
      for (const [key, address] of Object.entries(from)) await cache.put(key, await fetch(address));
    },
    [cacheName, from] as const,
  );
  requests = [];
}

const explain = (model: string, options: Options = {}) =>
  page.evaluate(
    ([model, text, options]) => (globalThis as unknown as InPage).harness.explainFromCache(model, text, options),
    [model, TEXT, options] as const,
  );

const explainAt = (dtype: "q8" | "fp32") =>
  page.evaluate(
    ([text, dtype]) => (globalThis as unknown as InPage).harness.explainOnce("model", text, {}, { dtype }),
    [TEXT, dtype] as const,
  );

/** Times apart, two explanations are the same to the last digit. */
function expectSame(found: Explanation | string, wanted: Explanation): void {
  if (typeof found === "string") throw new Error(found);
  expect({ ...found, cost: wanted.cost, model: { ...found.model, id: wanted.model.id } }).toEqual(wanted);
}

/** Code of the page and of the engine, which is imported when it is needed. */
const isCode = (path: string): boolean => path.startsWith("/ort/") || /^\/[\w-]+\.js$/.test(path);

describe("fromTransformersCache() in Chromium", () => {
  it.each([
    { name: "a model of a hub", folder: `${HUB}/my-name/my-model/resolve/main`, options: {} },
    { name: "a revision", folder: `${HUB}/my-name/my-model/resolve/refs%2Fpr%2F1`, options: { revision: "refs/pr/1" } },
    { name: "a hub below another address", folder: `${HUB}/mirror/my-name/my-model/resolve/main`, options: {} },
    { name: "the page's own server", folder: `${LOCAL}/my-name/my-model`, options: {} },
    { name: "another cache", folder: `${HUB}/my-name/my-model/resolve/main`, options: { cacheName: "own" } },
  ])("explains what a pipeline loaded from $name, without asking for it", async ({ folder, options }) => {
    await fill(entries(folder, QUANTISED), options.cacheName);
    await fill(entries(`${HUB}/other/thing/resolve/main`, ["onnx/model.onnx"]));
    const found = await explain("my-name/my-model", options);
    expect(requests.filter((path) => !isCode(path))).toEqual([]);
    expectNoMisdeeds(misdeeds);
    expectSame(found, wanted.q8);
    expect((found as Explanation).model.id).toBe("my-model");
  });

  it("looks for every file in the local folder first, as pipelines do", async () => {
    await fill({
      ...entries(`${HUB}/my-name/my-model/resolve/main`, [...FILES, "onnx/model.onnx"]),
      // What a server of pages answers where there is no such file.
      [`${LOCAL}/my-name/my-model/model.safetensors`]: "model/start.html",
      ...entries(`${LOCAL}/my-name/my-model`, FILES),
    });
    expectSame(await explain("my-name/my-model"), wanted.fp32);
  });

  it("takes more of the address where several models end alike", async () => {
    await fill(entries(`${HUB}/one/my-model/resolve/main`, QUANTISED));
    await fill(entries(`${HUB}/two/my-model/resolve/main`, [...FILES, "onnx/model.onnx"]));
    expect(await explain("my-model")).toBe(
      'CheckpointError: Cannot load model "my-model" from the browser\'s cache "transformers-cache": it holds "hub.example/one/my-model", "hub.example/two/my-model"; give more of the address of the one that is meant',
    );
    expectSame(await explain("hub.example/two/my-model"), wanted.fp32);
  });

  it("says what is missing", async () => {
    const where = 'from the browser\'s cache "transformers-cache"';
    const remedy =
      "the cache holds what the pipeline asked for: let it load the file first, with the same dtype and revision";
    expect(await explain("my-name/my-model")).toBe(
      `CheckpointError: Cannot load model "my-name/my-model" ${where}: there is no such cache; let a pipeline of transformers.js load the model first`,
    );
    expect(await page.evaluate(() => caches.keys())).toEqual([]);

    const folder = `${HUB}/my-name/my-model/resolve/main`;
    await fill({ ...entries(folder, QUANTISED), ...entries(`${LOCAL}/own`, QUANTISED) });
    await fill({ [`${HUB}/engine/ort.wasm`]: "model/tokenizer_config.json" });
    expect(await explain("my-name/my-modell")).toBe(
      `CheckpointError: Cannot load model "my-name/my-modell" ${where}: it holds "hub.example/my-name/my-model", "${new URL(server.url).host}/models/own"; give the name that a pipeline of transformers.js loaded, or let one load it first`,
    );
    expect(await explain("my-name/my-model", { revision: "v2" })).toBe(
      `CheckpointError: Cannot load model "my-name/my-model" ${where}: it holds its revision "main", not "v2"; give the revision that the pipeline loaded`,
    );
    expect(await explain("my-name/my-model", { dtype: "fp16" })).toBe(
      `InvalidOptionError: Cannot use dtype "fp16": "my-model" has "onnx/model_quantized.onnx"; use one of "q8", or: ${remedy}`,
    );

    await page.evaluate(
      async (address) => (await caches.open("transformers-cache")).delete(address),
      `${folder}/tokenizer.json`,
    );
    expect(await explain("my-name/my-model")).toBe(
      `CheckpointError: Cannot load a tokenizer from "my-model": there is no "tokenizer.json", no "vocab.txt" and no "vocab.json" with "merges.txt"; there is "tokenizer_config.json"; ${remedy}`,
    );
    await page.evaluate(() => caches.delete("transformers-cache"));
    await fill({ [`${HUB}/engine/ort.wasm`]: "model/tokenizer_config.json" });
    expect(await explain("my-name/my-model")).toContain(": it holds no models; give the name");
    expect(requests.filter((path) => !isCode(path))).toEqual([]);
  });
});

describe("fromTransformersCache() elsewhere", () => {
  it("says that there are no caches", async () => {
    const loading = fromTransformersCache("my-name/my-model");
    await expect(loading).rejects.toThrow(CheckpointError);
    await expect(loading).rejects.toThrow(
      "this page has no caches; browsers give them to pages of HTTPS and of localhost only",
    );
  });
});

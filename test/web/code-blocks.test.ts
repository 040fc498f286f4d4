/** @file The programs and the HTML of the pages for browsers (docs/browser.md and others, the README of @calig/web) in Chromium: bundled, and run to their end. */

import { readFile, symlink } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { BrowserContext, Page, Route } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sentence } from "../render/fixtures.ts";
import { useBrowser } from "../support/browser.ts";
import { bundle } from "../support/bundle.ts";
import { codeBlocks } from "../support/code-blocks.ts";
import { docPrograms } from "../support/doc-programs.ts";
import { ortWasmFolder } from "../support/ort-wasm.ts";
import { pipelineModels } from "../support/pipeline-models.ts";
import { type StaticServer, serveFolders } from "../support/static-server.ts";
import { useTempFolders } from "../support/temp-folder.ts";
import { tinyBertFiles } from "../support/tiny-bert.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const HEAD = "<!doctype html><title>blocks</title><link rel=icon href=data:,><body>";
const DATA = `<script id="data" type="application/json">${JSON.stringify(sentence)}</script>`;
/** What a page says of files that a model need not have, of bundles of tests, and of files of 8 bits. */
const USUAL = /404 \(Not Found\)|Lit is in dev mode|onnxruntime|dtype not specified/;

const programs = docPrograms().filter(({ runs }) => runs === "browser");
const started = programs.filter(({ source }) => !source.includes("self.addEventListener"));
const html = codeBlocks().filter(({ language }) => language === "html");

const tempFolder = useTempFolders();
const browser = useBrowser();
let server: StaticServer;
let context: BrowserContext;
const nameOf = (file: string) => basename(file, ".ts");

beforeAll(async () => {
  const sources = programs.map(({ file, source }) => [
    file,
    `${source}\nObject.assign(globalThis, { ended: true });\n`,
  ]);
  const project = await tempFolder({
    "calig.ts": 'import "@calig/web/components";',
    ...Object.fromEntries(sources),
  });
  await symlink(join(ROOT, "node_modules"), join(project, "node_modules"));
  const folder = await tempFolder({
    "explanation.json": JSON.stringify(sentence),
    ...Object.fromEntries(
      started.map(({ file }) => [
        `${nameOf(file)}.html`,
        `${HEAD}<script type=module src=${nameOf(file)}.js></script>`,
      ]),
    ),
    ...Object.fromEntries(
      html.map(({ line, text }) => {
        const around = text.includes("<calig-text") ? "" : `${DATA}<calig-text></calig-text>`;
        return [`html-${line}.html`, `${HEAD}${around}${text}`];
      }),
    ),
  });
  const entries = [...started.map(({ file }) => file), "calig.ts"].map((file) => join(project, file));
  // transformers.js imports the engine at once, calig when a model is loaded.
  await bundle(entries, folder, /ort\.webgpu\.bundle\.min\.mjs is dynamically imported/);
  const bert = Object.entries(tinyBertFiles());
  const models = await tempFolder({
    ...Object.fromEntries(
      ["sst2", "my-model", "my-bert"].flatMap((name) => bert.map(([file, content]) => [`${name}/${file}`, content])),
    ),
    "smollm2-135m-instruct.gguf": await readFile(new URL("../fixtures/gguf/llama.gguf", import.meta.url)),
  });
  server = await serveFolders({ "": folder, ort: ortWasmFolder(), models }, { isolated: false });
  context = await browser().newContext();
  await context.addInitScript(keepWorkers);
  await context.route((address) => !address.href.startsWith(server.url), outside);
});
afterAll(() => server?.close());

/** A hub with the pipeline's model, and the engine of transformers.js: what it asks other machines for. */
async function outside(route: Route): Promise<void> {
  const { hostname, pathname } = new URL(route.request().url());
  const [, file] = /^\/my-name\/my-model\/resolve\/main\/(.*)$/.exec(pathname) ?? [];
  const content = file === undefined ? undefined : pipelineModels()[`some-one/classes/${file}`];
  if (hostname === "huggingface.co" && content !== undefined) return route.fulfill({ body: Buffer.from(content) });
  if (pathname.includes("/onnxruntime-web@")) return route.fulfill({ path: join(ortWasmFolder(), basename(pathname)) });
  return route.fulfill({ status: 404 });
}

/** A page at an address, and what it has to complain about. */
async function open(
  path: string,
): Promise<{ readonly page: Page; readonly said: string[]; readonly errors: string[] }> {
  const page = await context.newPage();
  const said: string[] = [];
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "log") said.push(message.text());
    else if (message.type() === "error" && !USUAL.test(message.text())) errors.push(message.text());
  });
  await page.goto(server.url + path);
  return { page, said, errors };
}

/** Runs in every page: workers that programs make are kept, so that they can be asked. */
function keepWorkers(): void {
  const Native = Worker;
  class Kept extends Native {
    constructor(...given: ConstructorParameters<typeof Native>) {
      super(...given);
      Object.assign(globalThis, { made: this });
    }
  }
  Object.assign(globalThis, { Worker: Kept });
}

/** The words of an explanation that the worker of a program makes. */
const askWorker = (page: Page): Promise<readonly string[]> =>
  page.evaluate(async () => {
    const { made } = globalThis as unknown as { readonly made: Worker };
    const answer = new Promise<{ readonly words: readonly { readonly text: string }[] }>((resolve, reject) => {
      made.addEventListener("message", ({ data }) => resolve(data));
      made.addEventListener("error", ({ message }) => reject(new Error(message)));
    });
    made.postMessage("A gripping film");
    return (await answer).words.map(({ text }) => text);
  });

describe("programs in Chromium", () => {
  it.each(started)("$page:$line runs", async ({ file, source, prints }) => {
    const { page, said, errors } = await open(`${nameOf(file)}.html`);
    await Promise.race([page.waitForFunction(() => "ended" in globalThis), page.waitForEvent("pageerror")]);
    expect(errors).toEqual([]);
    expect(said.length > 0).toBe(prints);
    if (source.includes("document.body.append")) await page.locator("calig-text [role=option]").nth(2).waitFor();
    if (source.includes("new Worker(")) expect(await askWorker(page)).toEqual(["A", "gripping", "film"]);
    await page.close();
  });
});

it.each(html)("the elements of $page:$line show an explanation", async ({ line }) => {
  const { page, errors } = await open(`html-${line}.html`);
  await page.locator("calig-text [role=option]").nth(2).waitFor();
  expect(errors).toEqual([]);
  await page.close();
});

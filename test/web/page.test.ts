/** @file The page in Chromium, with both of its transports: what a reader does, by mouse and by keyboard alone. */

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Explanation } from "@calig/core/internal/attribution/explanation";
import type { AttributionMethod } from "@calig/core/internal/attribution/method";
import { listMethods } from "@calig/core/internal/attribution/method-list";
import { METHODS } from "@calig/core/internal/attribution/methods";
import { defineOption } from "@calig/core/internal/options/option";
import { number } from "@calig/core/internal/options/types";
import { type LoadedModel, loadModel } from "@calig/node";
import { createApp } from "@calig/node/internal/server/app";
import { listen } from "@calig/node/internal/server/listen";
import type { BrowserContextOptions, Download, Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { audio, waveFrames } from "../../examples/extend/audio-modality.ts";
import { writeStaticPage } from "../../scripts/static-page.ts";
import { image as imageFixture, sentence } from "../render/fixtures.ts";
import { auditPage, expectNoMisdeeds, type Misdeeds, useBrowser, watch } from "../support/browser.ts";
import { buildBrowser } from "../support/build-browser.ts";
import { chattyDecoderFiles } from "../support/chatty-decoder.ts";
import { ortWasmFolder } from "../support/ort-wasm.ts";
import { type StaticServer, serveFolders } from "../support/static-server.ts";
import { syntheticPicture } from "../support/synthetic-picture.ts";
import { useTempFolders } from "../support/temp-folder.ts";
import { sound, tinyAudioFiles, wav } from "../support/tiny-audio.ts";
import { tinyBertFiles } from "../support/tiny-bert.ts";
import { tinyVitFiles } from "../support/tiny-vit.ts";

const TEXT = "A gripping film that forgets to end";
/** Gzipped, of all files without the engine and the model; a reader downloads those that his model needs. */
const WEIGHT_LIMIT = 480_000;

interface SelectsText {
  setSelectionRange(from: number, to: number): void;
}

const tempFolder = useTempFolders();
const browser = useBrowser();
let site: string;
let folders: { readonly bert: string; readonly vit: string };

beforeAll(async () => {
  site = await tempFolder();
  await buildBrowser("packages/page/vite.config.ts", site);
  folders = { bert: await tempFolder(tinyBertFiles()), vit: await tempFolder(tinyVitFiles()) };
});

/** Starts whatever answers the page. */
interface Transport {
  readonly name: string;
  readonly place: string;
  start(): Promise<{ readonly url: string; stop(): Promise<void> }>;
}

const TRANSPORTS: readonly Transport[] = [
  {
    name: "the engine in the page",
    place: "Explained in this browser: nothing leaves it",
    async start() {
      const model = (id: keyof typeof folders, labels: readonly string[]) => ({
        id,
        labels,
        folder: folders[id],
        bytes: 1,
      });
      const folder = await tempFolder();
      await writeStaticPage(folder, { page: site, engine: ortWasmFolder() }, [
        model("bert", ["no", "perhaps", "yes"]),
        model("vit", ["circle", "square", "star"]),
      ]);
      const server: StaticServer = await serveFolders({ "": folder });
      return { url: server.url, stop: () => server.close() };
    },
  },
  {
    name: "the server",
    place: "Explained by the server of this page",
    async start() {
      const models: { name: string; model: LoadedModel }[] = [];
      for (const name of ["bert", "vit"] as const) models.push({ name, model: await loadModel(folders[name]) });
      const app = createApp({ models, version: "0.0.0", pageFolder: site });
      const server = await listen(app, { host: "127.0.0.1", port: 0 });
      return {
        url: `${server.url}/`,
        async stop() {
          await server.stop(100);
          for (const { model } of models) await model.dispose();
        },
      };
    },
  },
];

async function contentOf(download: Promise<Download>): Promise<{ readonly name: string; readonly text: string }> {
  const file = await download;
  return { name: file.suggestedFilename(), text: await readFile(await file.path(), "utf8") };
}

describe.each(TRANSPORTS)("the page with $name", ({ place, start }) => {
  let url: string;
  let stop: () => Promise<void>;
  let page: Page;
  let misdeeds: Misdeeds;

  beforeAll(async () => {
    ({ url, stop } = await start());
  });
  afterAll(() => stop?.());
  afterEach(() => page?.context().close());

  async function open(hash = "", context: BrowserContextOptions = {}): Promise<void> {
    page = await (await browser().newContext(context)).newPage();
    page.setDefaultTimeout(60_000);
    misdeeds = watch(page, url);
    await page.goto(url + hash);
    await page.locator("button.main:not([disabled])").waitFor();
  }
  const result = (index = 0) => page.locator("calig-result").nth(index);
  const words = (index = 0) => result(index).locator("calig-text [role=option]");
  /** The technical part, which is folded until a reader opens it. */
  const openTechnical = async (index = 0) => {
    await result(index).locator(".technical > summary").click();
  };
  /** Types a text and waits for its explanation. */
  async function explainText(text = TEXT): Promise<void> {
    await page.locator("#text").fill(text);
    await page.locator("button.main").click();
    await words().first().waitFor();
  }

  it("takes words away by the keyboard, asks the model at once, and explains what is left", async () => {
    await open();
    await explainText();
    const trial = page.locator("calig-try");
    await trial.locator(".try-word").first().focus();
    for (const key of ["ArrowRight", "Enter", "End", " "]) await page.keyboard.press(key);
    expect(await trial.locator("[aria-pressed=true]").allInnerTexts()).toEqual(["gripping", "end"]);
    await trial.locator(".try-table td").first().waitFor();
    expect(await trial.locator(".try-table tbody tr").count()).toBe(3);
    await trial.locator("button.small:not([disabled])", { hasText: "Explain the changed text" }).click();
    await trial.locator("calig-text [role=option]").first().waitFor();
    expect((await trial.locator("calig-text [role=option]").allInnerTexts()).join(" ")).toBe("A film that forgets to");
    await trial.locator("button.small", { hasText: "Change the text" }).click();
    await trial.locator("textarea").fill("Another one");
    await trial.locator(".try-table td").first().waitFor();
    expect(await auditPage(page)).toEqual([]);
    await trial.locator("button.small", { hasText: "as it was" }).click();
    expect(await trial.locator("[aria-pressed=true]").count()).toBe(0);
    expectNoMisdeeds(misdeeds);
  });

  it("explains what is typed", async () => {
    await open();
    expect(await page.locator(".place").innerText()).toBe(place);
    await explainText();
    expect(await words().allInnerTexts()).toEqual(TEXT.split(" "));
    expect(await result().locator(".head h2").innerText()).toMatch(/^(no|perhaps|yes)\s+\d/);
    expect(await result().locator(".classes tbody tr").count()).toBe(3);
    expect(await result().locator(".lede").innerText()).toMatch(/^The model says “(no|perhaps|yes)”\./);
    expect(await result().getByRole("heading", { name: "Keep in mind" }).count()).toBe(1);
    expect(await result().locator(".badge").isVisible()).toBe(false);
    await openTechnical();
    expect(await result().locator(".badge").innerText()).toMatch(/^The numbers add up, but for <?\d+\.\d%$/);
    expect(await result().locator(".rank tbody tr").count()).toBe(TEXT.split(" ").length);
    expectNoMisdeeds(misdeeds);
  });

  it("verifies a model", async () => {
    await open();
    await page.getByRole("button", { name: "Verify this model" }).click();
    const verdict = page.locator("#verified");
    await verdict.waitFor();
    expect(await verdict.innerText()).toBe("calig computes this model rightly: 9 of 9 checks pass (1 does not apply)");
    expect(await page.locator("table.checks tbody tr").count()).toBe(10);
    expect(await auditPage(page)).toEqual([]);
    await explainText();
    expect(await verdict.count()).toBe(0);
    expectNoMisdeeds(misdeeds);
  });

  it("shows one block after the other", async () => {
    await open();
    await explainText();
    await openTechnical();
    const slider = result().locator("input[type=range]");
    await slider.focus();
    await page.keyboard.press("Home");
    expect(await slider.getAttribute("aria-valuetext")).toBe("Block 0");
    await words().nth(2).click();
    expect(await result().locator("calig-text .details").innerText()).toContain("in block 0");
    await result().locator("calig-blocks tbody th button").nth(1).click();
    expect(await slider.getAttribute("aria-valuetext")).toBe("Block 1");
    await result().getByRole("radio", { name: "Relevance" }).check();
    expect(await result().locator("section.blocks .about").innerText()).toContain(
      "Integrated Gradients of the hidden state",
    );
    await result().getByRole("radio", { name: "Tokens" }).check();
    expect(await words().first().innerText()).toBe("[CLS]");
  });

  it("compares two methods, and two classes, on one scale", async () => {
    await open();
    await page.locator("select[name=compare]").selectOption("m:gradient-x-input");
    await explainText();
    await words(1).first().waitFor();
    await openTechnical(1);
    expect(await result(1).locator(".made").innerText()).toContain("Gradient × input");
    await page.locator("select[name=compare]").selectOption("t:perhaps");
    await page.locator("select[name=target]").selectOption("no");
    await page.locator("button.main").click();
    await result(1).locator("h2", { hasText: "perhaps" }).waitFor();
    expect(await result().locator("h2").first().innerText()).toMatch(/^no\b/);
    const bounds = await page
      .locator("calig-text")
      .evaluateAll((texts) => texts.map((text) => (text as unknown as { readonly bound: number }).bound));
    expect(bounds[0]).toBe(bounds[1]);
    expect(bounds[0]).toBeGreaterThan(0);
    expectNoMisdeeds(misdeeds);
  });

  it("takes every other option of the method, and only those", async () => {
    await open();
    const more = page.locator("details.more-options");
    const names = () =>
      more.locator("[name]").evaluateAll((fields) => fields.map((field) => field.getAttribute("name")));
    await more.locator("summary").click();
    expect(await names()).toEqual(
      expect.arrayContaining(["steps", "tolerance", "fusion", "layerWeights", "seed", "heads"]),
    );
    expect(await names()).not.toContain("lambda");
    await page.locator("select[name=fusion]").selectOption("additive");
    await page.locator("input[name=lambda]").fill("0.25");
    await page.locator("input[name=steps]").fill("3");
    await page.locator("input[name=layerWeights]").fill("1, 0");
    expect(await auditPage(page)).toEqual([]);
    await explainText();
    const download = page.waitForEvent("download");
    await result().getByRole("button", { name: "Save as JSON" }).click();
    const { method } = JSON.parse((await contentOf(download)).text) as Explanation;
    expect(method.options).toMatchObject({ fusion: "additive", lambda: 0.25, steps: 3, layerWeights: [1, 0] });
    expect(new URLSearchParams(page.url().split("#")[1]).get("option.lambda")).toBe("0.25");
    expectNoMisdeeds(misdeeds);
    await page.locator("input[name=lambda]").fill("2");
    await page.locator("button.main").click();
    expect(await page.locator(".problem").innerText()).toMatch(/lambda/);
    await page.locator("select[name=method]").selectOption("saliency");
    expect(await names()).not.toContain("fusion");
    await explainText();
  });

  it("saves JSON, HTML, SVG and PNG", async () => {
    await open();
    await explainText();
    const saved = new Map<string, string>();
    for (const format of ["JSON", "HTML", "SVG"]) {
      const download = page.waitForEvent("download");
      await result()
        .getByRole("button", { name: `Save as ${format}` })
        .click();
      const { name, text } = await contentOf(download);
      expect(name).toMatch(new RegExp(`^explanation-(no|perhaps|yes)\\.${format.toLowerCase()}$`));
      saved.set(format, text);
    }
    const explanation = JSON.parse(saved.get("JSON") ?? "") as Explanation;
    expect(explanation.input).toEqual({ kind: "text", text: TEXT });
    expect(saved.get("HTML")).toMatch(/^<!doctype html>/);
    expect(saved.get("SVG")).toContain("gripping");
    const download = page.waitForEvent("download");
    await result().getByRole("button", { name: "Save as PNG" }).click();
    const file = await download;
    expect(file.suggestedFilename()).toMatch(/\.png$/);
    const drawn = await sharp(await file.path()).metadata();
    const [, width, height] = /width="(\d+)" height="(\d+)"/.exec(saved.get("SVG") ?? "") ?? [];
    expect(drawn).toMatchObject({ format: "png", width: 2 * Number(width), height: 2 * Number(height) });
    expectNoMisdeeds(misdeeds);
  });

  it.each(["png", "jpeg"] as const)("explains a picture that is dropped, as %s", async (format) => {
    await open();
    const picture = await sharp(await syntheticPng())
      .toFormat(format)
      .toBuffer();
    await page.evaluate(
      ({ base64, name, type }) => {
        const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File([bytes], name, { type }));
        dispatchEvent(new DragEvent("dragover", { dataTransfer, cancelable: true }));
        dispatchEvent(new DragEvent("drop", { dataTransfer, cancelable: true }));
      },
      { base64: picture.toString("base64"), name: `picture.${format}`, type: `image/${format}` },
    );
    await result().locator("calig-image img.under").waitFor();
    expect(await result().locator("calig-image .photo").count()).toBe(2);
    expect(await result().locator("calig-image .layer image").count()).toBe(1);
    await result().getByRole("radio", { name: "Contours" }).check();
    await expect.poll(() => result().locator("calig-image .layer image").count()).toBe(0);
    expect(await result().locator("calig-image [role=option]").count()).toBe(16);
    expect(await page.locator("select[name=model]").inputValue()).toBe("vit");
    expect(await result().locator("calig-blocks li").count()).toBe(3);
    const download = page.waitForEvent("download");
    await result().getByRole("button", { name: "Save as HTML" }).click();
    expect((await contentOf(download)).text).toContain("data:image/jpeg;base64,");
    expectNoMisdeeds(misdeeds);
  });

  it("reads transparent parts as it is told, and shows what the model saw", async () => {
    await open();
    const logo = await sharp({
      create: { width: 48, height: 32, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
    })
      .png()
      .toBuffer();
    await page.locator("select[name=model]").selectOption("vit");
    await page.locator("#file").setInputFiles({ name: "logo.png", mimeType: "image/png", buffer: logo });
    const photo = result().locator("calig-image img.under");
    const made = async () => {
      const download = page.waitForEvent("download");
      await result().getByRole("button", { name: "Save as JSON" }).click();
      const { input, warnings } = JSON.parse((await contentOf(download)).text) as Explanation;
      const uri = (await photo.getAttribute("src")) ?? "";
      const pixels = await sharp(Buffer.from(uri.slice(uri.indexOf(",") + 1), "base64"))
        .raw()
        .toBuffer();
      return { input, codes: warnings.map(({ code }) => code), pixel: [...pixels.subarray(0, 3)] };
    };
    await photo.waitFor();
    const stored = await made();
    expect(stored.pixel).toEqual([0, 0, 0]);
    expect(stored.codes).toContain("transparency-ignored");
    expect(stored.input).not.toHaveProperty("background");
    const changed = (before: string | null) =>
      page.waitForFunction(
        (old) =>
          document
            .querySelector("calig-result calig-image")
            ?.shadowRoot?.querySelector("img.under")
            ?.getAttribute("src") !== old,
        before,
      );
    const explainAnew = async (name: string, label: string) => {
      const before = await photo.getAttribute("src");
      await page.locator(`select[name=${name}]`).selectOption({ label });
      await page.locator("button.main").click();
      await changed(before);
      return made();
    };
    const white = await explainAnew("background", "On white");
    expect(white).toMatchObject({ input: { background: "white" }, pixel: [255, 255, 255] });
    expect(white.codes).not.toContain("transparency-ignored");
    const grey = await explainAnew("background", "On a colour");
    expect(grey).toMatchObject({ input: { background: "#808080" }, pixel: [128, 128, 128] });
    expect(await page.locator("input[type=color]").inputValue()).toBe("#808080");
    expect(await auditPage(page)).toEqual([]);
    // A portable grey map of 16 bits: the one such file that browsers and servers read alike.
    const scan = Buffer.concat([Buffer.from("P5 48 32 65535\n"), Buffer.alloc(48 * 32 * 2, Buffer.from([90, 0]))]);
    const before = await photo.getAttribute("src");
    await page.locator("#file").setInputFiles({ name: "scan.pgm", mimeType: "image/x-pgm", buffer: scan });
    await changed(before);
    expect(await made()).toMatchObject({ pixel: [255, 255, 255] });
    const scaled = await explainAnew("deepGrey", "Divided by 256");
    expect(scaled).toMatchObject({ input: { deepGrey: "scale" }, pixel: [90, 90, 90] });
    expectNoMisdeeds(misdeeds);
  });

  it("shows the attention heads of the chosen block when asked", async () => {
    await open();
    await explainText();
    await openTechnical();
    await result().getByRole("button", { name: "Show attention heads" }).click();
    const heads = result().locator("table.heads");
    await heads.waitFor();
    expect(await result().locator(".heads-of").innerText()).toMatch(/^Attention heads of block 1,/);
    expect(await heads.locator("tbody tr").count()).toBe(4);
    await result().locator("input[type=range]").fill("0");
    expect(await result().locator(".heads-of").innerText()).toMatch(/^Attention heads of block 0,/);
    expect(await heads.locator("tbody tr").first().innerText()).toMatch(/[+−]\d/);
    expectNoMisdeeds(misdeeds);
    expect(await auditPage(page)).toEqual([]);
  });

  it("says what went wrong, and goes on", async () => {
    await open();
    await page.locator("button.main").click();
    const alert = page.getByRole("alert");
    expect(await alert.innerText()).toBe("That did not work. There is nothing to explain yet: type a text");
    await page.locator("#text").fill("\u0007\u0007 \u0001");
    await page.locator("button.main").click();
    await alert.getByText("none of its").waitFor();
    await explainText();
    expect(await alert.count()).toBe(0);
  });

  it("works with the keyboard alone", async () => {
    await open();
    const focused = () =>
      page.evaluate(() => document.activeElement?.id || document.activeElement?.getAttribute("name"));
    for (let i = 0; i < 10 && (await focused()) !== "text"; i++) await page.keyboard.press("Tab");
    await page.keyboard.type("A good film");
    await page.keyboard.press("Control+Enter");
    await words().first().waitFor();
    const inMap = () =>
      page.evaluate(
        () =>
          document.activeElement?.shadowRoot?.activeElement?.getAttribute("role") ??
          document.activeElement?.shadowRoot?.activeElement?.tagName,
      );
    for (let i = 0; i < 20 && (await inMap()) !== "option"; i++) await page.keyboard.press("Tab");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    expect(await result().locator("calig-text .details").innerText()).toMatch(/^film /);
    for (let i = 0; i < 9 && (await page.evaluate(() => document.activeElement?.tagName)) !== "SUMMARY"; i++) {
      await page.keyboard.press("Tab");
    }
    await page.keyboard.press("Enter");
    for (let i = 0; i < 10 && (await inMap()) !== "TD"; i++) await page.keyboard.press("Tab");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowRight");
    expect(await result().locator("calig-blocks .details").innerText()).toMatch(/^A in block 1 /i);
    await page.keyboard.press("Enter");
    expect(await result().locator("input[type=range]").getAttribute("aria-valuetext")).toBe("Block 1");
    expect(await inMap()).toBe("TD");
  });

  it("keeps what it explained in the address and in a list", async () => {
    await open(`#${new URLSearchParams({ text: "One film", method: "saliency" })}`);
    await words().first().waitFor();
    expect(await result().locator(".made").textContent()).toContain("Saliency");
    await explainText("Another film");
    await page.locator("calig-text [role=option]", { hasText: "Another" }).waitFor();
    expect(new URLSearchParams(new URL(page.url()).hash.slice(1)).get("text")).toBe("Another film");
    const entries = page.locator(".history li button");
    expect(await entries.allInnerTexts()).toEqual([
      expect.stringContaining("Another film"),
      expect.stringContaining("One film"),
    ]);
    await entries.nth(1).click();
    await page.locator("calig-text [role=option]", { hasText: "One" }).waitFor();
    expect(await page.locator("#text").inputValue()).toBe("One film");
  });

  it.each(["light", "dark"] as const)("passes axe in all states, %s", async (colorScheme) => {
    await open("", { colorScheme });
    expect(await auditPage(page)).toEqual([]);
    await page.locator("button.main").click();
    await page.getByRole("alert").waitFor();
    expect(await auditPage(page)).toEqual([]);
    await page.locator("select[name=compare]").selectOption("m:integrated-gradients");
    await explainText();
    await words(1).first().waitFor();
    await words(1).nth(1).click();
    expect(await auditPage(page)).toEqual([]);
    await openTechnical();
    await openTechnical(1);
    expect(await auditPage(page)).toEqual([]);
  });

  it.each([360, 820, 1600])("fits a screen of %i pixels", async (width) => {
    await open("", { viewport: { width, height: 800 }, reducedMotion: "reduce" });
    await page.locator("select[name=compare]").selectOption("m:integrated-gradients");
    await explainText(`${TEXT} and a veryveryveryveryveryveryveryveryveryveryveryveryverylongword`);
    await words(1).first().waitFor();
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(wide).toBe(0);
    const moving = await page.evaluate(() =>
      document
        .querySelector("calig-text")
        ?.shadowRoot?.getAnimations()
        .map((animation) => animation.id),
    );
    expect(moving ?? []).toEqual([]);
  });
});

/** A picture of waves as PNG. */
async function syntheticPng(): Promise<Uint8Array> {
  const { width, height, data } = syntheticPicture(48, 32);
  const { default: sharp } = await import("sharp");
  return sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

/** A method with an option of its own, which the page has never heard of. */
const sharpness = defineOption<number>({
  type: number({ min: 0, max: 10 }),
  group: "Method",
  summary: "how sharp edges are",
  default: 2,
});
const withSharpness = { ...(METHODS[0] as AttributionMethod), options: { sharpness } };

describe("the page", () => {
  /** The page with a server that is played: answers by path. */
  async function withAnswers(
    explain: (body: string) => { status: number; body: unknown },
  ): Promise<{ page: Page; close(): Promise<void> }> {
    const server = await serveFolders({ "": site });
    const page = await browser().newPage();
    const answer = (body: unknown, status = 200) => ({
      status,
      contentType: "application/json",
      body: JSON.stringify(body),
    });
    await page.route("**/api/**", async (route) => {
      const path = new URL(route.request().url()).pathname;
      if (path === "/api/health") return route.fulfill(answer({ status: "ok" }));
      if (path === "/api/models") {
        return route.fulfill(answer({ models: [{ name: "m", kind: "text", labels: ["a", "b"], default: true }] }));
      }
      if (path === "/api/methods") return route.fulfill(answer(listMethods([withSharpness])));
      const { status, body } = explain(route.request().postData() ?? "");
      return route.fulfill(answer(body, status));
    });
    await page.goto(server.url);
    await page.locator("button.main:not([disabled])").waitFor();
    await page.locator("#text").fill("anything");
    await page.locator("button.main").click();
    return {
      page,
      async close() {
        await page.close();
        await server.close();
      },
    };
  }

  it("says that blocks did not converge", async () => {
    const missed = sentence.blocks.filter((block) => !block.completeness.converged).length;
    expect(missed).toBeGreaterThan(0);
    const { page, close } = await withAnswers(() => ({ status: 200, body: sentence }));
    expect(await page.locator(".technical > summary").innerText()).toContain("not converged");
    await page.locator(".technical > summary").click();
    expect(await page.locator("calig-result .badge").innerText()).toBe(
      `${missed} of ${sentence.blocks.length} blocks not converged`,
    );
    expect(await page.locator("calig-blocks tr.miss").count()).toBe(missed);
    await close();
  });

  it("shows explanations of pictures without the picture", async () => {
    const { page, close } = await withAnswers(() => ({ status: 200, body: imageFixture }));
    await page.locator("calig-image .patches").waitFor();
    await close();
  });

  it("shows an option of a method that it does not know, and sends it", async () => {
    const asked: string[] = [];
    const { page, close } = await withAnswers((body) => {
      asked.push(body);
      return { status: 200, body: sentence };
    });
    await page.locator("details.more-options summary").click();
    const field = page.locator("input[name=sharpness]");
    expect(await field.getAttribute("placeholder")).toBe("2");
    await field.fill("3.5");
    await page.locator("button.main").click();
    await expect.poll(() => asked.length).toBe(2);
    expect(asked.map((body) => (JSON.parse(body) as { sharpness?: number }).sharpness)).toEqual([undefined, 3.5]);
    await close();
  });

  it("asks for files of a kind of input from outside, and for how they are read", async () => {
    const model = await loadModel(await tempFolder(tinyAudioFiles()), { modalities: [audio], families: [waveFrames] });
    const app = createApp({ models: [{ name: "bells", model }], version: "0.0.0", pageFolder: site });
    const server = await listen(app, { host: "127.0.0.1", port: 0 });
    const page = await browser().newPage();
    const misdeeds = watch(page, `${server.url}/`);
    await page.goto(server.url);
    await page.locator("button.main:not([disabled])").waitFor();
    expect(await page.locator(".empty").innerText()).toContain("Drop a sound, and see which frames support");
    expect(await page.locator("#file").getAttribute("accept")).toBe("audio/wav,.wav");
    expect(await page.locator("select[name=baseline] option").allInnerTexts()).toEqual(["Default", "Silence", "Zero"]);
    const buffer = Buffer.from(wav(sound(1), sound(3)));
    await page.locator("#file").setInputFiles({ name: "clip.wav", mimeType: "audio/wav", buffer });
    const frames = page.locator("calig-result calig-text [role=option]");
    await frames.first().waitFor();
    expect(await page.locator(".drop").innerText()).toContain("clip.wav");
    expect(await frames.allInnerTexts()).toEqual(["0.0s", "0.1s", "0.2s", "0.3s", "0.4s", "0.5s", "0.6s", "0.7s"]);
    expect(await page.locator("calig-result calig-text .details").innerText()).toContain("Point at a frame");
    expect(await page.locator("calig-result input[type=radio][value=tokens]").count()).toBe(0);
    const sent = page.waitForRequest("**/api/explain");
    await page.locator("input[name=channel]").fill("1");
    await page.locator("button.main").click();
    const body = (await sent).postDataJSON() as object;
    expect(body).toMatchObject({
      model: "bells",
      channel: 1,
      audio: expect.stringMatching(/^data:audio\/wav;base64,/),
    });
    await page.locator(".history li").nth(1).waitFor();
    expect(await auditPage(page)).toEqual([]);
    expectNoMisdeeds(misdeeds);
    await page.close();
    await server.stop(100);
    await model.dispose();
  });

  it("tells the message of the server", async () => {
    const error = { message: "The server has too much to do; try again in 5 s", code: "queue-full" };
    const { page, close } = await withAnswers(() => ({ status: 429, body: { error } }));
    expect(await page.getByRole("alert").innerText()).toBe(`That did not work. ${error.message}`);
    await close();
  });

  it("says what to do where there are no models, and takes the files of one", async () => {
    const server = await serveFolders({ "": site, ort: ortWasmFolder() });
    const page = await browser().newPage();
    await page.goto(server.url);
    await page.getByRole("alert").waitFor();
    expect(await page.getByRole("alert").innerText()).toContain(
      "There are no models beside this page: start it with calig serve",
    );
    await page.setInputFiles("#folder", folders.bert);
    await page.locator("button.main:not([disabled])").waitFor();
    await page.locator("#text").fill("A film of my own");
    await page.locator("button.main").click();
    await page.locator("calig-text [role=option]").first().waitFor();
    await page.close();
    await server.close();
  });

  it("explains prompts: parts, tokens of the answer, a chat, and the token that is chosen among the predictions", async () => {
    const chatty = await tempFolder(chattyDecoderFiles());
    const folder = await tempFolder();
    const models = [{ id: "writer", labels: [], folder: chatty, bytes: 1 }];
    const [entry] = await writeStaticPage(folder, { page: site, engine: ortWasmFolder() }, models);
    expect(entry?.prompt).toEqual({ chat: true });
    const inPage = await serveFolders({ "": folder });
    const model = await loadModel(chatty);
    const app = createApp({ models: [{ name: "writer", model }], version: "1.2.3", pageFolder: site });
    const server = await listen(app, { host: "127.0.0.1", port: 0 });
    const said: string[][] = [];
    for (const url of [`${server.url}/`, inPage.url]) {
      const page = await (await browser().newContext({ viewport: { width: 375, height: 800 } })).newPage();
      page.setDefaultTimeout(60_000);
      const misdeeds = watch(page, url);
      await page.goto(url);
      const result = page.locator("calig-result");
      await page.locator("button.main:not([disabled])").waitFor();
      await page.locator("#text").fill("A gripping, beautifully shot film that");
      await page.locator("#text").evaluate((field) => (field as unknown as SelectsText).setSelectionRange(12, 28));
      await page.getByRole("button", { name: "Make a part" }).click();
      await page.locator("input[name=part-0]").fill("praise");
      await page.locator("input[name=answer]").fill(" forgets to end.");
      await page.locator("input[name=answer]").press("Control+Enter");
      await result.getByRole("button", { name: "Explain each token of the answer" }).click();
      await result.getByRole("radio", { name: "to", exact: true }).check({ force: true });
      await result.getByRole("radio", { name: "Parts" }).check({ force: true });
      const praise = result.locator("calig-text [data-name=praise]");
      const own = (await praise.getAttribute("aria-label")) ?? "";
      await result.getByRole("radio", { name: "The whole answer" }).check({ force: true });
      const whole = (await praise.getAttribute("aria-label")) ?? "";
      expect([await praise.innerText(), own === whole]).toEqual(["beautifully shot", false]);
      expect(new URLSearchParams(page.url().split("#")[1]).get("perToken")).toBe("true");
      // One token of the answer, in one block.
      await result.locator("details.technical > summary").click();
      const table = result.locator("calig-blocks table");
      const ofAnswer = await table.innerText();
      await result.getByRole("radio", { name: "to", exact: true }).check({ force: true });
      await result.locator("h3", { hasText: "Evidence by block for the token “ to” of the answer" }).waitFor();
      await result.locator("input[type=range]").fill("1");
      await result.locator("tr.sel", { hasText: "Block 1" }).waitFor();
      const inBlock = (await praise.getAttribute("aria-label")) ?? "";
      expect([await table.innerText(), inBlock]).not.toEqual([ofAnswer, own]);
      await page.locator("input[name=answer]").fill("");
      await page.locator("summary", { hasText: "Labels instead of an answer" }).click();
      await page.locator("textarea[name=verbaliser]").fill("good: good, end\nbad: dull");
      await page.locator("button.main").click();
      await result.getByRole("button", { name: "bad", exact: true }).click();
      await result.locator("button.ask[aria-pressed=true]", { hasText: "bad" }).waitFor();
      const labels = await result.locator("button.ask").allInnerTexts();
      expect([labels.sort(), await result.locator("h2 bdi").innerText()]).toEqual([["bad", "good"], "bad"]);
      expect(new URLSearchParams(page.url().split("#")[1]).get("target")).toBe("bad");
      await page.locator("textarea[name=verbaliser]").fill("");
      await page.locator("input[value=chat]").check({ force: true });
      await page.getByRole("button", { name: "Add a message" }).click();
      await page.locator("textarea[name=message-1]").fill("It is superb.");
      await page.locator("input[name=answer]").fill("");
      await page.locator("button.main").click();
      await result.locator("calig-text [data-name=assistant]").waitFor();
      await result.locator("summary", { hasText: "15 more tokens" }).click();
      const token = result.locator("button.ask").nth(7);
      const name = await token.innerText();
      await token.click();
      await result.locator("button.ask[aria-pressed=true]", { hasText: name }).waitFor();
      expect(await result.locator("h2 bdi").innerText()).toBe(name);
      expect(await page.locator("button.ask").count()).toBe(20);
      expect(await page.locator("calig-try .try-word").count()).toBe(0);
      expect(await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")).toBe(
        0,
      );
      expect(await auditPage(page)).toEqual([]);
      expect(misdeeds.requests).toEqual([]);
      said.push([own, whole, inBlock, name]);
      await page.context().close();
    }
    expect(said[1]).toEqual(said[0]);
    await Promise.all([server.stop(0), inPage.close(), model.dispose()]);
  });

  it("is light without the engine and the model", async () => {
    const files = (await readdir(site, { recursive: true })).filter((file) => /\.(js|html|css)$/.test(file));
    const sizes = await Promise.all(files.map(async (file) => gzipSync(await readFile(join(site, file))).length));
    const total = sizes.reduce((sum, size) => sum + size, 0);
    expect(files.length).toBeGreaterThan(2);
    expect(total).toBeLessThan(WEIGHT_LIMIT);
  });
});

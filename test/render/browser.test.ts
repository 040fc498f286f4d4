/**
 * @file The HTML page in a real browser: no errors, no requests, keyboard, themes, narrow screens, paper, no script.
 *
 * Needs Chromium; CALIG_SKIP_BROWSER=1 leaves these tests out and says so.
 */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Explanation } from "@calig/core/internal/attribution/explanation";
import { type HtmlOptions, renderHtml } from "@calig/core/internal/render/html";
import { OVERLAYS } from "@calig/core/internal/render/overlay";
import { renderSvg } from "@calig/core/internal/render/svg";
import { buildReport } from "@calig/core/internal/report/evidence/build-report";
import { renderReportHtml } from "@calig/core/internal/report/evidence/html";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { skipsBrowser, startChromium } from "../support/chromium.ts";
import { FIXTURES, hostile, image, longText, prompt, sentence } from "./fixtures.ts";

if (skipsBrowser()) console.warn("CALIG_SKIP_BROWSER=1: the browser tests of the HTML page are left out");

describe.skipIf(skipsBrowser())("the HTML page in Chromium", () => {
  let browser: Browser;
  let folder: string;
  /** What a page did that it must not do. */
  let complaints: string[] = [];
  const pages: Page[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "calig-page-"));
    browser = await startChromium();
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });
  afterEach(async () => {
    for (const page of pages.splice(0)) await page.context().close();
    expect(complaints).toEqual([]);
    complaints = [];
  });

  async function open(
    explanation: Explanation | readonly Explanation[],
    context: BrowserContextOptions = {},
    options: HtmlOptions = {},
  ): Promise<Page> {
    return openPage(renderHtml(explanation, options), context);
  }

  async function openPage(markup: string, context: BrowserContextOptions = {}): Promise<Page> {
    const file = join(folder, `page-${pages.length}.html`);
    writeFileSync(file, markup);
    const page = await (await browser.newContext(context)).newPage();
    pages.push(page);
    page.on("console", (message) => complaints.push(`console: ${message.text()}`));
    page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
    page.on("dialog", (dialog) => complaints.push(`dialog: ${dialog.message()}`));
    page.on("request", (request) => {
      if (!/^(file|data|blob):/.test(request.url())) complaints.push(`request: ${request.url()}`);
    });
    await page.goto(pathToFileURL(file).href);
    return page;
  }

  /** The technical part, which is folded until a reader opens it. */
  const openTechnical = async (page: Page) => {
    for (const summary of await page.locator(".technical > summary").all()) await summary.click();
  };
  const overflow = (page: Page) =>
    page.evaluate<number>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
  const background = (page: Page) => page.evaluate<string>("getComputedStyle(document.body).backgroundColor");

  test.each(Object.entries(FIXTURES))(
    "opens %s without errors or requests, and fits 360 px",
    async (_, explanation) => {
      for (const colorScheme of ["light", "dark"] as const) {
        const page = await open(explanation, { viewport: { width: 360, height: 740 }, colorScheme });
        expect(await overflow(page)).toBe(0);
        expect(await page.locator("article").count()).toBe(1);
      }
    },
  );

  test("fits narrow and wide screens with several explanations", async () => {
    for (const width of [320, 390, 768, 1280, 2560]) {
      const page = await open([sentence, image, hostile], { viewport: { width, height: 900 } });
      expect(await overflow(page), `${width} px`).toBe(0);
    }
  });

  test("shows a report without errors or requests, on narrow and wide screens, with links that lead to explanations", async () => {
    const entries = [sentence, hostile, image].map((explanation, i) => ({
      source: { file: `<script>${"long".repeat(60)}.csv`, line: i + 2 },
      explanation,
    }));
    const report = await renderReportHtml(buildReport(entries));
    for (const width of [320, 768, 1280]) {
      const page = await openPage(report, { viewport: { width, height: 900 } });
      expect(await overflow(page), `${width} px`).toBe(0);
    }
    const page = await openPage(report);
    await page.getByText("All figures").click();
    const link = page.getByRole("row", { name: /^unforgettable/ }).getByRole("link", { name: "no. 1" });
    await link.first().click();
    expect(page.url()).toMatch(/#e1$/);
    expect(await page.locator("#e1 .source").textContent()).toMatch(/^1\. <script>long/);
  });

  test("moves through the words with the keyboard and tells their numbers", async () => {
    const page = await open(sentence);
    const words = page.getByRole("listbox", { name: "Words with their attribution" });
    const details = page.locator(".view-text [data-details]");
    await words.getByRole("option").first().focus();
    await page.keyboard.press("End");
    await page.keyboard.press("Home");
    for (let i = 0; i < 8; i++) await page.keyboard.press("ArrowRight");
    const option = words.getByRole("option", { name: "unforgettable, +1.92, supports", exact: true });
    expect(await option.getAttribute("aria-selected")).toBe("true");
    expect(await page.evaluate("document.activeElement.textContent")).toBe("unforgettable");
    expect(await details.textContent()).toMatch(
      /^unforgettable supports POSITIVE: \+1\.92, 34\.9% of the magnitude\. Tokens: un \+0\.67, .*Strongest in block 4 \(\+3\.20\)\.$/,
    );
    await page.keyboard.press("ArrowLeft");
    expect(await details.textContent()).toMatch(/^the /);
    // One Tab stop for the whole text: Tab leaves it, Shift+Tab comes back to the same word.
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.closest('[data-map]')")).toBeNull();
    await page.keyboard.press("Shift+Tab");
    expect(await page.evaluate("document.activeElement.textContent")).toBe("the");
  });

  test("shows a prompt by its parts, and what each token of the answer rests on", async () => {
    for (const width of [375, 1280]) {
      const page = await open(prompt, { viewport: { width, height: 900 } });
      expect(await overflow(page)).toBe(0);
    }
    const page = await open(prompt);
    await page.locator("input[value=words]").first().focus();
    await page.keyboard.press("ArrowLeft");
    const parts = page.getByRole("listbox", { name: "Parts of the prompt with their sums" });
    const names = () =>
      parts.getByRole("option").evaluateAll((nodes) => nodes.map((node) => node.getAttribute("aria-label")));
    const [, system, , user, quotation] = await names();
    const verb = (value: number) => (value > 0 ? "supports" : "opposes");
    expect([system, user, quotation].map((name) => name?.replace(/ .*,/, ""))).toEqual(
      prompt.parts?.slice(0, 3).map(({ name, attribution }) => `${name}: ${verb(attribution)}`),
    );
    const opposite = verb(-(prompt.parts?.[2]?.attribution as number));
    expect(await page.getByRole("listbox", { name: "Words with their attribution" }).isVisible()).toBe(false);
    await page.getByRole("radio", { name: "The whole answer" }).focus();
    await page.keyboard.press("ArrowLeft");
    expect((await names())[4]).toMatch(new RegExp(`^quotation: .*, .[\\d.]+, ${opposite}$`));
    await parts.getByRole("option").nth(4).click();
    expect(await page.locator(".view-text [data-details]").textContent()).toMatch(
      new RegExp(`^quotation ${opposite} the token \u201c good\u201d: `),
    );
    await page.getByRole("radio", { name: "The whole answer" }).check({ force: true });
    expect((await names()).slice(0, 5)).toEqual([expect.anything(), system, expect.anything(), user, quotation]);
  });

  test("moves up and down between lines, and against the reading direction in right-to-left text", async () => {
    const page = await open(longText, { viewport: { width: 700, height: 900 } });
    await page.locator("[data-map=words] [data-f]").nth(3).focus();
    const place = "(({ left, top }) => [left, top])(document.activeElement.getBoundingClientRect())";
    const [left, top] = await page.evaluate<[number, number]>(place);
    await page.keyboard.press("ArrowDown");
    const [below, lower] = await page.evaluate<[number, number]>(place);
    expect(lower).toBeGreaterThan(top);
    expect(Math.abs(below - left)).toBeLessThan(80);
    await page.keyboard.press("ArrowUp");
    expect((await page.evaluate<[number, number]>(place))[1]).toBe(top);

    const arabic = await open(FIXTURES.scripts!);
    await arabic.locator("[data-map=words] [data-f]").first().focus();
    await arabic.keyboard.press("ArrowLeft");
    expect(await arabic.evaluate("document.activeElement.textContent")).toBe("الفيلم");
  });

  test("shows details under the pointer and returns to what was chosen", async () => {
    const page = await open(sentence);
    const details = page.locator(".view-text [data-details]");
    await page.locator("[data-map=words] [data-f]", { hasText: /^not$/ }).hover();
    expect(await details.textContent()).toMatch(/^not opposes POSITIVE: −1\.08, /);
    await page.mouse.move(0, 0);
    expect(await details.textContent()).toBe("Point at a word, or move with the arrow keys, to read its number here.");
  });

  test("changes from words to tokens with the keyboard", async () => {
    const page = await open(sentence);
    const [words, tokens] = [page.locator("[data-map=words]"), page.locator("[data-map=tokens]")];
    expect([await words.isVisible(), await tokens.isVisible()]).toEqual([true, false]);
    await page.getByRole("radio", { name: "Words" }).focus();
    await page.keyboard.press("ArrowRight");
    expect([await words.isVisible(), await tokens.isVisible()]).toEqual([false, true]);
    expect(await tokens.locator(".special").allTextContents()).toEqual(["[CLS]", "[SEP]"]);
  });

  test("follows the slider: map, facts, table row and bars", async () => {
    const page = await open(sentence);
    await openTechnical(page);
    const slider = page.getByRole("slider", { name: "Block" });
    const word = page.locator("[data-map=block] [data-f]", { hasText: /^not$/ });
    expect(await slider.getAttribute("aria-valuetext")).toBe("All blocks");
    const before = await word.getAttribute("class");
    await slider.focus();
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowLeft");
    expect(await slider.getAttribute("aria-valuetext")).toBe("Block 4");
    expect(await page.locator("output").textContent()).toBe("Block 4");
    expect(await word.getAttribute("class")).not.toBe(before);
    expect(await word.getAttribute("aria-label")).toBe("not, −2.02, opposes");
    expect(await page.locator("[data-facts]").textContent()).toContain(
      "Relevance sums to +2.612 of +2.613: error <0.1%",
    );
    expect(await page.locator("tr.sel th").textContent()).toBe("Block 4");
    expect(await page.locator(".trends .slot.sel").count()).toBe(8);
    await page.keyboard.press("Home");
    expect(await page.locator("[data-facts]").textContent()).toContain("not converged");
    await page.getByRole("button", { name: "All blocks" }).press("Enter");
    expect(await slider.inputValue()).toBe("6");
    expect(await word.getAttribute("class")).toBe(before);
  });

  test("changes the quantity and the scale of the table and the map", async () => {
    const page = await open(sentence);
    await openTechnical(page);
    const cell = page.locator("[data-grid] tbody tr").nth(5).locator("td").first();
    const shade = () => cell.getAttribute("class");
    const fused = await cell.textContent();
    await page.getByRole("radio", { name: "Fused" }).focus();
    await page.keyboard.press("ArrowRight");
    expect(await page.locator("[data-caption]").textContent()).toBe("Relevance evidence of each token in each block");
    expect(await cell.textContent()).not.toBe(fused);
    expect(await cell.textContent()).toBe(`+${sentence.blocks[5]!.relevance[0]!.toFixed(2)}`);
    const weak = page.locator("[data-grid] tbody tr").nth(5).locator("td").nth(5);
    const before = await weak.getAttribute("class");
    await page.getByRole("checkbox", { name: "Scale each block by itself" }).check();
    expect(await weak.getAttribute("class")).not.toBe(before);
    expect(await shade()).toMatch(/^p\d+$/);
    expect(await page.locator("[data-about=relevance]").isVisible()).toBe(true);
    expect(await page.locator("[data-about=fused]").isVisible()).toBe(false);
  });

  test("paints the same as the renderer did", async () => {
    const shown = "[...document.querySelectorAll('[data-f], [data-grid] td')].map((n) => n.className + n.textContent)";
    for (const explanation of [sentence, longText, hostile, image]) {
      const still = await open(explanation, { javaScriptEnabled: false });
      const live = await open(explanation);
      await openTechnical(live);
      // There and back: every cell is painted by the script.
      for (const name of ["Relevance", "Fused"]) await live.getByRole("radio", { name }).check({ force: true });
      expect(await live.evaluate(shown)).toEqual(await still.evaluate(shown));
    }
  });

  test("follows the theme of the system until one is chosen", async () => {
    const page = await open(sentence, { colorScheme: "dark" });
    const dark = await background(page);
    await page.getByRole("radio", { name: "Light" }).check({ force: true });
    const light = await background(page);
    expect(light).not.toBe(dark);
    await page.getByRole("radio", { name: "Dark" }).check({ force: true });
    expect(await background(page)).toBe(dark);
    await page.getByRole("radio", { name: "Auto" }).check({ force: true });
    expect(await background(page)).toBe(dark);
    await page.emulateMedia({ colorScheme: "light" });
    expect(await background(page)).toBe(light);
  });

  test("prints on a light page without controls, with every list open", async () => {
    const page = await open(sentence, { colorScheme: "dark" });
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    expect(await background(page)).toMatch(/rgb\(25\d, 25\d, 25\d\)/);
    expect(await page.locator("[data-blocks]").isVisible()).toBe(false);
    expect(await page.locator(".theme").isVisible()).toBe(false);
    await page.evaluate("dispatchEvent(new Event('beforeprint'))");
    expect(await page.locator("details:not([open])").count()).toBe(0);
    await page.evaluate("dispatchEvent(new Event('afterprint'))");
    expect(await page.locator("details[open]").count()).toBe(0);
  });

  test("does not move anything when motion is unwanted", async () => {
    const page = await open(sentence, { reducedMotion: "reduce" });
    const transition = "getComputedStyle(document.querySelector('[data-f]')).transitionProperty";
    expect(await page.evaluate(transition)).toBe("none");
  });

  test("is complete without JavaScript", async () => {
    const page = await open(sentence, { javaScriptEnabled: false });
    expect(await page.locator("[data-map=words]").isVisible()).toBe(true);
    expect(await page.locator("[data-blocks]").isVisible()).toBe(false);
    expect(await page.locator("[data-download]").isVisible()).toBe(false);
    await page.getByRole("radio", { name: "Tokens" }).check({ force: true });
    expect(await page.locator("[data-map=tokens]").isVisible()).toBe(true);
    expect(await page.getByRole("table", { name: "Supports POSITIVE" }).isVisible()).toBe(false);
    await openTechnical(page);
    for (const name of ["Supports POSITIVE", "Opposes POSITIVE", "Completeness of every block and of the result"]) {
      expect(await page.getByRole("table", { name }).isVisible()).toBe(true);
    }
  });

  test("can be read aloud: names of regions, tables, pictures and controls", async () => {
    const page = await open(sentence);
    for (const name of ["What the model read", "Keep in mind"]) {
      expect(await page.getByRole("region", { name, exact: true }).count(), name).toBe(1);
    }
    await openTechnical(page);
    for (const name of [
      "What the model read",
      "Where the score comes from",
      "Strongest words",
      "Evidence by block",
      "Completeness",
      "How it was made",
    ]) {
      expect(await page.getByRole("region", { name, exact: true }).count(), name).toBe(1);
      expect(await page.getByRole("heading", { name, exact: true }).count(), name).toBe(1);
    }
    expect(await page.getByRole("region", { name: "Warning" }).count()).toBe(1);
    expect(await page.getByRole("img", { name: /^unforgettable: block 0 \+0\.63/ }).count()).toBe(1);
    expect(await page.getByRole("rowheader", { name: "Block 0 , not converged" }).count()).toBeGreaterThan(0);
    // Every control has a name.
    const nameless = "[...document.querySelectorAll('input')].filter((n) => n.labels.length === 0).length";
    expect(await page.evaluate(nameless)).toBe(0);
    expect(await page.getByRole("article", { name: /^POSITIVE/ }).count()).toBe(1);
  });

  test("gives the explanation back as a file", async () => {
    const page = await open(hostile);
    await openTechnical(page);
    const waiting = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download this explanation as JSON" }).click();
    const download = await waiting;
    expect(download.suggestedFilename()).toBe("explanation.json");
    const saved = JSON.parse(readFileSync(await download.path(), "utf8"));
    expect(saved).toEqual(JSON.parse(JSON.stringify(hostile)));
  });

  test("shows hostile text as text", async () => {
    const page = await open(hostile);
    expect(await page.locator("script").count()).toBe(2);
    expect(await page.locator("img, iframe, [onerror]").count()).toBe(0);
    expect(await page.getByRole("heading", { level: 2 }).textContent()).toContain('<img src=x onerror="alert(1)">');
  });

  test("lays the patches over the picture of the model", async () => {
    // One white pixel.
    const picture =
      "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";
    const page = await open(image, {}, { pictures: [picture] });
    const patches = page.getByRole("listbox", { name: "Patches with their attribution" });
    // Beside the picture itself; its data are in the page once.
    expect(await page.locator(".figures .photo").count()).toBe(2);
    expect((await page.content()).split(picture)).toHaveLength(2);
    await patches.getByRole("option").nth(20).focus();
    await page.keyboard.press("ArrowDown");
    expect(await page.evaluate("document.activeElement.getAttribute('aria-label')")).toMatch(/^row 2, column 6, /);
    await openTechnical(page);
    await page.getByRole("button", { name: "Block 2" }).click();
    expect(await page.locator("output").textContent()).toBe("Block 2");
  });

  test("shows the decision, the picture, the evidence over it and the strongest parts on one screen", async () => {
    const picture =
      "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";
    const page = await open(image, { viewport: { width: 1400, height: 900 } }, { pictures: [picture] });
    const boxes = await page.locator("h2, .figures .photo, .crops li, .view-image .legend").all();
    expect(boxes.length).toBeGreaterThan(4);
    for (const box of boxes) {
      const { y = 0, height = 0 } = (await box.boundingBox()) ?? {};
      expect(y + height, await box.evaluate((node) => node.className)).toBeLessThan(900);
    }
    const [plain, over] = await Promise.all([0, 1].map((i) => page.locator(".figures .photo").nth(i).boundingBox()));
    expect(over?.y).toBe(plain?.y);
    expect(over?.x).toBeGreaterThan((plain?.x ?? 0) + (plain?.width ?? 0));
    await page.getByRole("slider", { name: "Strength of the overlay" }).fill("0");
    expect(await page.locator(".view-image .layer").evaluate((node) => getComputedStyle(node).opacity)).toBe("0");
  });

  test("colours by an absolute scale until the reader wants that of the input", async () => {
    const faint = <T extends { attribution: number }>(all: readonly T[]) =>
      all.map((one) => ({ ...one, attribution: one.attribution / 100 }));
    const weak = {
      ...sentence,
      attribution: sentence.attribution.map((value) => value / 100),
      words: faint(sentence.words),
      supporting: faint(sentence.supporting),
      opposing: faint(sentence.opposing),
    };
    const page = await open(weak);
    const word = page.locator("[data-map=words] [data-f]", { hasText: /^unforgettable$/ });
    const shade = async () => Number(/[pn](\d+)/.exec((await word.getAttribute("class")) ?? "")?.[1] ?? 0);
    expect(await shade()).toBeLessThan(4);
    await page.getByRole("checkbox", { name: "Stretch the colours to this input" }).check();
    expect(await shade()).toBe(20);
    // Where the strongest is strong there is nothing to stretch.
    expect(await (await open(sentence)).locator("[data-relative]").count()).toBe(0);
  });

  test.each([true, false])(
    "draws the evidence as the reader chooses (with a script: %s)",
    async (javaScriptEnabled) => {
      const page = await open(image, { javaScriptEnabled }, { overlay: "contours" });
      const shown = async () => {
        const drawn: string[] = [];
        for (const name of ["smooth", "contours"]) {
          if (await page.locator(`.view-image .as-${name}:not(.of-own)`).last().isVisible()) drawn.push(name);
        }
        // A patch that counts: its colour is left out where the evidence is drawn.
        const colour = await page
          .locator("[data-map=words] .su")
          .first()
          .evaluate((node) => getComputedStyle(node).backgroundColor);
        return colour === "rgba(0, 0, 0, 0)" ? drawn : [...drawn, "patches"];
      };
      await expect.poll(shown).toEqual(["contours"]);
      await page.getByRole("radio", { name: "Patches" }).check({ force: true });
      await expect.poll(shown).toEqual(["patches"]);
      await page.getByRole("radio", { name: "Smooth" }).check({ force: true });
      await expect.poll(shown).toEqual(["smooth"]);
      await openTechnical(page);
      expect(await page.locator(".minis .as-smooth").first().isVisible()).toBe(true);
      expect(await page.locator(".minis .as-contours").first().isVisible()).toBe(false);
    },
  );

  test("parses every SVG as XML", async () => {
    const page = await open(sentence);
    const drawings = [
      ...Object.entries(FIXTURES).map(([name, explanation]) => [name, renderSvg(explanation)] as const),
      ...OVERLAYS.map((overlay) => [overlay, renderSvg(image, { overlay, palette: "grayscale" })] as const),
    ];
    for (const [name, svg] of drawings) {
      const problem = await page.evaluate(
        `new DOMParser().parseFromString(${JSON.stringify(svg)}, "image/svg+xml").querySelector("parsererror")?.textContent ?? ""`,
      );
      expect(problem, name).toBe("");
    }
  });
});

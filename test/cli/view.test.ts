/** @file `calig view` with ten thousand explanations in Chromium, as one file and served: few elements, all of them in reach. */

import { createWriteStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { TextExplanation } from "@calig/core/internal/attribution/explanation";
import type { Page } from "playwright-core";
import sharp from "sharp";
import { beforeAll, describe, expect, it, test } from "vitest";
import { image, sentence } from "../render/fixtures.ts";
import { auditPage, expectNoMisdeeds, useBrowser, watch } from "../support/browser.ts";
import { skipsBrowser } from "../support/chromium.ts";
import { runCli } from "../support/run-cli.ts";
import { useTempFolders } from "../support/temp-folder.ts";

const tempFolder = useTempFolders();
const ROWS = 10_000;
/** The list is never higher. */
const MOST_PIXELS = 400;

/** An explanation of three words without blocks: "good film 17", the seventeenth; every third is decided negative. */
function small(i: number): object {
  const isNegative = i % 3 === 0;
  const names = [isNegative ? "dull" : "good", "film", String(i)];
  let start = 0;
  const spans = names.map((text) => {
    const span = { text, start, end: start + text.length };
    start = span.end + 1;
    return span;
  });
  const values = [1.5, -0.3, 0];
  const probability = 0.5 + ((i * 7919) % 5000) / 10_001;
  const predictions = [
    { index: isNegative ? 0 : 1, label: isNegative ? "NEGATIVE" : "POSITIVE", logit: 1, probability },
    {
      index: isNegative ? 1 : 0,
      label: isNegative ? "POSITIVE" : "NEGATIVE",
      logit: -1,
      probability: 1 - probability,
    },
  ];
  const words = spans.map((span, k) => ({ ...span, attribution: values[k] as number }));
  const explanation: TextExplanation = {
    ...sentence,
    input: { kind: "text", text: names.join(" ") },
    target: { ...sentence.target, index: predictions[0]!.index, label: predictions[0]!.label, probability },
    predictions,
    features: spans.map((span, word) => ({ ...span, special: false, word })),
    attribution: values,
    words,
    supporting: words.slice(0, 1),
    opposing: words.slice(1, 2),
    blocks: [],
    completeness: { ...sentence.completeness!, relativeError: ((i * 31) % 997) / 1e5 },
    warnings: i % 100 === 0 ? [{ code: "truncated", message: "The text is too long" }] : [],
  };
  // Every tenth label says the opposite of what is decided.
  const label = isNegative === (i % 10 === 0) ? "positive" : "negative";
  return { ...explanation, source: { file: "reviews.csv", line: i + 2, label } };
}

let folder: string;
let lines: string;
beforeAll(async () => {
  folder = await tempFolder();
  lines = join(folder, "explanations.jsonl");
  const file = createWriteStream(lines);
  for (let i = 0; i < ROWS; i++) file.write(`${JSON.stringify(small(i))}\n`);
  await new Promise<void>((resolve) => file.end(resolve));
});

/** Serves until `use` is done with the address. */
async function viewing(argv: string[], use: (url: string) => Promise<void>) {
  const stop = new AbortController();
  let used: Promise<void> | undefined;
  const run = await runCli(["view", "--port", "0", ...argv], {
    signal: stop.signal,
    onStdout: (text) => {
      const url = /^(http:\S+)\n/.exec(text)?.[1];
      if (url !== undefined) used ??= use(url).finally(() => stop.abort());
    },
  });
  await used;
  return run;
}

describe.skipIf(skipsBrowser())("calig view in Chromium", () => {
  const browser = useBrowser();

  async function open(address: string, width = 1400, colorScheme: "light" | "dark" = "light") {
    const page = await browser().newPage({ viewport: { width, height: 900 }, colorScheme });
    const misdeeds = watch(
      page,
      address.startsWith("file:") ? (address.split("#")[0] as string) : new URL(address).origin,
    );
    await page.goto(address);
    return { page, misdeeds };
  }
  const rowsOf = (page: Page) => page.locator(".row");
  const found = (page: Page) => page.locator("[data-found]").textContent();

  /** Waits until the list says so. */
  const listed = (page: Page, text: string) => expect.poll(() => found(page), { timeout: 5000 }).toBe(text);

  it("as one file: lists ten thousand with a dozen elements, finds, filters, sorts and opens them", async () => {
    const out = join(folder, "all.html");
    const run = await runCli(["view", lines, "--out", out, "--details", "40"]);
    expect(run).toMatchObject({ code: 0, stdout: "", stderr: `Wrote ${out} (10,000 explanations)\n` });
    const { page, misdeeds } = await open(pathToFileURL(out).href);

    await listed(page, "10,000 explanations");
    expect(await page.locator(".said").textContent()).toBe(
      "10,000 texts explained. The model decides as the label says in 90.0%: 9,000 right, 1,000 wrong. 100 explanations with a warning.",
    );
    const list = page.getByRole("listbox");
    expect((await list.boundingBox())!.height).toBeLessThan(MOST_PIXELS);
    expect(await rowsOf(page).count()).toBeLessThan(13);
    expect(await page.evaluate("document.documentElement.scrollHeight")).toBeLessThan(2000);

    // With the keyboard to the last, and back to the first.
    await list.focus();
    await page.keyboard.press("End");
    const last = page.getByRole("option", { name: /film 9999/ });
    await last.waitFor();
    expect(await last.getAttribute("aria-selected")).toBe("true");
    expect(await last.getAttribute("aria-posinset")).toBe("10000");
    expect(await list.getAttribute("aria-activedescendant")).toBe(await last.getAttribute("id"));
    expect(await rowsOf(page).count()).toBeLessThan(13);
    await page.keyboard.press("Home");
    await page.getByRole("option", { name: /film 0/ }).waitFor();

    await page.getByLabel("Search").fill("film 123");
    await listed(page, "11 of 10,000");
    await page.getByRole("button", { name: "Reset" }).click();
    await page.getByLabel("Label").selectOption("decided wrongly");
    await listed(page, "1,000 of 10,000");
    await page.getByLabel("Decision").selectOption({ value: "NEGATIVE" });
    await listed(page, "334 of 10,000");
    await page.getByLabel("Warning").selectOption("some");
    await listed(page, "34 of 10,000");
    await page.getByRole("button", { name: "Reset" }).click();
    await page.getByLabel("Sort by").selectOption("least sure first");
    await expect.poll(() => rowsOf(page).first().locator(".value").textContent()).toBe("50.0%");
    await page.getByRole("button", { name: "Reset" }).click();
    await listed(page, "10,000 explanations");

    // A word of the verdict, and its colour in the list.
    await page.getByRole("button", { name: "dull" }).click();
    await listed(page, "3,334 of 10,000");
    expect(await rowsOf(page).first().locator(".w").first().getAttribute("class")).toBe("w p20 su");

    // Opened from the keyboard, closed by Escape; one that the file has no room for says so.
    await page.keyboard.press("Enter");
    const opened = page.getByRole("region", { name: /^Explanation \d/ });
    await opened.locator("article").waitFor();
    expect(await opened.locator("[data-map=words]").first().textContent()).toMatch(/^dull film \d+$/);
    expect(page.url()).toMatch(/#e\d+$/);
    await page.keyboard.press("Escape");
    expect(await opened.count()).toBe(0);
    expect(await page.evaluate("document.activeElement.className")).toBe("rows js");
    await page.keyboard.press("End");
    await page.keyboard.press("Enter");
    await page.getByText("This file has no room for its details").waitFor();
    expectNoMisdeeds(misdeeds);
    await page.close();
  });

  it("has nothing that axe finds, light and dark, listed and opened, and fits narrow screens", async () => {
    const out = join(folder, "few.html");
    expect((await runCli(["view", lines, "--out", out, "--details", "5"])).code).toBe(0);
    for (const [width, scheme] of [
      [375, "dark"],
      [1400, "light"],
    ] as const) {
      const { page, misdeeds } = await open(`${pathToFileURL(out).href}#e1`, width, scheme);
      await page.locator(".opened article").waitFor();
      await page.locator(".verdict .warnings summary").click();
      expect(await auditPage(page)).toEqual([]);
      expect(await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")).toBe(
        0,
      );
      expect((await page.locator(".rows").boundingBox())!.height).toBeLessThan(MOST_PIXELS);
      expectNoMisdeeds(misdeeds);
      await page.close();
    }
  });

  it("in a frame of a notebook, without an address or rights of its own: lists and opens", async () => {
    const out = join(folder, "frame.html");
    const one = join(await tempFolder({ "two.json": JSON.stringify([sentence, image]) }), "two.json");
    expect((await runCli(["view", one, "--out", out])).code).toBe(0);
    const page = await browser().newPage();
    const misdeeds = watch(page, "about:");
    const escaped = (await readFile(out, "utf8")).replaceAll("&", "&amp;").replaceAll('"', "&quot;");
    await page.setContent(`<iframe srcdoc="${escaped}" sandbox="allow-scripts" width="900" height="800"></iframe>`);
    const frame = page.frameLocator("iframe");
    await frame.getByRole("option", { name: /unforgettable/ }).click();
    await frame.locator(".opened article").waitFor();
    await frame.getByRole("button", { name: "Close" }).click();
    expectNoMisdeeds(misdeeds);
    await page.close();
  });

  it("served: opens every one, with its picture where that is still there", async () => {
    const photo = join(folder, "photo.png");
    await sharp({ create: { width: 224, height: 224, channels: 3, background: "#c08040" } })
      .png()
      .toFile(photo);
    const pictures = join(await tempFolder({ "a.jsonl": "" }), "pictures.jsonl");
    const of = (file: string) => `${JSON.stringify({ ...image, source: { file } })}\n`;
    await (await import("node:fs/promises")).writeFile(pictures, of(photo) + of(join(folder, "gone.png")));
    const { code } = await viewing([lines, pictures], async (url) => {
      const { page, misdeeds } = await open(`${url}/#e9990`);
      await page.getByRole("heading", { name: "Explanation 9990" }).waitFor();
      await page.locator(".opened [data-map=words]").first().waitFor();
      await page.getByRole("button", { name: "Next" }).click();
      await page.getByRole("heading", { name: "Explanation 9991" }).waitFor();
      await page.getByLabel("Search").fill("tabby");
      await listed(page, "2 of 10,002");
      await expect.poll(() => page.evaluate("document.querySelector('.thumb img').naturalWidth")).toBe(96);
      expect(await page.locator(".thumb").count()).toBe(2);
      expect(await page.locator(".thumb img").count()).toBe(1);
      expectNoMisdeeds(misdeeds);
      await page.close();
    });
    expect(code).toBe(0);
  });
});

describe("calig view", () => {
  test("answers its own page only", async () => {
    const one = join(await tempFolder({ "one.json": JSON.stringify(sentence) }), "one.json");
    const { code, stderr } = await viewing([one], async (url) => {
      expect(await (await fetch(`${url}/explanation/1`)).text()).toMatch(/^<article id="e1"/);
      expect((await fetch(`${url}/explanation/2`)).status).toBe(404);
      expect((await fetch(`${url}/explanation/1e0`)).status).toBe(404);
      expect((await fetch(`${url}/thumbnail/1`)).status).toBe(404);
      expect((await fetch(url, { headers: { origin: "http://example.org" } })).status).toBe(403);
    });
    expect(code).toBe(0);
    expect(stderr).toMatch(/^Showing 1 explanation; open the address in a browser, stop with Ctrl-C\n$/);
  });

  test("keeps a file below the size that is asked for, and says what to do where rows alone are more", async () => {
    const out = join(folder, "small.html");
    const refused = await runCli(["view", lines, "--out", out, "--max-size", "200KB"]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/Cannot put 10,000 explanations into one page: .* browse them with calig view/);
    await expect(stat(out)).rejects.toThrow("ENOENT");
    expect((await runCli(["view", lines, "--out", out, "--max-size", "3MB", "--details", "200"])).code).toBe(0);
    expect((await readFile(out)).length).toBeLessThanOrEqual(3 * 2 ** 20);
  });

  test.each([
    [[], "Nothing to view"],
    [["nowhere.jsonl"], "there is no such file"],
    [["x.jsonl", "--out", "x.md"], "its ending must be .html or .htm; calig report writes markdown"],
  ])("refuses %j", async (argv, message) => {
    const run = await runCli(["view", ...argv]);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain(message);
  });
});

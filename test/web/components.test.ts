/** @file The web components in Chromium, as a plain page uses the file that the build makes. */

import { readFile } from "node:fs/promises";
import type { Explanation } from "@calig/core/internal/attribution/explanation";
import type { CaligText } from "@calig/web/components";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { allZero, hostile, image, scripts, sentence, withoutBlocks } from "../render/fixtures.ts";
import { auditPage, expectNoMisdeeds, type Misdeeds, useBrowser, watch } from "../support/browser.ts";
import { buildBrowser } from "../support/build-browser.ts";
import { type StaticServer, serveFolders } from "../support/static-server.ts";
import { useTempFolders } from "../support/temp-folder.ts";

const PAGE = `<!doctype html><html lang=en><title>components</title><link rel=icon href="data:,">
<script type=module src=calig.js></script><body><main><h1>Components</h1><div id=root></div></main>`;

const tempFolder = useTempFolders();
const browser = useBrowser();
let server: StaticServer;
let page: Page;
let misdeeds: Misdeeds;

beforeAll(async () => {
  const folder = await tempFolder({
    "index.html": PAGE,
    "one.json": JSON.stringify(sentence),
    "future.json": JSON.stringify({ ...sentence, version: 4 }),
    "former.json": await readFile(new URL("../fixtures/explanations/version-1-text.json", import.meta.url), "utf8"),
  });
  await buildBrowser("packages/web/vite.config.ts", folder);
  server = await serveFolders({ "": folder });
});
afterAll(() => server?.close());

beforeEach(async () => {
  await page?.close();
  page = await browser().newPage();
  misdeeds = watch(page, server.url);
  await page.goto(server.url);
});

/** Puts an element with an explanation into the page. */
async function show(tag: string, explanation?: Explanation, properties: Record<string, unknown> = {}): Promise<void> {
  await page.evaluate(
    async ([tag, explanation, properties]) => {
      await customElements.whenDefined(tag);
      const element = document.createElement(tag) as HTMLElement & { updateComplete: Promise<unknown> };
      Object.assign(element, { explanation, ...properties });
      document.getElementById("root")?.append(element);
      await element.updateComplete;
    },
    [tag, explanation, properties] as const,
  );
}

const details = (tag: string) => page.locator(`${tag} .details`).last().innerText();
const textOf = (tag: string) =>
  page.evaluate((tag) => document.querySelector(tag)?.shadowRoot?.querySelector(".map")?.textContent, tag);

/** How a character is shown that would turn the direction of what follows. */
const nameOf = (character: string) => `U+${character.charCodeAt(0).toString(16).toUpperCase()}`;

describe("<calig-text>", () => {
  it("shows the text as it was, whatever is in it, and never as markup", async () => {
    for (const explanation of [sentence, scripts, hostile, allZero]) {
      await page.evaluate(() => document.getElementById("root")?.replaceChildren());
      await show("calig-text", explanation);
      const shown = await textOf("calig-text");
      expect(shown).toBe(explanation.input.text.replace(/[\u202a-\u202e\u2066-\u2069]/g, nameOf));
      const tags = await page.evaluate(() =>
        [...(document.querySelector("calig-text")?.shadowRoot?.querySelectorAll(".map *") ?? [])].map(
          (node) => node.tagName,
        ),
      );
      expect(new Set(tags)).toEqual(new Set(["SPAN"]));
    }
    expectNoMisdeeds(misdeeds);
  });

  it("paints stronger words stronger, with the colours of the rendered page", async () => {
    await show("calig-text", sentence);
    const words = await page
      .locator("calig-text [role=option]")
      .evaluateAll((nodes) => nodes.map((node) => ({ text: node.textContent, classes: node.className })));
    const strongest = sentence.supporting[0];
    expect(words.find(({ text }) => text === strongest?.text)?.classes).toBe("w p20 su");
    const worst = sentence.opposing[0];
    expect(words.find(({ text }) => text === worst?.text)?.classes).toMatch(/^w n\d+ op$/);
  });

  it("is one Tab stop that the arrow keys move through", async () => {
    await show("calig-text", sentence);
    await page.keyboard.press("Tab");
    await page.keyboard.press("ArrowRight");
    expect(await details("calig-text")).toContain(sentence.words[1]?.text);
    await page.keyboard.press("End");
    expect(await details("calig-text")).toContain(sentence.words.at(-1)?.text);
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe("BODY");
  });

  it("shows tokens, and the evidence of a block", async () => {
    await show("calig-text", sentence, { view: "tokens", block: 1 });
    expect(await page.locator("calig-text [role=option]").count()).toBe(sentence.features.length);
    await page.locator("calig-text [role=option]").nth(2).click();
    expect(await details("calig-text")).toContain("in block 1");
  });

  it("loads an address, and says when that fails", async () => {
    await page.evaluate(() => {
      const root = document.getElementById("root") as HTMLElement;
      root.innerHTML = "<calig-text src=one.json></calig-text><calig-text src=future.json></calig-text>";
    });
    await page.locator("calig-text").first().locator(".map").waitFor();
    const error = page.locator("calig-text").nth(1).locator("[role=alert]");
    await error.waitFor();
    expect(await error.innerText()).toContain("it is of version 4, wanted 1, 2 or 3");
    expectNoMisdeeds(misdeeds);
    await page.evaluate(() => {
      (document.getElementById("root") as HTMLElement).innerHTML = "<calig-text src=missing.json></calig-text>";
    });
    const missing = page.locator("calig-text [role=alert]");
    await missing.waitFor();
    expect(await missing.innerText()).toBe("Cannot load the explanation: the server answers 404");
  });

  it("shows explanations of version 1, from an address and as a property", async () => {
    await page.evaluate(() => {
      (document.getElementById("root") as HTMLElement).innerHTML = "<calig-text src=former.json></calig-text>";
    });
    await page.locator("calig-text .map").waitFor();
    const words = await page.locator("calig-text [role=option]").allInnerTexts();
    expect(words).toEqual(["Not", "bad", "at", "all", "."]);
    const { features, ...rest } = sentence;
    await show("calig-text", { ...rest, version: 1, units: features } as unknown as Explanation);
    expect(await page.locator("calig-text").last().locator("[role=option]").count()).toBe(sentence.words.length);
    expectNoMisdeeds(misdeeds);
  });

  it("says that there is nothing yet, and which element to use instead", async () => {
    await show("calig-text");
    expect(await page.locator("calig-text .state").innerText()).toBe("No explanation yet.");
    await show("calig-image", sentence);
    expect(await page.locator("calig-image .state").innerText()).toContain("use calig-text");
  });
});

describe("<calig-image>", () => {
  it("walks through the patches row by row", async () => {
    await show("calig-image", image);
    await page.keyboard.press("Tab");
    for (const key of ["ArrowDown", "ArrowRight", "ArrowRight"]) await page.keyboard.press(key);
    expect(await details("calig-image")).toContain("row 1, column 2");
  });

  it("lays the patches over the part of the picture that the model saw", async () => {
    const picture =
      "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    await show("calig-image", image, { picture });
    const [photo, map] = await Promise.all(
      [".photo:has(.patches)", ".patches"].map((selector) => page.locator(`calig-image ${selector}`).boundingBox()),
    );
    const [x, y, width, height] = image.input.seen;
    const shares = [
      ((map?.x ?? 0) - (photo?.x ?? 0)) / (photo?.width ?? 1),
      ((map?.y ?? 0) - (photo?.y ?? 0)) / (photo?.height ?? 1),
      (map?.width ?? 0) / (photo?.width ?? 1),
      (map?.height ?? 0) / (photo?.height ?? 1),
    ];
    const { width: whole, height: tall } = image.input;
    expect(shares).toBeAllClose([x / whole, y / tall, width / whole, height / tall], { atol: 0.01, rtol: 0 });
    expectNoMisdeeds(misdeeds);
  });
});

describe("<calig-blocks>", () => {
  it("walks through blocks and tokens, and Enter chooses the block", async () => {
    await show("calig-blocks", sentence);
    await page.evaluate(() => {
      addEventListener("calig-block", (event) => {
        document.body.dataset.block = String((event as CustomEvent<{ block: number }>).detail.block);
      });
    });
    await page.locator("calig-blocks td").first().focus();
    for (const key of ["ArrowDown", "ArrowDown", "ArrowRight"]) await page.keyboard.press(key);
    const token = sentence.features[1]?.text ?? "";
    expect(await details("calig-blocks")).toContain(`${token} in block ${sentence.blocks[2]?.index}`);
    await page.keyboard.press("Enter");
    expect(await page.evaluate(() => document.body.dataset.block)).toBe("2");
    expect(await page.locator("calig-blocks tr.sel th").innerText()).toContain("Block 2");
  });

  it("shows a small map for each block of an image, as buttons", async () => {
    await show("calig-blocks", image);
    expect(await page.locator("calig-blocks li button").count()).toBe(image.blocks.length + 1);
    await page.locator("calig-blocks li button").nth(1).click();
    expect(await page.locator("calig-blocks li button").nth(1).getAttribute("aria-pressed")).toBe("true");
  });

  it("says when a method has no blocks", async () => {
    await show("calig-blocks", withoutBlocks);
    expect(await page.locator("calig-blocks .state").innerText()).toContain("does not look at blocks one by one");
  });
});

/** Two heads with links in every block: the second has more evidence. */
const linked = {
  ...sentence,
  blocks: sentence.blocks.map((block) => ({
    ...block,
    links: [
      [{ from: 1, to: 2, attention: 0.5, evidence: 0.1 }],
      [
        { from: 0, to: 3, attention: 0.25, evidence: 0.4 },
        { from: 4, to: 3, attention: 0.125, evidence: -0.2 },
      ],
    ],
  })),
};

describe("<calig-links>", () => {
  const cells = () => page.locator("calig-links .links tbody tr").allInnerTexts();
  const token = (index: number) => sentence.features[index]?.text ?? "";

  it("shows the head with the most evidence, as lines and as a table, and others when they are chosen", async () => {
    await show("calig-links", linked);
    expect(await cells()).toEqual([
      `${token(0)}\t${token(3)}\t25.0%\t+0.400`,
      `${token(4)}\t${token(3)}\t12.5%\t−0.200`,
    ]);
    expect(await page.locator("calig-links path").count()).toBe(2);
    expect(await page.locator("calig-links path.op").count()).toBe(1);
    await page.getByLabel("Head").selectOption("0");
    expect(await cells()).toEqual([`${token(1)}\t${token(2)}\t50.0%\t+0.100`]);
    await page.evaluate(() => {
      addEventListener("calig-block", (event) => {
        document.body.dataset.block = String((event as CustomEvent<{ block: number }>).detail.block);
      });
    });
    await page.getByLabel("Block").selectOption("1");
    expect(await page.evaluate(() => document.body.dataset.block)).toBe("1");
    expectNoMisdeeds(misdeeds);
  });

  it("says what is missing where there are no links", async () => {
    await show("calig-links", sentence);
    expect(await page.locator("calig-links .state").innerText()).toContain("explain with heads");
  });
});

describe("all components", () => {
  it.each(["light", "dark"] as const)("pass axe in a %s page", async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    await show("calig-text", sentence);
    await show("calig-blocks", sentence);
    await show("calig-image", image);
    await show("calig-blocks", image);
    await show("calig-links", linked);
    await page.addStyleTag({
      content: `body{background:${colorScheme === "dark" ? "#1a1b1d" : "#fff"};color:${colorScheme === "dark" ? "#eee" : "#111"}}`,
    });
    expect(await auditPage(page)).toEqual([]);
    expectNoMisdeeds(misdeeds);
  });

  it("take numbers as attributes, as servers write them", async () => {
    await show("calig-text", sentence);
    const numbers = await page.locator("calig-text").evaluate((node) => {
      for (const [name, value] of Object.entries({ block: "1", bound: "0.5" })) node.setAttribute(name, value);
      const { block, bound } = node as CaligText;
      for (const name of ["block", "bound"]) node.setAttribute(name, "none");
      return [block, bound, (node as CaligText).block, (node as CaligText).bound];
    });
    expect(numbers).toEqual([1, 0.5, undefined, undefined]);
    expectNoMisdeeds(misdeeds);
  });

  it.each(["calig-text", "calig-blocks"])("take null for what an application has not given: %s", async (tag) => {
    await show(tag, sentence, { block: null, bound: null, quantity: null, src: null, theme: null });
    const element = page.locator(tag);
    expect(await element.evaluate((node) => [node.getAttribute("theme"), (node as CaligText).quantity])).toEqual([
      null,
      "fused",
    ]);
    await element.evaluate((node) => Object.assign(node, { block: 1, theme: "dark" }));
    expect(await element.getAttribute("theme")).toBe("dark");
    expectNoMisdeeds(misdeeds);
  });

  it("do not move for readers who asked for that", async () => {
    await page.emulateMedia({ reducedMotion: "reduce" });
    await show("calig-text", sentence);
    const durations = await page
      .locator("calig-text .w")
      .evaluateAll((nodes) => nodes.map((node) => getComputedStyle(node).transitionDuration));
    expect(new Set(durations)).toEqual(new Set(["0s"]));
  });
});

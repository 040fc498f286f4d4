/** @file examples/vite-vue and vite-svelte: their templates type check, and the built pages show an explanation that is opened. */

import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { sentence } from "../render/fixtures.ts";
import { expectNoMisdeeds, useBrowser, watch } from "../support/browser.ts";
import { runScript, serveScript, useProject } from "./project.ts";

const browser = useBrowser();

describe.each(["vite-vue", "vite-svelte"])("%s", (name) => {
  const project = useProject({ from: fileURLToPath(new URL(`../../examples/${name}`, import.meta.url)) });

  it("type checks and builds, and the built page shows an explanation", async () => {
    await runScript(project(), "build");
    await using server = await serveScript(project(), "preview");
    const page = await browser().newPage();
    const misdeeds = watch(page, server.url);
    await page.goto(server.url);
    const files = page.locator("input[type=file]");
    const file = (text: string) => ({ name: "a.json", mimeType: "application/json", buffer: Buffer.from(text) });
    await files.setInputFiles(file(JSON.stringify(sentence)));
    await page.getByText(`${sentence.target.label}, all blocks`, { exact: true }).waitFor();
    expect(await page.locator("calig-text [role=option]").count()).toBe(sentence.words.length);
    // Up in a typed event, and down through a typed property.
    await page.locator("calig-blocks").getByRole("button", { name: "Block 1", exact: true }).click();
    await page.getByText(`${sentence.target.label}, block 1`, { exact: true }).waitFor();
    await page.locator("calig-text").getByRole("option").nth(1).focus();
    await page.getByText(/ in block 1 /).waitFor();
    await files.setInputFiles(file("[]"));
    await page.getByRole("alert").waitFor();
    expectNoMisdeeds(misdeeds);
    await page.close();
  });
});

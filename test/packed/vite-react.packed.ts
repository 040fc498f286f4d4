/** @file examples/vite-react: built, and in development, the page of React explains in the browser and shows typed elements. */

import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { expectNoMisdeeds, useBrowser, watch } from "../support/browser.ts";
import { expectToExplain } from "./explaining-page.ts";
import { runScript, serveScript, useProject } from "./project.ts";

const project = useProject({ from: fileURLToPath(new URL("../../examples/vite-react", import.meta.url)) });
const browser = useBrowser();

it("type checks and builds, and the built page explains", async () => {
  const output = await runScript(project(), "build");
  expect(output).not.toMatch(/warning|\(!\)/i);
  await using server = await serveScript(project(), "preview");
  const page = await browser().newPage();
  const misdeeds = watch(page, server.url);
  await page.goto(server.url);
  await expectToExplain(page);
  expectNoMisdeeds(misdeeds);
  await page.close();
});

it("explains in development", async () => {
  await using server = await serveScript(project(), "dev");
  const page = await browser().newPage();
  await page.goto(server.url);
  await expectToExplain(page);
  await page.close();
});

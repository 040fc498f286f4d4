/** @file examples/next: built and started, the page has a sentence explained by a server action and shows it by typed elements. */

import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { expectNoMisdeeds, useBrowser, watch } from "../support/browser.ts";
import { expectToExplain } from "./explaining-page.ts";
import { runScript, serveScript, useProject } from "./project.ts";

const project = useProject({ from: fileURLToPath(new URL("../../examples/next", import.meta.url)) });
const browser = useBrowser();

it("builds without a warning, and the page has a sentence explained on the server", async () => {
  const output = await runScript(project(), "build");
  // What Next says of machines of CI.
  const lines = output.split("\n").filter((line) => !line.includes("No build cache found"));
  expect(lines.filter((line) => /warn|⚠/i.test(line))).toEqual([]);
  await using server = await serveScript(project(), "start");
  const page = await browser().newPage();
  const misdeeds = watch(page, server.url);
  await page.goto(server.url);
  await expectToExplain(page);
  expectNoMisdeeds(misdeeds);
  expect(server.output()).not.toMatch(/warn|error|⚠|⨯/i);
  await page.close();
});

/** @file The first example of the README of @calig/web, bundled and run in Chromium. */

import { readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { expectNoMisdeeds, useBrowser, watch } from "../support/browser.ts";
import { bundle } from "../support/bundle.ts";
import { ortWasmFolder } from "../support/ort-wasm.ts";
import { serveFolders } from "../support/static-server.ts";
import { useTempFolders } from "../support/temp-folder.ts";
import { tinyBertFiles } from "../support/tiny-bert.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const PAGE = `<!doctype html><title>readme</title><link rel=icon href=data:,><body><script type=module src=example.js></script>`;
const tempFolder = useTempFolders();
const browser = useBrowser();

it("explains in the page and shows it", async () => {
  const readme = await readFile(join(ROOT, "packages/web/README.md"), "utf8");
  const [, program = ""] = /^```js\n([\s\S]*?)^```$/m.exec(readme) ?? [];
  const project = await tempFolder({ "example.js": program });
  await symlink(join(ROOT, "node_modules"), join(project, "node_modules"));
  const folder = await tempFolder({ "index.html": PAGE });
  await bundle(join(project, "example.js"), folder);
  const models = await tempFolder(
    Object.fromEntries(Object.entries(tinyBertFiles()).map(([name, content]) => [`sst2/${name}`, content])),
  );
  await using server = await serveFolders({ "": folder, ort: ortWasmFolder(), models });
  const page = await browser().newPage();
  const misdeeds = watch(page, server.url);
  await page.goto(server.url);
  await page.locator("calig-text [role=option]").first().waitFor();
  expect(await page.locator("calig-text [role=option]").count()).toBeGreaterThan(2);
  // Bundles of tests are those of development.
  const errors = misdeeds.errors.filter((text) => !text.startsWith("Lit is in dev mode"));
  expectNoMisdeeds({ ...misdeeds, errors });
  await page.close();
});

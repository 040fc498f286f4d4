/** @file examples/vite-react with the packages as they are here: its page explains in a worker and shows typed elements. */

import { fileURLToPath } from "node:url";
import { build, defaultClientConditions } from "vite";
import { expect, it } from "vitest";
import { expectNoMisdeeds, useBrowser, watch } from "../support/browser.ts";
import { serveFolders } from "../support/static-server.ts";
import { useTempFolders } from "../support/temp-folder.ts";
import { tinyBertFiles } from "../support/tiny-bert.ts";

const tempFolder = useTempFolders();
const browser = useBrowser();

it("explains what is typed, and shows a block that is chosen", async () => {
  const folder = await tempFolder();
  await build({
    root: fileURLToPath(new URL("../../examples/vite-react/", import.meta.url)),
    configFile: false,
    publicDir: false,
    logLevel: "error",
    resolve: { conditions: ["calig-source", ...defaultClientConditions] },
    worker: { format: "es" },
    build: { outDir: folder, minify: false },
  });
  const models = await tempFolder(
    Object.fromEntries(Object.entries(tinyBertFiles()).map(([name, content]) => [`sst2/${name}`, content])),
  );
  await using server = await serveFolders({ "": folder, models });
  const page = await browser().newPage();
  const misdeeds = watch(page, server.url);
  await page.goto(server.url);
  await page.getByRole("textbox").fill("a good film");
  await page.getByRole("button", { name: "Explain" }).click();
  const words = page.locator("calig-text [role=option]");
  await words.first().waitFor();
  expect(await words.allInnerTexts()).toEqual(["a", "good", "film"]);
  await page.locator("calig-blocks").getByRole("button", { name: "Block 1", exact: true }).click();
  await page.getByText(/, block 1$/).waitFor();
  // Bundles of tests are those of development.
  const errors = misdeeds.errors.filter((text) => !text.startsWith("Lit is in dev mode"));
  expectNoMisdeeds({ ...misdeeds, errors });
  await page.close();
});

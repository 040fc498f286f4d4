/**
 * @file Makes the picture of README.md: the first screen of an explanation, as Chromium shows it.
 *
 * `npx tsx -C calig-source scripts/readme-picture.ts [FILE]`
 */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { renderHtml } from "@calig/core/internal/render/html";
import { explain, loadModel } from "@calig/node";
import sharp from "sharp";
import { startChromium } from "../test/support/chromium.ts";

const SENTENCE = "The plot is thin but the acting is superb.";
/** Pixels of the page, of which each is drawn by two: read on any screen. */
const WIDTH = 1120;
/** Colours of the file: text and a few tints. */
const COLOURS = 64;

const [target = fileURLToPath(new URL("../docs/images/explanation.png", import.meta.url))] = process.argv.slice(2);
const folder = await mkdtemp(join(tmpdir(), "calig-picture-"));
try {
  await using model = await loadModel("sst2");
  const explanation = await explain(model, SENTENCE, { counterfactuals: true });
  const file = join(folder, "page.html");
  await writeFile(file, renderHtml(explanation));
  const browser = await startChromium();
  const page = await browser.newPage({ viewport: { width: WIDTH, height: 640 }, deviceScaleFactor: 2 });
  await page.goto(pathToFileURL(file).href);
  const end = await page.locator(".technical > summary").boundingBox();
  const height = Math.ceil((end?.y ?? 600) + (end?.height ?? 40));
  const shot = await page.screenshot({ fullPage: true, clip: { x: 0, y: 0, width: WIDTH, height } });
  await browser.close();
  await sharp(shot).png({ palette: true, colours: COLOURS, compressionLevel: 9 }).toFile(target);
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** @file Finds and starts the Chromium of the system for tests of pages. */

import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

/** Without a window first: the same engine without the browser around it, which is half of the time of these tests. */
const PLACES = [
  "/usr/bin/chromium-headless-shell",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** Whether the person who runs the tests chose to leave the browser out. */
export const skipsBrowser = (): boolean => process.env.CALIG_SKIP_BROWSER === "1";

/** Path of the browser: CALIG_CHROMIUM, or the first usual place that exists. */
function chromiumPath(): string {
  const wanted = process.env.CALIG_CHROMIUM;
  const found = wanted === undefined ? PLACES.find((place) => existsSync(place)) : wanted;
  if (found !== undefined && existsSync(found)) return found;
  throw new Error(
    `Cannot run the browser tests: no Chromium at ${wanted ?? PLACES.join(", ")}. Install it (Debian: apt-get install chromium-headless-shell, or chromium), set CALIG_CHROMIUM to its path, or set CALIG_SKIP_BROWSER=1 to leave these tests out`,
  );
}

/** Lets pages compute on a GPU that the processor plays (SwiftShader); Chromium keeps it from pages otherwise. */
export const SOFTWARE_GPU = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];

/** @throws {Error} When there is no Chromium; the message says how to get one. */
export function startChromium(more: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath(),
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", ...more],
  });
}

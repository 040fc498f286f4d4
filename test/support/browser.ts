/** @file The Chromium of the system, without a window, for tests of pages. */

import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Starts the browser. @throws {Error} Where there is none: tests of pages are never left out. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM_PATH ?? PLACES.find((path) => existsSync(path));
  if (executablePath === undefined) {
    throw new Error(`There is no Chromium at ${PLACES.join(", ")}: install the package chromium, or set CHROMIUM_PATH`);
  }
  return chromium.launch({
    executablePath,
    headless: true,
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
  });
}

/** What a page did that it should not have: errors, messages of the console, requests to other places. */
export interface Misdeeds {
  readonly errors: string[];
  readonly requests: string[];
}

/** Notes what a page does that it should not. */
export function watch(page: Page, origin: string): Misdeeds {
  const misdeeds: Misdeeds = { errors: [], requests: [] };
  page.on("pageerror", (error) => misdeeds.errors.push(String(error.stack ?? error)));
  page.on("console", (message) => {
    // A file that need not be there.
    if (message.location().url.endsWith("/calig.json")) return;
    if (message.type() === "error" || message.type() === "warning") misdeeds.errors.push(message.text());
  });
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(origin) && !/^(data|blob):/.test(url)) misdeeds.requests.push(url);
  });
  return misdeeds;
}

export function expectNoMisdeeds({ errors, requests }: Misdeeds): void {
  expect(errors).toEqual([]);
  expect(requests).toEqual([]);
}

/** One browser for all tests of a file. */
export function useBrowser(): () => Browser {
  let browser: Browser | undefined;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());
  return () => browser as Browser;
}
